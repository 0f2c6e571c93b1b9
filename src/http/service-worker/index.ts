export { serveAnalytics } from './serve.ts'
export type { AnalyticsOptions } from './serve.ts'
