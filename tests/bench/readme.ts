import { bundleTableNames, endpointIds } from 'hirescope/contract'
import { exportSection } from './export/readme.ts'
import type { ExportResults } from './export/results.ts'
import { goalsOf } from './goals.ts'
import { table } from './markdown.ts'
import { comparedScopes, exportStages, loadStages, weightGroups, type Results, type Size } from './results.ts'

const number = (value: number) => value.toLocaleString('en')
const sizesOf = ({ sizes }: Results): Size[] =>
  Object.values(sizes).sort((a, b) => a.exported.applications - b.exported.applications)

const machines = (sizes: readonly Size[]) =>
  table(
    ['applications', 'jobs', 'cores', 'memory', 'platform', 'Node', 'Chromium', 'busy before', 'measured'],
    sizes.map(({ machine, exported, load, endpoints }) => [
      number(exported.applications),
      exported.jobs,
      machine.cores,
      `${machine.memory_gib} GiB`,
      machine.platform,
      machine.node,
      machine.chromium,
      [exported, load, endpoints].map(({ busy_before }) => `${Math.round(busy_before * 100)} %`).join(' / '),
      load.at.slice(0, 10),
    ]),
  )

const exports = (sizes: readonly Size[]) =>
  table(
    ['applications', 'stage', 'seconds', 'of a processor', 'rows', 'rows/s', 'memory at start, MB', 'peak memory, MB'],
    sizes.flatMap(({ exported: { applications, stages, scopes, seconds, rows_read, rows_per_second } }) => {
      const each = exportStages.flatMap((stage) => (stages[stage] ? [{ stage, ...stages[stage] }] : []))
      return [
        ...each.map(({ stage, seconds, cpu_seconds, rows, rows_per_second, start_rss_mb, peak_rss_mb }) => [
          number(applications),
          stage,
          seconds.toFixed(1),
          cpu_seconds.toFixed(1),
          rows,
          rows_per_second,
          start_rss_mb ?? '',
          peak_rss_mb ?? '',
        ]),
        [
          number(applications),
          `all, ${scopes} scopes`,
          seconds.toFixed(1),
          each.reduce((sum, { cpu_seconds }) => sum + cpu_seconds, 0).toFixed(1),
          rows_read,
          rows_per_second,
          '',
          Math.max(...each.map(({ peak_rss_mb }) => peak_rss_mb ?? 0)) || '',
        ],
      ]
    }),
  )

const groupNames: Record<(typeof weightGroups)[number], string> = {
  core: '**applications to credit events**',
  stage_events: '**stage events**',
  source_ids: '**source ids**',
  rest: '**the rest**: jobs, rollup, dimensions, answers, views',
  total: '**the whole bundle**',
  first: 'of it, loaded at once: jobs and rollup',
  rows: 'of it, loaded for sets and filters',
}

const weights = (sizes: readonly Size[]) =>
  table(
    [
      'bytes per application',
      ...sizes.flatMap(({ bundle }) => [`${number(bundle.applications)} applications`, 'rows of it']),
    ],
    [
      ...bundleTableNames.map((name) => [
        `\`${name}\``,
        ...sizes.flatMap(({ bundle }) => {
          const { bytes_per_application, rows } = bundle.tables[name]
          return [bytes_per_application.toFixed(2), rows]
        }),
      ]),
      ...weightGroups.map((group) => [
        groupNames[group],
        ...sizes.flatMap(({ bundle }) => [`**${bundle.groups[group].bytes_per_application.toFixed(2)}**`, '']),
      ]),
    ],
  )

const loads = (sizes: readonly Size[]) =>
  table(
    ['applications in the bundle', 'what', 'MB fetched', ...loadStages, '**total**', 'least to most'],
    sizes.flatMap(({ bundle, load }) =>
      (['first', 'rows'] as const).map((part) => [
        number(bundle.applications),
        part === 'first' ? 'engine, jobs and rollup' : 'then the tables of single rows',
        (load[part].bytes_fetched / 1e6).toFixed(1),
        ...loadStages.map((stage) => load[part].stages[stage].toFixed(2)),
        `**${load[part].total.median.toFixed(2)}**`,
        `${load[part].total.min.toFixed(2)} to ${load[part].total.max.toFixed(2)}`,
      ]),
    ),
  )

const answers = (sizes: readonly Size[]) =>
  table(
    [
      'endpoint',
      ...sizes.flatMap(({ bundle, endpoints }) => [
        `all ${number(bundle.applications)} applications`,
        `one job, ${number(endpoints.one_job_applications)}`,
      ]),
    ],
    [
      ...endpointIds.map((id) => [
        `\`${id}\``,
        ...sizes.flatMap(({ endpoints: { whole_scope, one_job } }) =>
          [whole_scope, one_job].map(({ each }) => each[id].median.toFixed(1)),
        ),
      ]),
      [
        '**all nine**',
        ...sizes.flatMap(({ endpoints: { whole_scope, one_job } }) =>
          [whole_scope, one_job].map(({ all }) => `**${all.median.toFixed(1)}**`),
        ),
      ],
      [
        'all nine, most',
        ...sizes.flatMap(({ endpoints: { whole_scope, one_job } }) =>
          [whole_scope, one_job].map(({ all }) => all.max.toFixed(1)),
        ),
      ],
    ],
  )

