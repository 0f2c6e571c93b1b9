import { parseArgs, type ParseArgsConfig } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

/** Where a command writes. */
export interface Terminal {
  out: (text: string) => void
  error: (text: string) => void
}

/** Reads a command's flags. @throws Error for one that is none */
export const readFlags = <const Known extends Options>(
  args: readonly string[],
  options: Known,
): ReturnType<typeof parseArgs<{ options: Known }>>['values'] => {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new Error(`arguments: ${(error as Error).message.split(/\.\s/)[0]}; see --help`, { cause: error })
  }
}

/** A whole number of a flag. @throws Error */
export const wholeNumber = (flag: string, text: string, least: number, most: number): number => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN
  if (!(value >= least && value <= most))
    throw new Error(`arguments: --${flag} "${text}", expected a whole number from ${least} to ${most}`)
  return value
}

/** What went wrong, in one line. */
export const explain = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
