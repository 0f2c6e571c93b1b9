import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { parseConfig, type ExportConfig } from './config.ts'
import { ExportError, explain } from './errors.ts'
import { rollBack } from './rollback.ts'
import { adapterOf, runExport, type ExportOptions, type ExportSummary, type Reporter } from './run.ts'
import { parseShard } from './shard.ts'
import { postgresGrants } from './sources/postgres-grants.ts'

const usage = `usage: npm run export -- --config <file.ts|file.json> [options]

  --config <file>        the configuration (default export of a TypeScript file, or JSON)
  --org <id>             only this organisation; may be repeated
  --shard <part>         only one part of all organisations, for example 3/16
  --target <folder>      instead of the configuration's target
  --private <folder>     instead of the configuration's private folder
  --staging <folder>     instead of the configuration's staging folder; one for each run at a time
  --database <url>       instead of the configuration's PostgreSQL url
  --as-of <instant>      export as of this instant, for example 2026-11-20T02:00:00Z
  --names <setting>      none, hired or all
  --max-rejected <share> for example 0.02
  --force                publish also what lost more applications than maxDrop allows, or whole tables
  --rollback <id>        instead of exporting, publish the previous dataset of this organisation again
  --print-grants         instead of exporting, print the GRANT statements that the role of the export needs
  --role <name>          with --print-grants: for this role instead of the one that connects
  --help                 this text`

const options = {
  config: { type: 'string' },
  org: { type: 'string', multiple: true },
  shard: { type: 'string' },
  target: { type: 'string' },
  private: { type: 'string' },
  staging: { type: 'string' },
  database: { type: 'string' },
  'as-of': { type: 'string' },
  names: { type: 'string' },
  'max-rejected': { type: 'string' },
  force: { type: 'boolean' },
  rollback: { type: 'string' },
  'print-grants': { type: 'boolean' },
  role: { type: 'string' },
  help: { type: 'boolean' },
} as const

type Flags = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

const readFlags = (args: readonly string[]): Flags => {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new ExportError(`arguments: ${(error as Error).message.split(/\.\s/)[0]}; see --help`)
  }
}

const parseJson = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, and with it perhaps a password.
    throw new ExportError(`config: ${file} is not JSON`)
  }
}

