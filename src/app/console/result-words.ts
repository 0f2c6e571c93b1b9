import type { QueryError, QueryErrorCode } from 'hirescope/engine/wasm/console'
import { counted, decimal, number } from '../format.ts'
import type { Result } from './state/result.svelte.ts'

/** A duration as it is said: "4.2 ms", "812 ms", "3.4 s". */
export const duration = (milliseconds: number): string => {
  if (milliseconds < 0.05) return '<0.1 ms'
  if (milliseconds < 10) return `${decimal(milliseconds)} ms`
  if (milliseconds < 1000) return `${number(Math.round(milliseconds))} ms`
  return `${decimal(milliseconds / 1000)} s`
}

const changing = /^\s*(?:--[^\n]*\n\s*|\/\*[^]*?\*\/\s*)*(insert|update|delete|merge|copy|create)\b/i

/** What a statement that gives no rows of its own has done; null for one that asks for rows. */
export const doneInWords = ({ rows, sql, length }: Pick<Result, 'rows' | 'sql' | 'length'>): string | null => {
  const [column, another] = rows?.columns ?? []
  if (!rows || !column || another) return rows && !column ? 'The statement succeeded' : null
  if (column.name === 'Success' && column.kind === 'boolean' && length === 0) return 'The statement succeeded'
  if (column.name !== 'Count' || !changing.test(sql)) return null
  if (length === 0) return 'The statement succeeded'
  const count = Number(rows.value(0, 0))
  return `The statement succeeded: ${counted(count, 'row')} written`
}

const titles: Record<QueryErrorCode, string> = {
  sql: 'The statement has a fault',
  refused: 'The statement is not allowed here',
  cancelled: 'The statement was cancelled',
  time: 'The statement took too long',
  memory: 'The statement needed too much memory',
  lost: 'The engine was lost',
}

/** What went wrong, in a few words. */
export const errorTitle = ({ code }: Pick<QueryError, 'code'>): string => titles[code]

/** Where in a text a position is: "line 3, column 7". */
export const placeInWords = (sql: string, position: number): string => {
  const lines = sql.slice(0, position).split('\n')
  return `line ${number(lines.length)}, column ${number((lines.at(-1)?.length ?? 0) + 1)}`
}

/** The line of a text that a position is in: what stands before it, the word there, and what follows. */
export const lineAt = (sql: string, position: number): { before: string; word: string; after: string } => {
  const from = position === 0 ? 0 : sql.lastIndexOf('\n', position - 1) + 1
  const to = sql.indexOf('\n', position)
  const rest = sql.slice(position, to < 0 ? undefined : to)
  const [word = ''] = /^(?:[\p{L}\p{N}_]+|"[^"]*"|.)/u.exec(rest) ?? []
  return { before: sql.slice(from, position), word, after: rest.slice(word.length) }
}

/** What the engine says of a fault, apart from the line that it quotes and points into. */
export const faultInWords = ({ message }: Pick<QueryError, 'message'>): string =>
  message.replace(/\s*\n\s*LINE \d+:[^]*$/, '').trim()

/** How many rows there are and how long they took, as one line. */
export const resultInWords = ({ length, outcome, error }: Pick<Result, 'length' | 'outcome' | 'error'>): string => {
  if (outcome?.cut) return `The first ${counted(length, 'row')}; there are more · ${duration(outcome.milliseconds)}`
  if (outcome) return `${counted(length, 'row')} · ${duration(outcome.milliseconds)}`
  if (error) return length ? `${counted(length, 'row')} had come before it ended` : ''
  return length ? `${counted(length, 'row')} so far` : 'Running'
}
