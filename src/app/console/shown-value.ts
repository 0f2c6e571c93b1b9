import { languages } from '../format.ts'
import type { ResultColumn } from './rows.ts'
import { valueText, type Value } from './value.ts'

/** No cell shows more of a text; the whole of it can be asked for. */
const longest = 300

/** Numbers that name something are written without separators. */
const names = /(^|_|\b)(id|ids|key|keys|year|yr|code|pin|zip)$/i

const whole = new Intl.NumberFormat(languages, { maximumFractionDigits: 0 })
const broken = new Intl.NumberFormat(languages, { maximumFractionDigits: 6 })
const separator = broken.formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.'

const grouped = (value: number | bigint | string): string => {
  if (typeof value === 'number') {
    const size = Math.abs(value)
    if (Number.isInteger(value) && size < 1e15) return whole.format(value)
    return size >= 1e-3 && size < 1e15 ? broken.format(value) : valueText(value)
  }
  // A decimal keeps all of its digits, also those that a double would not.
  const [, sign = '', digits = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value)) ?? []
  return digits ? `${sign}${whole.format(BigInt(digits))}${fraction ? `${separator}${fraction}` : ''}` : String(value)
}

/** What a cell of the grid shows of a value that is there. */
export const shownValue = (value: Value, { kind, name }: ResultColumn): string => {
  const text =
    kind === 'number' &&
    !names.test(name) &&
    (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string')
      ? grouped(value)
      : valueText(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
