export { folderSource } from './folder-source.ts'
export { openFolder } from './open-folder.ts'
export { createNativeStore } from './store.ts'
export type { NativeOptions } from './store.ts'
