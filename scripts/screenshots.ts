import { explain } from 'hirescope/export'
import { readStartOptions } from '../src/demo/start.ts'
import { takeScreenshots } from '../tests/browser/screenshots.ts'

try {
  const { folder, pictures } = await takeScreenshots(readStartOptions(process.argv.slice(2)), (line) =>
    console.log(line),
  )
  console.log(`${pictures} pictures are in ${folder}`)
} catch (error) {
  console.error(`screenshots failed: ${explain(error)}`)
  process.exitCode = 1
}
