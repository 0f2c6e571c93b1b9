import { ExportError } from '../errors.ts'
import type { PostgresSession } from './postgres-snapshot.ts'

/** The schema of the source tables, or several in the order in which they are searched. */
export type Schema = string | readonly string[]

/** A name as an SQL identifier. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

const list = (schema: Schema | undefined): readonly string[] => (typeof schema === 'string' ? [schema] : (schema ?? []))

/** The search path for the source's tables as a setting of PostgreSQL; none without a schema. */
export const searchPath = (schema: Schema | undefined): string[] => {
  const names = list(schema).map(quoted)
  return names.length ? [`search_path = ${names.join(', ')}`] : []
}

/** Throws ExportError for a schema that is not there or not to be used: PostgreSQL itself would pass over it in silence. */
export const checkSchemas = async (session: PostgresSession, schema: Schema | undefined): Promise<void> => {
  for (const name of list(schema)) {
    const { rows } = await session.query(
      `SELECT has_schema_privilege(oid, 'USAGE')::text AS usable FROM pg_catalog.pg_namespace WHERE nspname = $1`,
      [name],
    )
    if (!rows[0]) throw new ExportError(`postgres: no schema "${name}" in the database; correct the source's schema`)
    if (rows[0].usable !== 'true')
      throw new ExportError(`postgres: no right to use schema "${name}"; grant USAGE to the role that exports`)
  }
}
