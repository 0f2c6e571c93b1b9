import type { Adapter } from './adapter.ts'
import type { ExportConfig } from './config.ts'
import type { Source } from './source.ts'
import { filesSource } from './sources/files.ts'
import { pgliteSource } from './sources/pglite.ts'
import { postgresSource } from './sources/postgres.ts'

/** The source that a configuration names, read through an adapter. */
export const openSource = (source: ExportConfig['source'], adapter: Adapter, readers = 1): Source => {
  switch (source.kind) {
    case 'files':
      return filesSource(adapter, source.folder)
    case 'pglite':
      return pgliteSource(adapter, source.folder, source.schema)
    case 'postgres':
      return postgresSource(adapter, source, readers)
  }
}
