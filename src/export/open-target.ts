import type { ExportConfig } from './config.ts'
import type { FileSystem } from './file-system.ts'
import type { Target } from './target.ts'
import { folderTarget } from './targets/folder.ts'

/** Whether a target is a bucket of an S3-compatible store and not a folder. */
export const isStore = (target: string): boolean => target.startsWith('s3://')

/** The target that a configuration names. What talks to a store is loaded only for one. */
export const openTarget = async ({ target, s3 }: ExportConfig, files: FileSystem): Promise<Target> =>
  isStore(target) ? (await import('./targets/s3.ts')).s3Target(target, s3) : folderTarget(target, files)
