import { loadDataset } from 'hirescope/engine'
import { folderSource, openFolder } from 'hirescope/engine/native'
import { createNodeWasmStore } from 'hirescope/engine/wasm/node'
import { metrics, runAll } from 'hirescope/metrics'

// Opens a bundle again and again, closed each time or never, and says by how many MiB the process has grown since the first time.
// Every dataset is kept: it is the close that must give the memory back, not that nobody refers to it any more.
const [folder = '', engine = '', closed] = process.argv.slice(2)

const openWasm = async () => {
  const store = await createNodeWasmStore()
  const dataset = await loadDataset(folderSource(folder), store, { tables: 'all' })
  return { ...dataset, close: () => store.engine.close() }
}

const size = async (): Promise<number> => {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    globalThis.gc?.()
  }
  return process.memoryUsage().rss / 2 ** 20
}

const kept: unknown[] = []
let first = 0
for (let time = 1; time <= 3; time++) {
  const dataset = await (engine === 'wasm' ? openWasm() : openFolder(folder, { tables: 'all' }))
  await dataset.loadRows()
  await runAll(dataset, metrics, { min_score: 1 })
  if (closed) await dataset.close()
  kept.push(dataset)
  if (time === 1) first = await size()
}
console.log(Math.round((await size()) - first))
process.exit()
