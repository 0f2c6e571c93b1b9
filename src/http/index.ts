export { createHandler, defaultBase } from './handler.ts'
export type { HandlerOptions } from './handler.ts'
export { failure } from './failure.ts'
export { openApi } from './openapi.ts'
