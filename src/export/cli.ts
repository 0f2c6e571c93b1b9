import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import packageJson from 'hirescope/package.json' with { type: 'json' }
import { parseConfig, type ExportConfig } from './config.ts'
import { dryRun } from './dry-run.ts'
import { ExportError, explain } from './errors.ts'
import { inWords, logged, type ExportEvent, type LoggedEvent, type Reporter } from './events.ts'
import { exitCodeOf, type ExitCode } from './exit-codes.ts'
import { writeNginx } from './nginx.ts'
import { keepReport } from './report.ts'
import { loadConfig } from './load-config.ts'
import { rollBack } from './rollback.ts'
import { adapterOf, checkFolders, runExport, type ExportOptions } from './run.ts'
import { parseShard } from './shard.ts'
import type { ExportSummary } from './summary.ts'
import { seconds } from './stopwatch.ts'
import { verifyTarget } from './verify.ts'
import { postgresGrants } from './sources/postgres-grants.ts'

const usage = `usage: npm run export -- --config <file.ts|file.json> [options]

  --config <file>        the configuration (default export of a TypeScript file, or JSON)
  --org <id>             only this organisation; may be repeated
  --shard <part>         only one part of all organisations, for example 3/16
  --target <folder>      instead of the configuration's target; also s3://bucket/prefix
  --unconditional        export also to a store that does not honour conditional puts
  --private <folder>     instead of the configuration's private folder
  --staging <folder>     instead of the configuration's staging folder; one for each run at a time
  --database <url>       instead of the configuration's PostgreSQL url
  --as-of <instant>      export as of this instant, for example 2026-11-20T02:00:00Z
  --names <setting>      none, hired or all
  --max-rejected <share> for example 0.02
  --force                publish also what lost more applications than maxDrop allows, or whole tables
  --erase                with --org: leave no file of an earlier dataset, so that whom the source erased is in none
  --rollback <id>        instead of exporting, publish the previous dataset of this organisation again
  --dry-run              instead of exporting, say what would be read and written
  --verify               instead of exporting, read again what is published and check all of it
  --print-grants         instead of exporting, print the GRANT statements that the role of the export needs
  --role <name>          with --print-grants: for this role instead of the one that connects
  --json                 events as lines of JSON on stdout, and these words on stderr
  --help                 this text`

const options = {
  config: { type: 'string' },
  org: { type: 'string', multiple: true },
  shard: { type: 'string' },
  target: { type: 'string' },
  unconditional: { type: 'boolean' },
  private: { type: 'string' },
  staging: { type: 'string' },
  database: { type: 'string' },
  'as-of': { type: 'string' },
  names: { type: 'string' },
  'max-rejected': { type: 'string' },
  force: { type: 'boolean' },
  erase: { type: 'boolean' },
  rollback: { type: 'string' },
  'dry-run': { type: 'boolean' },
  verify: { type: 'boolean' },
  'print-grants': { type: 'boolean' },
  role: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

const { version } = packageJson

/** A name for a run that no other has, in the order of their starts. */
const runId = (start: Date) => `${start.toISOString().replace(/[-:.]/g, '')}-${randomBytes(4).toString('hex')}`

type Flags = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

const readFlags = (args: readonly string[]): Flags => {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new ExportError(`arguments: ${(error as Error).message.split(/\.\s/)[0]}; see --help`)
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
    ...(flags.unconditional && { s3: { ...(config as { s3?: object }).s3, unconditional: true } }),
    ...(flags.private !== undefined && { private: flags.private }),
    ...(flags.staging !== undefined && { staging: flags.staging }),
    ...(flags.database !== undefined && { source: otherDatabase(config, flags.database) }),
    ...(flags['as-of'] !== undefined && { asOf: flags['as-of'] }),
    ...(flags.names !== undefined && { names: flags.names }),
    ...(flags['max-rejected'] !== undefined && { maxRejected: numberOf(flags['max-rejected']) }),
  })
}

/** Which orgs the flags ask for. */
const selection = ({ org, shard, erase }: Flags): Pick<ExportOptions, 'orgs' | 'shard'> => {
  if (org && shard !== undefined) throw new ExportError('arguments: --org and --shard exclude each other; give one')
  if (erase && !org) throw new ExportError('arguments: --erase needs --org: it leaves no dataset to roll back to')
  return { ...(org && { orgs: org }), ...(shard !== undefined && { shard: parseShard(shard) }) }
}

/** Where the command writes. */
export interface Terminal {
  /** Whether a line can be drawn over. */
  live: boolean
  out: (text: string) => void
  error: (text: string) => void
}

/** Writes events for people: what is soon out of date is drawn over where that can be done. */
const wordsTo = ({ live, out, error }: Terminal): Reporter => ({
  event: (event) => {
    const told = inWords(event)
    if (!told) return
    const clear = live ? '\r\u001b[K' : ''
    if (told.kind === 'progress') return out(live ? `${clear}${told.text}` : `${told.text}\n`)
    if (told.kind === 'line') return out(`${clear}${told.text}\n`)
    out(clear)
    error(`${told.text}\n`)
  },
})

interface Sink {
  event: (event: LoggedEvent) => void
}

/** Writes events as lines of JSON, and for people beside them. */
const jsonTo = ({ out, error }: Terminal): Sink => {
  const words = wordsTo({ live: false, out: error, error })
  return {
    event: (event) => {
      out(`${JSON.stringify(event)}\n`)
      words.event(event)
    },
  }
}

