export { jobStatuses, outcomeCode, outcomes, roles, stageCode, stages } from './codes.ts'
export type { JobStatus, Outcome, Role, Stage } from './codes.ts'
export {
  optionalSourceTables,
  requiredSourceTables,
  sourceColumns,
  sourceKeys,
  sourceRows,
  sourceTableNames,
} from './source-tables.ts'
export type { OptionalSourceTable, SourceColumn, SourceRow, SourceRows, SourceTableName } from './source-tables.ts'
export {
  bundleColumns,
  bundleDescription,
  bundleRows,
  bundleTableNames,
  firstTableNames,
  weeks,
  wholeScores,
} from './bundle-tables.ts'
export type { BundleColumn, BundleRow, BundleTableName, BundleType } from './bundle-tables.ts'
export { bundleComments } from './bundle-comments.ts'
export {
  answers,
  contractVersion,
  directory,
  fileEntry,
  manifest,
  readableVersions,
  session,
  tableEntry,
} from './manifest.ts'
export type { Answers, Directory, FileEntry, Manifest, TableEntry } from './manifest.ts'
export { endpointIds } from './endpoint-ids.ts'
export type { EndpointId } from './endpoint-ids.ts'
export { closeFill, endpointBodies, jobDetails, scopeDetails, weekCount, weeklySeries } from './endpoint-bodies.ts'
export type { CloseFill, EndpointBody, JobDetails, ScopeDetails } from './endpoint-bodies.ts'
export { parse } from './parse.ts'
