import { DatasetError, loadDataset } from 'hirescope/engine'
import { folderSource, openFolder } from 'hirescope/engine/native'
import { createNodeWasmStore } from 'hirescope/engine/wasm/node'
import { parseConfig, runExport } from 'hirescope/export'
import { metrics, run, runAll } from 'hirescope/metrics'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

// Exports a source, then asks the bundle on both engines.
const settings = JSON.parse(process.argv[2] ?? '')
const config = parseConfig(settings)
const { orgs } = await runExport(config)
const { users } = JSON.parse(await readFile(join(config.private, 'o/access.json'), 'utf8'))
const folder = join(config.target, users.editor)

const native = await openFolder(folder)
const wasm = await loadDataset(folderSource(folder), await createNodeWasmStore())
const applicants = async (dataset) => (await run(dataset, metrics['total-applicants'], { job_id: 'j' })).body
const bodies = [await applicants(native), await applicants(wasm)]
const nine = Object.values(await runAll(native, metrics)).map(({ status }) => status)
await native.close()
await wasm.engine.close()
const missing = await openFolder(`${folder}/nowhere`).catch((error) => error)
console.log(
  JSON.stringify({
    failed: orgs.filter(({ error }) => error !== null).length,
    bodies,
    nine,
    missing: missing instanceof DatasetError && missing.code,
  }),
)
