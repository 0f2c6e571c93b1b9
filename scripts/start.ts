import { parseArgs } from 'node:util'
import { explain } from 'hirescope/export'
import { startDemo } from '../src/demo/start.ts'

try {
  const { values } = parseArgs({
    options: {
      applications: { type: 'string', default: '20000' },
      folder: { type: 'string', default: '.demo' },
      port: { type: 'string', default: '4173' },
    },
  })
  const { applications, folder, port } = values
  const { url } = await startDemo({
    folder,
    applications: Number(applications),
    port: Number(port),
    say: (line) => console.log(line),
  })
  console.log(`\nhirescope is at ${url} (Ctrl-C ends it)`)
} catch (error) {
  console.error(`start failed: ${explain(error)}`)
  process.exitCode = 1
}
