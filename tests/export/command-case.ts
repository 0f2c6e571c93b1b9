import { exportCommand, loggedEvent, type EventName, type LoggedEvent } from 'hirescope/export'
import type { SourceRows } from 'hirescope/contract'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeRows } from '../oracle/index.ts'

/** A source of a few rows, what the command needs to export it, and a folder for all of that. */
export interface CommandCase {
  folder: string
  target: string
  private: string
  /** Writes the configuration with these settings over the usual ones, and gives its file. */
  config: (settings?: object) => Promise<string>
  /** Writes other rows. */
  rows: (rows: SourceRows) => Promise<void>
  /** Runs the command with that configuration. */
  run: (settings?: object, ...flags: string[]) => Promise<Ended>
  remove: () => Promise<void>
}

export interface Ended {
  code: number
  out: string
  error: string
}

/** Runs the command in this process. */
export const command = async (args: readonly string[], signal?: AbortSignal, onOut?: (text: string) => void) => {
  const ended: Ended = { code: -1, out: '', error: '' }
  const out = (text: string) => {
    ended.out += text
    onOut?.(text)
  }
  ended.code = await exportCommand(args, { live: false, out, error: (text) => (ended.error += text) }, signal)
  return ended
}

export const commandCase = async (rows: SourceRows): Promise<CommandCase> => {
  const folder = await mkdtemp(join(tmpdir(), 'hirescope-command-'))
  const target = join(folder, 'target')
  const own = join(folder, 'private')
  const write = async (next: SourceRows) => {
    await rm(join(folder, 'adapter'), { recursive: true, force: true })
    await writeRows(next, folder)
  }
  await write(rows)
  const config = async (settings: object = {}) => {
    const file = join(folder, 'config.json')
    const usual = {
      source: { kind: 'files', folder: join(folder, 'data') },
      adapter: join(folder, 'adapter'),
      target,
      private: own,
      asOf: '2026-01-01T00:00:00Z',
      threads: 1,
    }
    await writeFile(file, JSON.stringify({ ...usual, ...settings }))
    return file
  }
  return {
    folder,
    target,
    private: own,
    config,
    rows: write,
    run: async (settings, ...flags) => command(['--config', await config(settings), ...flags]),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** The events of a run with --json, each checked against its schema. */
export const eventsOf = (out: string): LoggedEvent[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => loggedEvent.parse(JSON.parse(line)))

/** The events of one name. */
export const named = <Name extends EventName>(events: readonly LoggedEvent[], name: Name) =>
  events.filter((event): event is Extract<LoggedEvent, { event: Name }> => event.event === name)
