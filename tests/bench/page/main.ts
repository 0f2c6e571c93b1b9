import { askAll } from './ask.ts'
import { loadOnce } from './load.ts'

const bench = { loadOnce, askAll }

declare global {
  interface Window {
    bench: typeof bench
  }
}

window.bench = bench
