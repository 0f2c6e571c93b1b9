import type { Goal, Size } from './results.ts'
import { round } from './spread.ts'

/** The goals that hirescope has set itself, for 1,000,000 applications and 2,000 jobs; at other sizes they are a hint. */
export const goalsOf = ({ bundle, load, endpoints, visits, tenfold }: Size): Goal[] => {
  const { baselines, narrowed, shares } = endpoints
  const per = (share: number) => `${Math.round(100 * share)} %`
  const goal = (
    goal: string,
    limit: number,
    unit: Goal['unit'],
    seen: number | null,
    baseline?: { plain: { median: number }; loops: { median: number } },
  ): Goal[] =>
    seen === null
      ? []
      : [
          {
            goal,
            limit,
            unit,
            seen: round(seen),
            met: seen <= limit,
            to_plain: baseline ? round(baseline.plain.median / seen) : null,
            to_loops: baseline ? round(baseline.loops.median / seen) : null,
          },
        ]
  const { whole_scope, one_job } = baselines
  return [
    ...goal('all nine, all jobs', 8, 'ms', whole_scope.product.median, whole_scope),
    ...goal('all nine, one job', 8, 'ms', one_job.product.median, one_job),
    ...goal(`all nine, all of ${tenfold.jobs.toLocaleString('en')} jobs`, 12, 'ms', tenfold.whole_scope.median),
    ...goal(`all nine, one of ${tenfold.jobs.toLocaleString('en')} jobs`, 12, 'ms', tenfold.one_job.median),
    ...goal('all nine, twenty jobs', 25, 'ms', narrowed.twenty_jobs.median),
    ...goal('all nine, half of the jobs', 25, 'ms', narrowed.half_of_jobs.median),
    ...goal(
      `all nine, city, dates and score: ${per(shares.filter_few)} of the rows`,
      40,
      'ms',
      narrowed.filter_few.median,
    ),
    ...goal(
      `all nine, dates and score: ${per(shares.filter_half)} of the rows`,
      120,
      'ms',
      narrowed.filter_half.median,
    ),
    ...goal("longest task of the page's thread meanwhile (0: under 50 ms)", 50, 'ms', endpoints.longest_task),
    ...goal('cold visit: numbers on screen', 0.4, 's', visits.cold.numbers.median),
    ...goal('warm visit: any job answerable', 1.5, 's', visits.warm.engine.median),
    ...goal('bytes per application, applications to credits', 14, 'B', bundle.groups.core.bytes_per_application),
    ...goal('precomputed results', 100, 'kB', bundle.answers_bytes / 1000),
    ...goal('rollup', 1, 'MB', bundle.tables.rollup_job.bytes / 1e6),
    // The stages overlap, so that their sum is no time that anybody waits; fetching is more than the goal counts.
    ...goal('single rows ready after the engine, fetched too', 1.2, 's', load.rows.total.median),
    ...goal(
      'rollup ready after the engine',
      0.2,
      's',
      Math.max(0, load.first.total.median - load.first.stages.instantiate),
    ),
    ...goal('memory of the page, all loaded', 700, 'MB', load.memory_mb),
  ]
}
