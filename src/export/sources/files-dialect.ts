import type { Staging } from '../staging.ts'
import { firstLine } from './columns.ts'
import type { Dialect, Finding } from './stand-ins.ts'

/** An error as DuckDB tells it where `errors_as_json` is set. */
interface Told {
  exception_type: string
  exception_message: string
  /** Bytes into the statement. */
  position?: string
  error_subtype?: string
  type?: string
}

const told = (error: unknown): Told => {
  const message = error instanceof Error ? error.message : String(error)
  try {
    return JSON.parse(message.slice(message.indexOf('{'))) as Told
  } catch {
    return { exception_type: 'Internal', exception_message: firstLine(message) }
  }
}

const missingColumn =
  /^(?:Referenced (?:column|table) "|(?:Table|Values list) "[^"]*" does not have a column named |Column "[^"]*" does not exist on )/

/** What DuckDB finds wrong with an SQL text, which followed `prefix` in the statement. Values in it may be an applicant's and are cut. */
export const findingOf = (error: unknown, prefix: string, text: string): Finding => {
  const { exception_type, exception_message, position, error_subtype, type } = told(error)
  const value = /^(?:Conversion|Invalid Input|Out of Range)$/.test(exception_type)
  const said = `${exception_type} Error: ${firstLine(value ? exception_message.replace(/['"][\s\S]*['"]/, '"…"') : exception_message)}`
  // A stand-in is called so.
  const message = said.replace('Error: Values list "', 'Error: Table "')
  const statement = Buffer.from(`${prefix}${text}`)
  const offset = position === undefined ? -1 : statement.subarray(0, Number(position)).toString().length - prefix.length
  const at = offset < 0 || offset > text.length ? null : offset
  if (error_subtype === 'MISSING_ENTRY' && type === 'Table') return { kind: 'table', message, at }
  if (missingColumn.test(exception_message)) {
    const using = /^Column "([^"]*)" does not exist on /.exec(exception_message)?.[1]
    return { kind: 'column', message, at, ...(using !== undefined && { column: using }) }
  }
  const pattern = /^No files found that match the pattern "(.*)"/.exec(exception_message)?.[1]
  if (pattern === undefined) return { kind: 'other', message, at }
  const quoted = text.indexOf(`'${pattern}'`)
  return { kind: 'table', message, at: at ?? (quoted < 0 ? null : quoted) }
}

/** How DuckDB is asked what a SELECT names and the data folder lacks. */
export const filesDialect = (staging: Staging): Dialect => ({
  types: ['VARCHAR', 'BIGINT', 'TIMESTAMP', 'DECIMAL(18,4)', 'BOOLEAN', 'DATE', 'JSON', 'VARCHAR[]'],
  judge: async (tables, text) => {
    const prefix = `DESCRIBE ${tables}SELECT * FROM (\n`
    try {
      return (await staging.rows(`${prefix}${text}\n)`)).map((row) => String(row.column_name))
    } catch (error) {
      return findingOf(error, prefix, text)
    }
  },
})
