import { table } from '../markdown.ts'
import { exportStages } from '../results.ts'
import type { ExportResults, ExportSize } from './results.ts'

const number = (value: number) => value.toLocaleString('en')

const sizesOf = ({ sizes }: ExportResults) =>
  Object.values(sizes).sort((a, b) => a.orgs * a.applications - b.orgs * b.applications || a.orgs - b.orgs)

const nameOf = ({ orgs, applications }: ExportSize) => `${number(orgs)} × ${number(applications)}`

/** The goals that hirescope has set itself: speeds for one organisation of 1,000,000 applications, memory for all. */
const goalsOf = (size: ExportSize): [goal: string, wanted: string, seen: number, met: boolean][] => {
  const { copy, row_by_row, stages, seconds, rows_read, peak_rss_mb } = size
  const staging = stages.read.rows_per_second
  const least = (goal: string, limit: number, seen: number): [string, string, number, boolean] => [
    goal,
    `≥ ${limit}`,
    seen,
    seen >= limit,
  ]
  return [
    least('reading and staging ÷ row by row, rows/s', 5, staging / row_by_row.rows_per_second),
    least('the whole run ÷ row by row, rows/s', 5, rows_read / seconds / row_by_row.rows_per_second),
    least('reading and staging ÷ COPY to files, rows/s', 0.6, staging / copy.rows_per_second),
    ...(size.orgs === 1
      ? ([
          ['the whole run ÷ all that is done once', '≤ 3', ...ratio(size, ['read', 'judge', 'normalise'])],
          ['the whole run ÷ reading and judging', '≤ 3', ...ratio(size, ['read', 'judge'])],
          ['the whole run ÷ reading', '≤ 3', ...ratio(size, ['read'])],
        ] as [string, string, number, boolean][])
      : []),
    ...(peak_rss_mb === null
      ? []
      : ([['peak memory, MiB', '< 1,536', (peak_rss_mb * 1e6) / 2 ** 20, (peak_rss_mb * 1e6) / 2 ** 20 < 1536]] as [
          string,
          string,
          number,
          boolean,
        ][])),
  ]
}

const ratio = ({ seconds, stages }: ExportSize, of: readonly (typeof exportStages)[number][]): [number, boolean] => {
  const seen = seconds / of.reduce((sum, stage) => sum + (stages[stage]?.seconds ?? 0), 0)
  return [seen, seen <= 3]
}

const shown = (value: number) => (value < 100 ? value.toFixed(2) : number(Math.round(value)))

/** The part of the bench's README that is about exports from a PostgreSQL server. */
export const exportSection = (results: ExportResults): string => {
  const sizes = sizesOf(results)
  return `# Export from a PostgreSQL server

\`npm run bench:export\` measures it: a PostgreSQL server of its own on this machine, its tables made there row by row from nothing but their numbers
(\`export/source.ts\`), about twelve rows for an application, read through a thin adapter (\`export/adapter\`). Sizes are organisations × applications of each:
\`npm run bench:export -- --sizes 1x1000000,1000x1000\`. An organisation alone has 20 viewers with a scope each: one sees all, the others together twice as much, so
that the scopes hold three times its rows; of many organisations each has two viewers. \`--viewers\`, \`--memory\` and \`--threads\` change that.

Every ratio is of figures of one run. **COPY to files** is the server's own \`COPY … TO 'file' (FORMAT csv)\` of the same SELECTs, one after the other, the faster of
one before and one after the export. **Row by row** is pg-query-stream → DuckDB's appender → a database file, for the first rows of each table, a million in all;
its rows per second are taken for those of the whole. \`read\` is from connecting until every row lies in the working database, \`judge\` and \`normalise\` until the
tables are ready of which bundles are made, \`write\` until all are published. The first three are done once, whatever the number of scopes. Memory is the \`VmHWM\` of the exporting process, which DuckDB is part of, but not the server.

${table(
  ['organisations × applications', 'goal', 'wanted', 'seen', 'met'],
  sizes.flatMap((size) =>
    goalsOf(size).map(([goal, wanted, seen, met]) => [
      nameOf(size),
      goal,
      wanted,
      `**${shown(seen)}**`,
      met ? 'yes' : 'no',
    ]),
  ),
)}

${table(
  ['organisations × applications', 'what', 'seconds', 'of a processor', 'rows', 'rows/s', 'peak memory, MB'],
  sizes.flatMap((size) => [
    [nameOf(size), 'COPY to files', size.copy.seconds.toFixed(1), '', size.copy.rows, size.copy.rows_per_second, ''],
    [
      nameOf(size),
      'row by row, a share',
      size.row_by_row.seconds.toFixed(1),
      '',
      size.row_by_row.rows,
      size.row_by_row.rows_per_second,
      '',
    ],
    ...exportStages.flatMap((stage) => {
      const of = size.stages[stage]
      return of
        ? [
            [
              nameOf(size),
              stage,
              of.seconds.toFixed(1),
              of.cpu_seconds.toFixed(1),
              of.rows,
              of.rows_per_second,
              of.peak_rss_mb ?? '',
            ],
          ]
        : []
    }),
    [
      nameOf(size),
      `all, ${number(size.scopes)} scopes`,
      size.seconds.toFixed(1),
      '',
      size.rows_read,
      Math.round(size.rows_read / size.seconds),
      size.peak_rss_mb ?? '',
    ],
  ]),
)}

Measured with processors busy before: ${sizes.map((size) => `${nameOf(size)} ${Math.round(100 * size.busy_before)} % on ${size.at.slice(0, 10)}`).join(', ')}.`
}
