import { explain } from 'hirescope/export'
import { parseArgs } from 'node:util'
import { runBench } from '../tests/bench/bench.ts'

try {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '100000,1000000' },
      jobs: { type: 'string' },
      folder: { type: 'string', default: '.demo' },
      'keep-export': { type: 'boolean', default: false },
    },
  })
  await runBench({
    sizes: values.sizes.split(',').map(Number),
    jobsOf: (applications) => Number(values.jobs ?? Math.max(60, Math.round(applications / 500))),
    folder: values.folder,
    keepExport: values['keep-export'],
    say: (line) => console.log(line),
  })
} catch (error) {
  console.error(`bench failed: ${explain(error)}`)
  process.exitCode = 1
}
