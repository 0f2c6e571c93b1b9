import type { Adapter } from '../adapter.ts'
import { ExportError } from '../errors.ts'
import { throwProblems } from './columns.ts'
import { connect, type PostgresConnection } from './postgres.ts'
import { failure } from './postgres-failure.ts'
import { checkSchemas, searchPath } from './postgres-schema.ts'
import { problemsOf } from './postgres-snapshot.ts'

const text = (value: unknown) => String(value)

// What a view depends on is what its reader needs rights on: the tables as they are named, not what a plan makes of them.
// pg_catalog and information_schema are open to everyone.
const dependencies = `
  SELECT kind, quote_ident(nspname) AS schema, name FROM (
    SELECT DISTINCT 'table' AS kind, c.relnamespace AS namespace, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_catalog.pg_rewrite AS r
    JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_catalog.pg_class AS c ON c.oid = d.refobjid AND c.oid <> r.ev_class
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE r.ev_class = 'pg_temp.hirescope_grants'::regclass
    UNION
    SELECT 'function', p.pronamespace, p.oid::regprocedure::text
    FROM pg_catalog.pg_rewrite AS r
    JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_proc'::regclass
    JOIN pg_catalog.pg_proc AS p ON p.oid = d.refobjid
    WHERE r.ev_class = 'pg_temp.hirescope_grants'::regclass
  ) AS needed
  JOIN pg_catalog.pg_namespace AS n ON n.oid = namespace
  WHERE nspname NOT IN ('pg_catalog', 'information_schema')`

/**
 * The GRANT statements for a role that exports through an adapter and does nothing else. Nothing is read and nothing stays in the
 * database: each SELECT becomes a temporary view in a transaction that is rolled back. `role`: else the one that connects.
 * @throws ExportError for a SELECT that fails, each with its file and line.
 */
export const postgresGrants = async (
  adapter: Adapter,
  connection: PostgresConnection,
  role = '',
): Promise<string[]> => {
  const session = await connect(connection)
  try {
    await session.query('BEGIN')
    for (const setting of searchPath(connection.schema)) await session.query(`SET LOCAL ${setting}`)
    await checkSchemas(session, connection.schema)
    const names = await session.query(
      `SELECT quote_ident(coalesce(nullif($1, ''), current_user)) AS role, quote_ident(current_database()) AS database,
        pg_is_in_recovery()::text AS standby, has_database_privilege(current_database(), 'TEMPORARY')::text AS temporary,
        current_user::text AS own, current_database()::text AS here`,
      [role],
    )
    const { role: grantee, database, standby, temporary, own, here } = names.rows[0] ?? {}
    if (standby === 'true')
      throw new ExportError('postgres: a standby cannot say what to grant; name the primary with --database')
    if (temporary === 'false')
      throw new ExportError(
        `postgres: "${text(own)}" may not create temporary views in ${text(here)}; name another account with --database, and --role ${text(grantee)}`,
      )
    const problems: string[] = []
    const schemas = new Set<string>()
    const rights = { table: new Set<string>(), function: new Set<string>() }
    const prefix = 'CREATE TEMPORARY VIEW hirescope_grants AS SELECT 1 AS one FROM (\n'
    for (const [table, query] of adapter.queries) {
      await session.query('SAVEPOINT view')
      try {
        await session.query(`${prefix}${query.sql}\n) AS needed`)
        // Names are given whole then, so that the statements work whatever the search path of who runs them.
        await session.query("SELECT set_config('search_path', 'pg_catalog', true)")
        for (const { kind, schema, name } of (await session.query(dependencies)).rows) {
          schemas.add(text(schema))
          rights[kind === 'table' ? 'table' : 'function'].add(text(name))
        }
      } catch (error) {
        const failed = failure(error)
        if (!failed) throw error
        await session.query('ROLLBACK TO SAVEPOINT view')
        problems.push(...(await problemsOf(session, table, query, prefix, failed)))
      }
      await session.query('ROLLBACK TO SAVEPOINT view')
    }
    throwProblems(problems)
    return [
      `GRANT CONNECT ON DATABASE ${text(database)} TO ${text(grantee)};`,
      ...[...schemas].sort().map((name) => `GRANT USAGE ON SCHEMA ${name} TO ${text(grantee)};`),
      ...[...rights.table].sort().map((name) => `GRANT SELECT ON ${name} TO ${text(grantee)};`),
      ...[...rights.function].sort().map((name) => `GRANT EXECUTE ON FUNCTION ${name} TO ${text(grantee)};`),
    ]
  } finally {
    await session.close()
  }
}
