import type { TableStore } from 'hirescope/engine'
import { createNativeStore } from 'hirescope/engine/native'
import { createNodeWasmStore } from 'hirescope/engine/wasm/node'

/** The engines that run in Node, by name. */
export const stores: [string, () => Promise<TableStore>][] = [
  ['native', () => createNativeStore()],
  ['wasm', createNodeWasmStore],
]
