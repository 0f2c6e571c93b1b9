import { openFolder } from 'hirescope/engine/native'
import { metrics, runAll } from 'hirescope/metrics'

// Opens a bundle again and again, closed each time or never, and says by how many MiB the process has grown since the second time.
const [folder = '', closed] = process.argv.slice(2)

const size = async (): Promise<number> => {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    globalThis.gc?.()
  }
  return process.memoryUsage().rss / 2 ** 20
}

const kept: unknown[] = []
let second = 0
for (let time = 1; time <= 8; time++) {
  const dataset = await openFolder(folder, { tables: 'all' })
  await dataset.loadRows()
  await runAll(dataset, metrics, { min_score: 1 })
  if (closed) await dataset.close()
  else kept.push(dataset)
  if (time === 2) second = await size()
}
console.log(Math.round((await size()) - second))
process.exit()
