export { serveApi } from './serve.ts'
export type { ApiServer, ServeOptions } from './serve.ts'
export { serveCommand } from './serve-command.ts'
