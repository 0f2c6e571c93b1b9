import { askAll, askRollups } from './ask.ts'
import { loadOnce } from './load.ts'

const bench = { loadOnce, askAll, askRollups, close: async () => {} }

declare global {
  interface Window {
    bench: typeof bench
  }
}

window.bench = bench