const load = async (file: string): Promise<unknown> => {
  const path = resolve(file)
  try {
    const text = await readFile(path, 'utf8')
    if (path.endsWith('.json')) return parseJson(text, file)
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default
  } catch (error) {
    if (error instanceof ExportError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new ExportError(`config: no file ${file}`)
    throw new ExportError(`config: ${file} cannot be read: ${message.split('\n')[0]}`)
  }
}

// A blank is no number, and neither is 1 %.
const numberOf = (text: string) => (text.trim() === '' ? NaN : Number(text))

/** The configuration's PostgreSQL source with another URL; its password was for the configured one. */
const otherDatabase = (config: object, url: string) => {
  const { source } = config as { source?: { kind?: unknown } }
  const rest = source?.kind === 'postgres' ? source : { kind: 'postgres' }
  return { ...rest, url, password: undefined, passwordFile: undefined }
}

/** The configuration with the flags over it. */
const withFlags = (config: unknown, flags: Flags): ExportConfig => {
  if (typeof config !== 'object' || config === null)
    throw new ExportError('config: the file gives no configuration; a TypeScript file must export it as default')
  return parseConfig({
    ...config,
    ...(flags.target !== undefined && { target: flags.target }),
    ...(flags.private !== undefined && { private: flags.private }),
    ...(flags.staging !== undefined && { staging: flags.staging }),
    ...(flags.database !== undefined && { source: otherDatabase(config, flags.database) }),
    ...(flags['as-of'] !== undefined && { asOf: flags['as-of'] }),
    ...(flags.names !== undefined && { names: flags.names }),
    ...(flags['max-rejected'] !== undefined && { maxRejected: numberOf(flags['max-rejected']) }),
  })
}

/** Which orgs the flags ask for. */
const selection = ({ org, shard }: Flags): Pick<ExportOptions, 'orgs' | 'shard'> => {
  if (org && shard !== undefined) throw new ExportError('arguments: --org and --shard exclude each other; give one')
  return { ...(org && { orgs: org }), ...(shard !== undefined && { shard: parseShard(shard) }) }
}

/** Where the command writes. */
export interface Terminal {
  /** Whether a line can be drawn over. */
  live: boolean
  out: (text: string) => void
  error: (text: string) => void
}

const reporterOf = ({ live, out }: Terminal): Reporter & { end: () => void } => ({
  progress: (text) => out(live ? `\r\u001b[K${text}` : `${text}\n`),
  end: () => {
    if (live) out('\r\u001b[K')
  },
})

const number = (value: number) => value.toLocaleString('en')

const issueLines = (label: string, issues: ExportSummary['unattributed']) =>
  issues.map(
    ({ table, kind, reason, rows, sample }) =>
      `  ${label}${table}: ${number(rows)} ${kind === 'left_out' ? 'left out' : kind}, ${reason} (${sample.map((id) => JSON.stringify(id)).join(', ')}${rows > sample.length ? ', …' : ''})`,
  )

/** What an export did, for people. */
export const describe = ({ orgs, unattributed, asOf, seconds }: ExportSummary): string => {
  const sum = (pick: (org: (typeof orgs)[number]) => number) => orgs.reduce((total, org) => total + pick(org), 0)
  const rejected = [...orgs.flatMap(({ issues }) => issues), ...unattributed]
    .filter(({ kind }) => kind === 'rejected')
    .reduce((total, { rows }) => total + rows, 0)
  const lines = orgs.flatMap(({ org, error, scopes, changed, rows, bytes, issues }) => [
    error === null
      ? `org ${org}: ${scopes} scopes (${changed} changed), ${number(rows)} rows, ${number(bytes)} bytes`
      : `org ${org}: failed, its last dataset stays: ${error}`,
    ...issueLines('', issues),
  ])
  const published = orgs.filter(({ error }) => error === null).length
  return [
    ...lines,
    ...(unattributed.length ? ['rows of no org:', ...issueLines('', unattributed)] : []),
    `as of ${asOf} UTC: ${published} of ${orgs.length} orgs published, ${number(sum(({ scopes }) => scopes))} scopes, ${number(sum(({ rows }) => rows))} rows, ${number(sum(({ bytes }) => bytes))} bytes, ${number(rejected)} rejected; ${seconds.read} s reading, ${seconds.judge} s judging, ${seconds.normalise} s normalising, ${seconds.write} s writing`,
  ].join('\n')
}

const grants = async (config: ExportConfig, role?: string): Promise<string> => {
  const { source } = config
  if (source.kind !== 'postgres')
    throw new ExportError(
      `arguments: --print-grants is for a postgres source, and the configuration's is ${source.kind}`,
    )
  return (await postgresGrants(await adapterOf(config), source, role)).map((line) => `${line}\n`).join('')
}

const rolledBack = async (config: ExportConfig, org: string): Promise<string> => {
  const { scopes, kept, exportedAt } = await rollBack(config, org)
  const others = kept ? `; ${kept} scopes that were not there then keep theirs` : ''
  return `org ${org}: rolled back to the dataset exported at ${exportedAt}, ${scopes} scopes${others}\n`
}

/** `npm run export`: 0 if every org was published and every org of the configuration is there, else 1 with a line that says why. */
export const exportCommand = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const reporter = reporterOf(terminal)
  try {
    const flags = readFlags(args)
    if (flags.help) {
      terminal.out(`${usage}\n`)
      return 0
    }
    if (!flags.config) throw new ExportError('arguments: --config is missing; see --help')
    const selected = selection(flags)
    const config = withFlags(await load(flags.config), flags)
    if (flags.rollback !== undefined) {
      terminal.out(await rolledBack(config, flags.rollback))
      return 0
    }
    if (flags['print-grants']) {
      terminal.out(await grants(config, flags.role))
      return 0
    }
    const summary = await runExport(config, { reporter, ...selected, ...(flags.force && { force: true }) })
    reporter.end()
    terminal.out(`${describe(summary)}\n`)
    if (summary.known === 0) throw new ExportError('source: it holds no organisation; check the adapter')
    if (summary.missing.length)
      throw new ExportError(`config: orgs: ${summary.missing.join(', ')} is not in the source; correct or remove it`)
    return summary.orgs.every(({ error }) => error === null) ? 0 : 1
  } catch (error) {
    reporter.end()
    terminal.error(`export failed: ${explain(error)}\n`)
    return 1
  }
}
