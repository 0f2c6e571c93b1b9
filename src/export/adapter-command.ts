import { requiredSourceTables, sourceTableNames } from 'hirescope/contract'
import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { checkAdapter, type AdapterCheck } from './adapter-check.ts'
import type { Adapter } from './adapter.ts'
import type { Terminal } from './cli.ts'
import { parseConfig, type ExportConfig } from './config.ts'
import { ExportError, explain } from './errors.ts'
import { exitCodeOf } from './exit-codes.ts'
import { loadConfig } from './load-config.ts'
import { openSource } from './open-source.ts'
import { adapterOf } from './run.ts'

const usage = `usage: npm run adapter -- check <folder> (--source <where> | --config <file>) [options]

  <folder>           an adapter's folder, or the name of a ready-made one (django, greenhouse)
  --source <where>   postgres://… , a PGlite folder, or a folder of CSV, Parquet or JSON files
  --config <file>    instead: the source and the settings of an export's configuration
  --schema <name>    with --source: the schema of the source tables
  --rows <number>    how many rows of each table are looked at; default 1000
  --help             this text`

const options = {
  source: { type: 'string' },
  config: { type: 'string' },
  schema: { type: 'string' },
  rows: { type: 'string' },
  help: { type: 'boolean' },
} as const

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new ExportError(`arguments: ${(error as Error).message.split(/\.\s/)[0]}; see --help`)
  }
}

const sourceOf = async (where: string, schema: string | undefined) => {
  const named = schema === undefined ? {} : { schema }
  if (/^postgres(?:ql)?:/.test(where)) return { kind: 'postgres', url: where, ...named }
  const isDatabase = await access(join(where, 'PG_VERSION')).then(
    () => true,
    () => false,
  )
  return isDatabase ? { kind: 'pglite', folder: where, ...named } : { kind: 'files', folder: where }
}

const configOf = async (
  adapter: string,
  { source, config, schema }: { source?: string | undefined; config?: string | undefined; schema?: string | undefined },
): Promise<ExportConfig> => {
  if ((source === undefined) === (config === undefined))
    throw new ExportError('arguments: give either --source or --config; see --help')
  if (config !== undefined) return parseConfig({ ...((await loadConfig(config)) as object), adapter })
  // Nothing is written to either folder.
  return parseConfig({ adapter, source: await sourceOf(source ?? '', schema), target: 'none', private: 'none' })
}

const rowsOf = (text = '1000'): number => {
  const rows = Number(text)
  if (!Number.isInteger(rows) || rows < 1) throw new ExportError('arguments: --rows must be a whole number from 1')
  return rows
}

const required: ReadonlySet<string> = new Set(requiredSourceTables)

const report = ({ queries }: Adapter, { rows }: AdapterCheck): string =>
  sourceTableNames
    .map((table) => {
      if (!queries.has(table))
        return `${table}: ${required.has(table) ? '' : 'not available, '}its file is absent${required.has(table) ? ', and it must be there' : ''}\n`
      const read = rows.get(table)
      return `${table}: ${read === undefined ? 'not read' : `${read} rows looked at`}\n`
    })
    .join('')

/**
 * `npm run adapter -- check <folder>`: 0 if nothing is wrong, 1 with a line for each thing that is, and the codes of an export where it
 * cannot be checked.
 */
export const adapterCommand = async (args: readonly string[], { out, error: say }: Terminal): Promise<number> => {
  try {
    const { values, positionals } = parsed(args)
    if (values.help) {
      out(`${usage}\n`)
      return 0
    }
    const [command, folder, ...more] = positionals
    if (command !== 'check' || folder === undefined || more.length)
      throw new ExportError('arguments: expected check <folder>; see --help')
    const config = await configOf(folder, values)
    const lacks: string[] = []
    const adapter = await adapterOf(config, (problem) => lacks.push(problem))
    const check = await checkAdapter(adapter, (each) => openSource(config.source, each), {
      rows: rowsOf(values.rows),
      asOf: config.asOf === undefined ? null : new Date(config.asOf),
      ...(typeof config.maxRejected === 'number' && { tolerated: config.maxRejected }),
    })
    out(report(adapter, check))
    const problems = [...lacks, ...check.problems]
    for (const problem of problems) say(`${problem}\n`)
    const { length } = problems
    out(`${resolve(adapter.folder)}: ${length ? `${length} problem${length === 1 ? '' : 's'}` : 'nothing wrong'}\n`)
    return length ? 1 : 0
  } catch (error) {
    say(`adapter check failed: ${explain(error)}\n`)
    return exitCodeOf(error)
  }
}
