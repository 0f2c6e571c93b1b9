import type { DuckDBConnection } from '@duckdb/node-api'
import type { Engine } from 'hirescope/metrics'
import { createEngine, runBatch } from '../statements.ts'
import { createConnection } from './connections.ts'

/**
 * The engine over a connection that is open already and whose search path holds the tables of a bundle. Closing it closes nothing:
 * the connection is the caller's.
 */
export const connectionEngine = (connection: DuckDBConnection): Engine => {
  const { columns } = createConnection(connection)
  return createEngine(
    'duckdb',
    (statements, options = {}) => runBatch(statements, options, columns),
    () => Promise.resolve(),
  )
}