const grants = async (config: ExportConfig, role?: string): Promise<string> => {
  const { source } = config
  if (source.kind !== 'postgres')
    throw new ExportError(
      `arguments: --print-grants is for a postgres source, and the configuration's is ${source.kind}`,
    )
  return (await postgresGrants(await adapterOf(config), source, role)).map((line) => `${line}\n`).join('')
}

/** The configuration names orgs that the source does not hold; what it holds is published. */
class MissingOrgs extends ExportError {}

const checkKnown = ({ known, missing }: Pick<ExportSummary, 'known' | 'missing'>) => {
  if (known === 0) throw new ExportError('source: it holds no organisation; check the adapter')
  if (missing.length)
    throw new MissingOrgs(`config: orgs: ${missing.join(', ')} is not in the source; correct or remove it`)
}

interface Running {
  config: ExportConfig
  flags: Flags
  reporter: Reporter
  signal: AbortSignal | undefined
}

/** Writes what nginx needs, if asked for. */
const mapViewers = async (config: ExportConfig, reporter: Reporter) => {
  const viewers = await writeNginx(config)
  if (!viewers) return
  const { paths, ambiguous, unusable } = viewers
  reporter.event({ event: 'viewers_mapped', viewers: paths.size, ambiguous, unusable })
}

/** Exports what the flags ask for; what is wrong beyond single orgs is thrown at the end. */
const exportAll = async ({ config, flags, reporter, signal }: Running): Promise<ExitCode> => {
  const summary = await runExport(config, {
    reporter,
    ...selection(flags),
    ...(flags.force && { force: true }),
    ...(flags.erase && { erase: true }),
    ...(signal && { signal }),
  })
  await mapViewers(config, reporter)
  checkKnown(summary)
  return summary.orgs.every(({ error }) => error === null) ? 0 : 1
}

const rollBackOne = async ({ config, flags: { rollback: org = '' }, reporter }: Running): Promise<ExitCode> => {
  const { scopes, kept, exportedAt } = await rollBack(config, org)
  reporter.event({ event: 'org_rolled_back', org, exported_at: exportedAt, scopes, kept })
  await mapViewers(config, reporter)
  return 0
}

const tryOut = async ({ config, flags, reporter, signal }: Running): Promise<ExitCode> => {
  const plan = await dryRun(config, { reporter, ...selection(flags), ...(signal && { signal }) })
  checkKnown(plan)
  return plan.failing === 0 ? 0 : 1
}

const verify = async ({ config, flags, reporter, signal }: Running): Promise<ExitCode> => {
  const { faults } = await verifyTarget(config, { reporter, ...selection(flags), ...(signal && { signal }) })
  return faults === 0 ? 0 : 1
}

const commands = { export: exportAll, rollback: rollBackOne, 'dry-run': tryOut, verify }

/** What the flags ask for instead of an export. */
const commandOf = (flags: Flags): keyof typeof commands | 'print-grants' => {
  const asked = (['rollback', 'dry-run', 'verify', 'print-grants'] as const).filter((each) => flags[each] !== undefined)
  if (asked.length > 1)
    throw new ExportError(`arguments: ${asked.map((each) => `--${each}`).join(' and ')} exclude each other; give one`)
  return asked[0] ?? 'export'
}

/** `npm run export`. Gives the exit code, and a line on stderr where it is not 0 (`exitCodes`). */
export const exportCommand = async (
  args: readonly string[],
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<ExitCode> => {
  const since = performance.now()
  const run = runId(new Date())
  const sinks: Sink[] = [args.includes('--json') ? jsonTo(terminal) : wordsTo(terminal)]
  const reporter = {
    event: (event: ExportEvent) => sinks.forEach((sink) => sink.event(logged(run, new Date(), event))),
  }
  let report: ReturnType<typeof keepReport> | undefined
  let command: ReturnType<typeof commandOf> = 'export'
  const finish = async (exit_code: ExitCode, error: string | null) => {
    reporter.event({ event: 'run_finished', command, exit_code, error, seconds: seconds(since) })
    await report?.close().catch((cause: unknown) => terminal.error(`report: not written: ${explain(cause)}\n`))
    return exit_code
  }
  try {
    const flags = readFlags(args)
    if (flags.help) {
      terminal.out(`${usage}\n`)
      return 0
    }
    if (!flags.config) throw new ExportError('arguments: --config is missing; see --help')
    if (flags.json && flags['print-grants'])
      throw new ExportError('arguments: --json and --print-grants exclude each other; give one')
    command = commandOf(flags)
    const config = withFlags(await loadConfig(flags.config), flags)
    if (command === 'print-grants') {
      terminal.out(await grants(config, flags.role))
      return 0
    }
    checkFolders(config)
    if (command === 'export' || command === 'rollback') {
      report = keepReport(config, run)
      sinks.push(report)
    }
    const { adapter, source } = config
    reporter.event({ event: 'run_started', command, version, source: source.kind, adapter: basename(adapter) })
    return await finish(await commands[command]({ config, flags, reporter, signal }), null)
  } catch (error) {
    const cause: unknown = signal?.aborted ? signal.reason : error
    return finish(cause instanceof MissingOrgs ? 1 : exitCodeOf(cause), explain(cause))
  }
}
