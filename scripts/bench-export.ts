import { explain } from 'hirescope/export'
import { parseArgs } from 'node:util'
import { runExportBench } from '../tests/bench/export/bench.ts'

try {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '1x1000000' },
      viewers: { type: 'string' },
      memory: { type: 'string' },
      threads: { type: 'string' },
    },
  })
  const sizes = values.sizes.split(',').map((size) => {
    const [orgs = 1, applications = 1] = size.split('x').map(Number)
    const jobs = Math.max(40, Math.round(applications / 500))
    return { orgs, applications, jobs, viewers: Number(values.viewers ?? (orgs > 1 ? 2 : 20)) }
  })
  const { memory, threads } = values
  const settings = { ...(memory ? { memory } : {}), ...(threads ? { threads: Number(threads) } : {}) }
  await runExportBench(sizes, settings, (line) => console.log(line))
} catch (error) {
  console.error(`bench failed: ${explain(error)}`)
  process.exitCode = 1
}
