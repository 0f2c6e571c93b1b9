export type { EngineAssets } from './assets.ts'
export { openDataset } from './open-dataset.ts'
export type { OpenDatasetOptions } from './open-dataset.ts'
