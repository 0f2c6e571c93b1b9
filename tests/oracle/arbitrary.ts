import type fc from 'fast-check'
import type { SourceRows, SourceTableName } from 'hirescope/contract'
import { readInstant } from './clock.ts'
import type { Clock } from './clock.ts'
import { columns } from './columns.ts'
import { compose } from './compose.ts'
import type { OracleConfig } from './config.ts'
import { draft } from './draft.ts'
import { applyFault } from './faults.ts'

const timeColumns = (Object.keys(columns) as SourceTableName[]).flatMap((table) =>
  columns[table].filter(({ kind }) => kind === 'time').map(({ name }) => ({ table, name })),
)

/** Makes a whole time column know the day only: a column of an adapter has one type. */
const cutToDays = (rows: SourceRows, { table, name }: { table: SourceTableName; name: string }, clock: Clock): void => {
  for (const row of (rows[table] ?? []) as Record<string, unknown>[]) {
    const text = row[name] as string | null
    if (text !== null) row[name] = clock.dayOf(readInstant(text)!)
  }
}

/** A small random database with its configuration; a time column holds days only or timestamps only. */
export const sourceRows = (): fc.Arbitrary<{ rows: SourceRows; config: OracleConfig }> =>
  draft.map((drawn) => {
    const { rows: composed, config, clocks } = compose(drawn)
    const absent: readonly string[] = drawn.absent
    const present = Object.entries(composed).filter(([table]) => !absent.includes(table))
    const rows = Object.fromEntries(present) as SourceRows
    for (const fault of drawn.faults) applyFault(rows, fault)
    // The day of the westernmost org has begun for every other, so that the cut moves no record past as-of.
    const [clock] = clocks.sort((a, b) => b.startOf('2024-06-01') - a.startOf('2024-06-01'))
    for (const column of drawn.dayOnly) cutToDays(rows, timeColumns[column % timeColumns.length]!, clock!)
    return { rows, config }
  })
