import type { BundleType } from 'hirescope/contract'

/**
 * Where PostgreSQL differs from the SQL that metrics are written in, which is DuckDB's. All else is SQL that both read alike.
 */

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** What DuckDB has and PostgreSQL lacks, made in the schema that holds a bundle's tables: a type, an aggregate, a catalogue. */
export const prelude = (schema: string): string[] => {
  const own = quoteName(schema)
  const literal = `'${own.replaceAll("'", "''")}'`
  return [
    `CREATE SCHEMA IF NOT EXISTS ${own}`,
    `DO $$ BEGIN CREATE DOMAIN ${own}.tinyint AS smallint; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    // The state is value and rank. As in DuckDB, a row without one of them does not count, and of equals the first.
    `CREATE OR REPLACE FUNCTION ${own}.arg_max_step(state integer[], value integer, rank integer) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN value IS NULL OR rank IS NULL OR rank <= state[2] THEN state ELSE ARRAY[value, rank] END $$`,
    `CREATE OR REPLACE FUNCTION ${own}.arg_max_value(state integer[]) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT state[1] $$`,
    `CREATE OR REPLACE AGGREGATE ${own}.arg_max(integer, integer)
(SFUNC = ${own}.arg_max_step, STYPE = integer[], FINALFUNC = ${own}.arg_max_value)`,
    `CREATE OR REPLACE FUNCTION ${own}.pragma_table_info(text) RETURNS TABLE (cid integer, name text, type text)
LANGUAGE sql STABLE AS $$
SELECT (row_number() OVER (ORDER BY a.attnum))::integer - 1, a.attname::text,
       CASE format_type(a.atttypid, NULL)
         WHEN 'character varying' THEN 'VARCHAR'
         WHEN 'timestamp without time zone' THEN 'TIMESTAMP'
         ELSE upper(regexp_replace(format_type(a.atttypid, NULL), '^.*\\.', ''))
       END
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = ${literal}::regnamespace AND c.relname = $1 AND c.relkind = 'r'
  AND a.attnum > 0 AND NOT a.attisdropped $$`,
  ]
}

/** A metric's statement in PostgreSQL: the tables of a bundle are in its schema, which DuckDB calls `main`. */
export const translate = (sql: string, schema: string): string =>
  sql.replace(/\bmain\./g, () => `${quoteName(schema)}.`)

/** The type of a column of a bundle, in the schema. */
export const columnType = (type: BundleType, schema: string): string =>
  type === 'TINYINT' ? `${quoteName(schema)}.tinyint` : type

/** DuckDB's expression for a value as PostgreSQL's COPY reads it. */
export const copied = (column: string, type: BundleType): string =>
  type.endsWith('[]') ? `'{' || array_to_string(${column}, ',') || '}' AS ${column}` : column

/** DuckDB's name of the type of a result, by PostgreSQL's number of it. */
export const resultType = (oid: number): string => names[oid] ?? `of PostgreSQL (${oid})`

const names: Record<number, string> = {
  16: 'BOOLEAN',
  20: 'BIGINT',
  21: 'SMALLINT',
  23: 'INTEGER',
  25: 'VARCHAR',
  700: 'FLOAT',
  701: 'DOUBLE',
  1043: 'VARCHAR',
  1082: 'DATE',
  1114: 'TIMESTAMP',
  1184: 'TIMESTAMP WITH TIME ZONE',
  1700: 'DECIMAL',
}
