import { openDataset } from 'hirescope/engine/wasm'
import { metrics, run } from 'hirescope/metrics'

const dataset = await openDataset('/data/')
const { status, body } = await run(dataset, metrics['top-location'], { job_id: '11' })
await dataset.close()
document.body.textContent = JSON.stringify({ status, body })
