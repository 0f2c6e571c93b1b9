import { ExportError } from './errors.ts'

/** The exit codes of the command and what each means. */
export const exitCodes = {
  0: 'Everything that was asked for was done: all organisations are published, or nothing is wrong with them (`--dry-run`, `--verify`).',
  1: 'An organisation was not published, or the configuration names one that is not in the source; the others are. Or `--dry-run` or `--verify` found something wrong, or something unforeseen happened.',
  2: 'Arguments, configuration or adapter are wrong; nothing was published.',
  3: 'The source cannot be reached or does not let the exporter read; nothing was published.',
  4: 'The target or the private folder cannot be written, or another run holds its lock; nothing was published.',
  130: 'Stopped by SIGINT (Ctrl+C). What was published till then is whole.',
  143: 'Stopped by SIGTERM. What was published till then is whole.',
} as const

export type ExitCode = keyof typeof exitCodes

const signals = { SIGINT: 130, SIGTERM: 143 } as const

/** The run was told to stop. */
export class StoppedError extends ExportError {
  override name = 'StoppedError'
  readonly exitCode: ExitCode

  constructor(signal: keyof typeof signals) {
    super(`stopped by ${signal}; what is published is whole, run it again`)
    this.exitCode = signals[signal]
  }
}

/** What the first word of a message, its subject, is about. */
const subjects: Record<string, ExitCode> = {
  arguments: 2,
  config: 2,
  adapter: 2,
  org: 2,
  postgres: 3,
  pglite: 3,
  files: 3,
  source: 3,
  target: 4,
  secret: 4,
  private: 4,
  lock: 4,
}

/** The exit code of a run that an error ended. */
export const exitCodeOf = (error: unknown): ExitCode => {
  if (error instanceof StoppedError) return error.exitCode
  if (error instanceof ExportError) {
    const lines = error.message.split('\n')
    if (lines.every((line) => /^adapter: .* (?:permission denied|row-level security policy) /.test(line))) return 3
    return subjects[error.message.split(':', 1)[0] ?? ''] ?? 1
  }
  const { code, path } = error as NodeJS.ErrnoException
  return code !== undefined && path !== undefined ? 4 : 1
}

/** Aborts at the first SIGINT or SIGTERM; at the second the process ends at once. */
export const stopOnSignals = (): AbortSignal => {
  const stop = new AbortController()
  for (const name of Object.keys(signals) as (keyof typeof signals)[])
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(signals[name])
      stop.abort(new StoppedError(name))
    })
  return stop.signal
}
