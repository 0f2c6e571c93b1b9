// Runs in a process of its own, so that the memory it needs is the export's alone.
import { explain } from 'hirescope/export'
import { buildDemo } from '../../src/demo/index.ts'
import { exportDemo } from '../../src/demo/site.ts'
import { measureStages, reply } from './stage-needs.ts'

const [folder = '', applications, jobs] = process.argv.slice(2)
try {
  const built = await buildDemo(folder, { applications: Number(applications), jobs: Number(jobs), organisations: 1 })
  await reply(await measureStages((reporter) => exportDemo(folder, built, reporter)))
} catch (error) {
  await reply({ type: 'failed', message: explain(error) })
}
process.disconnect()
