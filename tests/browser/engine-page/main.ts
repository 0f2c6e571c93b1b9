import { openDataset } from 'hirescope/engine/wasm'
import { metrics, runAll } from 'hirescope/metrics'

const page = { openDataset, metrics, runAll }

declare global {
  interface Window {
    hirescope: typeof page
  }
}

window.hirescope = page
