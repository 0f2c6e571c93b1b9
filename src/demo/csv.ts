/** A value in a row of COPY's CSV: null is nothing, an empty text is "". */
export type Cell = string | number | boolean | null

const cell = (value: Cell): string => {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (typeof value === 'number') return String(value)
  return value === '' || value === '\\.' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** A row of CSV as PostgreSQL's COPY reads it. */
export const csvRow = (cells: readonly Cell[]): string => `${cells.map(cell).join(',')}\n`

const days = new Map<number, string>()
const pad = (value: number, digits: number) => String(value).padStart(digits, '0')

/** An instant as the contract writes it, in UTC: "YYYY-MM-DD hh:mm:ss" with the fraction that it has. */
export const instantText = (at: number): string => {
  const day = Math.floor(at / 86_400_000)
  const date = days.get(day) ?? new Date(at).toISOString().slice(0, 10)
  days.set(day, date)
  const rest = at - day * 86_400_000
  const seconds = Math.floor(rest / 1000)
  const time = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`
  const thousandths = rest % 1000
  return `${date} ${time}${thousandths === 0 ? '' : `.${pad(thousandths, 3).replace(/0+$/, '')}`}`
}
