import { parseArgs } from 'node:util'
import { buildDemo } from '../src/demo/index.ts'

const began = performance.now()
let said = 0
try {
  const { values } = parseArgs({
    options: {
      applications: { type: 'string', default: '20000' },
      folder: { type: 'string', default: '.demo' },
    },
  })
  const options = { applications: Number(values.applications) }
  const { database, demo, reused } = await buildDemo(values.folder, options, (doing, bytes) => {
    if (doing === 'rows' && bytes - said < 100_000_000) return
    said = bytes
    console.log(`demo: ${doing}${bytes ? `, ${Math.round(bytes / 1e6)} MB` : ''}`)
  })
  const made = reused ? 'unchanged' : `made in ${((performance.now() - began) / 1000).toFixed(1)} s`
  console.log(`demo: ${demo.options.applications} applications in ${database} (${made})`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