const scopeNames = { whole_scope: 'all jobs', one_job: 'one job' } as const

const compared = (sizes: readonly Size[]) =>
  table(
    ['applications', 'all nine of', 'hirescope', 'plain SQL', 'loops', 'times faster than plain SQL', 'than loops'],
    sizes.flatMap(({ bundle, endpoints: { baselines } }) =>
      comparedScopes.map((scope) => {
        const { product, plain, loops } = baselines[scope]
        return [
          number(bundle.applications),
          scopeNames[scope],
          `**${product.median.toFixed(1)}**`,
          plain.median.toFixed(1),
          loops.median.toFixed(1),
          (plain.median / product.median).toFixed(1),
          (loops.median / product.median).toFixed(2),
        ]
      }),
    ),
  )

/** The goals as a table: what was wanted, what was seen, and whether that is it. */
const goalTable = (sizes: readonly Size[]) =>
  table(
    ['applications', 'goal', 'at most', 'seen', 'met', 'plain SQL ÷ seen', 'loops ÷ seen'],
    sizes.flatMap((size) =>
      goalsOf(size).map(({ goal, limit, unit, seen, met, to_plain, to_loops }) => [
        number(size.bundle.applications),
        goal,
        `${number(limit)} ${unit}`,
        `**${seen.toLocaleString('en')}**`,
        met ? 'yes' : 'no',
        to_plain?.toFixed(1) ?? '',
        to_loops?.toFixed(2) ?? '',
      ]),
    ),
  )

/** The results as tables. */
export const tables = (results: Results): string => {
  const sizes = sizesOf(results)
  return [
    machines(sizes),
    '## Goals',
    goalTable(sizes),
    '## Beside two baselines in Chromium, milliseconds',
    compared(sizes),
    '## Export',
    exports(sizes),
    '## Weight of the largest bundle',
    weights(sizes),
    '## Load to ready in Chromium, seconds',
    loads(sizes),
    '## Endpoints in Chromium, milliseconds',
    answers(sizes),
  ].join('\n\n')
}

/** The README of the bench. */
export const readme = (results: Results, exported: ExportResults): string => `# Bench

\`npm run bench\` writes this file and \`results.json\`; change \`readme.ts\`, not the file. \`npm run bench -- --sizes 100000\` is
quick and leaves the figures of other sizes as they are, \`--jobs 60\` sets the number of jobs (default: one for 500 applications), \`--keep-export\` measures the
browser alone, on the export of last time. Demo databases stay under \`.demo/bench-<applications>\`; the first run makes them.

**How to read it.** The first column of a table is the size of the demo (one organisation) or, where it says so, of its largest bundle: the one
that an admin sees; deleted jobs are not in it. What is per application is per application of *that* bundle. Rows of an export are source rows for
\`read\` and \`normalise\`, and Parquet rows over all scopes for \`write\`, where a row that several scopes see counts several times; the last line divides
source rows by all the seconds. Peak memory is the highest resident memory (\`VmHWM\`) of the exporting process while it was in the stage, the kernel's mark
being reset at the start of each; the embedded database (PGlite) runs in that process, so that \`read\` counts a PostgreSQL in WebAssembly as well, and what
it has not given back is still there at the start of \`normalise\`. Seconds of a processor count all threads and suffer less from a busy machine than seconds do.

A load starts at the address of a bundle in a page that has visited nothing, on this machine, from a server that allows no caching, and ends when the first
question could be asked; the stages are those of the load with the median total of seven, they overlap, and \`fetch\` includes waiting for its turn. An
endpoint's time is what the page sees, from the question to the answer as JavaScript objects, as the median of seven rounds after a first one; the one job
is the one with the most applications. The answers must equal those that the exporter precomputed, or the bench stops.

The **baselines** are asked in turn with hirescope, in the same page, and must give the same answers: plain SQL (\`page/plain.ts\`) goes over
the readable views made tables (ids and names as text) in the same DuckDB-WASM; the loops (\`page/loops.ts\`) go over typed arrays, sorted by job beforehand,
which is the practical floor for code that reads rows. hirescope reads the rollup that the exporter shipped, which is why it wins where the rows are many. "Busy before" is the share of
all processors that others used in the two seconds before: where it is not near zero, the times are too high.

${tables(results)}

${exportSection(exported)}
`
