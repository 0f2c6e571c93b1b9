import { explain } from 'hirescope/export'
import { readStartOptions, startDemo } from '../src/demo/start.ts'

try {
  const { url } = await startDemo(readStartOptions(process.argv.slice(2)), (line) => console.log(line))
  console.log(`\nhirescope is at ${url} (Ctrl-C ends it)`)
} catch (error) {
  console.error(`start failed: ${explain(error)}`)
  process.exitCode = 1
}
