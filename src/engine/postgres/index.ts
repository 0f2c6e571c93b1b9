export { createPostgresStore } from './store.ts'
export type { PostgresOptions } from './store.ts'
