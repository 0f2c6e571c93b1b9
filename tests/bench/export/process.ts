// Runs in a process of its own, so that the memory it needs is the export's alone.
import { explain, parseConfig, runExport } from 'hirescope/export'
import { measureStages, reply } from '../stage-needs.ts'

try {
  const config = parseConfig(JSON.parse(process.argv[2] ?? ''))
  await reply(await measureStages((reporter) => runExport(config, { reporter })))
} catch (error) {
  await reply({ type: 'failed', message: explain(error) })
}
process.disconnect()
