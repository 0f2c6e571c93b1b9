import { bundleColumns, weeks, wholeScores } from 'hirescope/contract'
import { buckets } from './buckets.ts'
import {
  apart,
  by,
  inWeeks,
  isSelection,
  relations,
  selections,
  setRelations,
  sumWhere,
  weekOf,
  wholeScope,
  type Grain,
  type Relation,
  type Selection,
} from './relations.ts'
import { isSetTable, setColumns, setTableNames, type SetTable } from './set-tables.ts'

/** What a scope narrows, by name: tables of a bundle, selections of applications and set tables. All else hangs on the applications. */
export type Narrowed = 'jobs' | 'applications' | 'credit_events' | Selection | SetTable

/**
 * Some columns of `rollup_job`: a row for each grain that has anything to count. Where the rows of jobs were shipped, the numbers
 * of a set of jobs are their sums.
 */
interface Part {
  columns: readonly string[]
  sql: Relation
  /** What of the sums is too much, since it counts once for several jobs: one row, with null for nothing. */
  again?: string
  /** For what does not add up: whether the greatest of the jobs stands for all of them, or else the SQL is asked of the set. */
  set?: 'greatest' | 'asked'
}

const columnsOf = (name: string, numbers: readonly number[]) => numbers.map((number) => `${name}_${number}`)

/** Turns rows (grain, code, n) into a row for each grain with a column for each code. */
const spread = (code: string, columns: readonly string[]) =>
  columns.map((column, value) => `${sumWhere(`${code} = ${value}`)} AS ${column}`).join(',\n       ')

const ranked = (group: string, counted: string, grain: Grain) => {
  const partition = grain === 'job' ? 'PARTITION BY grain ' : ''
  return `
  SELECT ${by(grain, 'grain')} AS grain, ${group}, sum(n) AS applicants, sum(sum(n)) OVER (${partition}) AS together,
         row_number() OVER (${partition}ORDER BY sum(n) DESC, ${group}) AS position
  FROM ${counted}
  GROUP BY ${apart(grain, 'grain')}${group}`
}

const scores = columnsOf('resumes_score', wholeScores)
const series = ['applications_week', 'assessments_week', 'screenings_week'].flatMap((name) => columnsOf(name, weeks))

const parts: Record<string, Part> = {
  job_counts: {
    columns: ['jobs', 'open_jobs', 'closed_jobs'],
    sql: (grain) => `
SELECT ${by(grain)} AS grain, count(*) AS jobs,
       ${sumWhere("status = 'open'", '1')} AS open_jobs,
       ${sumWhere("status = 'closed'", '1')} AS closed_jobs
FROM jobs
GROUP BY grain`,
  },
  stage_counts: {
    columns: ['applications', ...Object.keys(buckets)],
    sql: () => `
SELECT grain, sum(n) AS applications,
       ${Object.entries(buckets)
         .map(([bucket, condition]) => `${sumWhere(condition)} AS ${bucket}`)
         .join(',\n       ')}
FROM states
GROUP BY grain`,
  },
  applicant_counts: {
    columns: ['applicants', 'assessed', 'screened'],
    sql: () => `
SELECT grain, sum(n) AS applicants, ${sumWhere('assessed')} AS assessed, ${sumWhere('screened')} AS screened
FROM (
  SELECT grain, assessed, screened, CASE WHEN several THEN 0 ELSE n END AS n FROM alike
  UNION ALL
  SELECT grain, assessed, screened, count(*) AS n FROM repeated GROUP BY grain, assessed, screened) AS counted
GROUP BY grain`,
    again: `
SELECT sum(again) AS applicants, sum(assessed_again) AS assessed, sum(screened_again) AS screened
FROM (
  SELECT again, assessed_again, screened_again FROM repeated
  UNION ALL
  SELECT count(*), ${sumWhere('assessed', '1')}, ${sumWhere('screened', '1')} FROM set_pairs) AS counted`,
  },
  latest_resumes: {
    columns: ['latest_resume_at'],
    sql: () => `
SELECT grain, CAST('1970-01-01' AS TIMESTAMP) + max(latest_resume_s) * INTERVAL '1' SECOND AS latest_resume_at
FROM alike
GROUP BY grain`,
    set: 'greatest',
  },
  first_hires: {
    columns: ['hired_candidate_id', 'hired_name', 'hired_job_key', 'hired_at'],
    sql: (grain) => `
SELECT first.grain, candidates.candidate_id AS hired_candidate_id, candidates.name AS hired_name,
       first.job_key AS hired_job_key, first.hired_at
FROM (${
      grain === 'job'
        ? `
  SELECT job_key AS grain, candidate_key, job_key, hired_at
  FROM (
    SELECT *, row_number() OVER (PARTITION BY job_key ORDER BY hired_at NULLS LAST, application_key) AS position
    FROM hires) AS ranked
  WHERE position = 1`
        : `
  SELECT ${wholeScope} AS grain, candidate_key, job_key, hired_at
  FROM hires
  ORDER BY hired_at NULLS LAST, application_key
  LIMIT 1`
    }) AS first
JOIN candidates ON candidates.candidate_key = first.candidate_key`,
    set: 'asked',
  },
  credits: {
    columns: ['credit_units'],
    sql: (grain) => `
SELECT ${by(grain)} AS grain, sum(units) AS credit_units
FROM credit_events
GROUP BY grain`,
  },
  resume_counts: {
    columns: ['resumes', ...scores],
    sql: () => `
SELECT grain, sum(n) AS resumes,
       ${spread('score', scores)}
FROM (
  SELECT grain, score, sum(resumes) AS n FROM alike WHERE NOT several GROUP BY grain, score
  UNION ALL
  SELECT grain, score, count(*) AS n FROM repeated_resumes GROUP BY grain, score) AS counted
GROUP BY grain`,
    again: `
SELECT sum(n) AS resumes,
       ${spread('score', scores)}
FROM (
  SELECT score, sum(again) AS n
  FROM set_resumes
  JOIN repeated ON repeated.candidate_key = set_resumes.candidate_key
  GROUP BY score
  UNION ALL
  SELECT score, count(*) AS n FROM (SELECT unnest(scores) AS score FROM set_pairs) AS listed GROUP BY score) AS counted`,
  },
  week_counts: {
    columns: series,
    sql: (grain) => `
SELECT grain, ${spread('week', series)}
FROM (
  SELECT ${by(grain)} AS grain, ${weekOf('applied_on')} AS week, count(*) AS n
  FROM applications
  WHERE ${inWeeks('applied_on')}
  GROUP BY ${apart(grain)}week
  UNION ALL
  SELECT ${by(grain)} AS grain, week, count(*) AS n
  FROM assigned
  ${
    grain === 'job'
      ? `JOIN (SELECT DISTINCT pair_key, job_key FROM applications WHERE assessed OR screened) AS pairs ON pairs.pair_key = assigned.pair_key`
      : 'WHERE pair_key IN (SELECT pair_key FROM applications)'
  }
  GROUP BY ${apart(grain)}week) AS counted
GROUP BY grain`,
  },
  top_cities: {
    columns: ['top_city', 'top_city_applicants', 'with_city'],
    sql: (grain) => `
SELECT ranked.grain, cities.name AS top_city, ranked.applicants AS top_city_applicants, ranked.together AS with_city
FROM (${ranked('city_key', 'city_counts', grain)}) AS ranked
JOIN cities ON cities.city_key = ranked.city_key
WHERE ranked.position = 1`,
    set: 'asked',
  },
  top_skills: {
    columns: [1, 2, 3].flatMap((position) => [`top_skill_${position}`, `top_skill_${position}_applicants`]),
    sql: (grain) => `
SELECT ranked.grain, ${[1, 2, 3]
      .map(
        (position) => `max(CASE WHEN position = ${position} THEN skills.name END) AS top_skill_${position},
       ${sumWhere(`position = ${position}`, 'ranked.applicants')} AS top_skill_${position}_applicants`,
      )
      .join(',\n       ')}
FROM (${ranked('skill_key', 'skill_counts', grain)}) AS ranked
JOIN skills ON skills.skill_key = ranked.skill_key
WHERE ranked.position <= 3
GROUP BY ranked.grain`,
    set: 'asked',
  },
}

/** Columns of jobs that were shipped, together. */
const together = (parts: readonly Part[], jobs: string) =>
  `
SELECT ${wholeScope} AS grain, ${parts
    .flatMap(({ columns, set }) =>
      columns.map((column) => `${set === 'greatest' ? 'max' : 'sum'}(${column}) AS ${column}`),
    )
    .join(', ')}
FROM (${jobs}) AS shipped
HAVING count(*) > 0`

const wordsIn = (sql: string): Set<string> => new Set(sql.match(/\w+/g))

/** The SQL that gives some columns, under a name. */
interface Used {
  name: string
  columns: readonly string[]
  sql: string
}

/**
 * The parts that give columns of `rollup_job`, and what of a set is to be taken off, after the relations that they read, directly or
 * by others; with their SQL.
 */
const usedFor = (columns: ReadonlySet<string>, grain: Grain, shipped?: string) => {
  const needed = Object.entries(parts).filter(
    ([name, part]) => name === 'job_counts' || part.columns.some((each) => columns.has(each)),
  )
  const asked = needed
    .filter(([, { set }]) => shipped === undefined || set === 'asked')
    .map(([name, { columns, sql }]): Used => ({ name, columns, sql: sql(grain).trim() }))
  const added = shipped === undefined ? [] : needed.map(([, part]) => part).filter(({ set }) => set !== 'asked')
  const sums = added.flatMap(({ columns }) => columns)
  const used: Used[] = [
    ...(shipped === undefined ? [] : [{ name: 'job_counts', columns: sums, sql: together(added, shipped).trim() }]),
    ...asked,
  ]
  const again = needed.flatMap(([name, { columns, again }]): Used[] =>
    shipped === undefined || again === undefined ? [] : [{ name: `${name}_again`, columns, sql: again.trim() }],
  )
  const words = [...used, ...again].map(({ sql }) => wordsIn(sql))
  const read = new Set(words.flatMap((each) => [...each]))
  const sqlOf = Object.entries(shipped === undefined ? relations : setRelations)
  // A relation reads those before it alone.
  const before = sqlOf.reverse().flatMap(([name, relation]): [string, string][] => {
    if (!read.has(name)) return []
    const sql = (typeof relation === 'string' ? relation : relation(grain)).trim()
    const own = wordsIn(sql)
    words.push(own)
    own.forEach((word) => read.add(word))
    return [[name, sql]]
  })
  return { parts: used, again, relations: before.reverse(), read, words }
}

/** The columns of `rollup_job`. */
export const rollupColumns: readonly string[] = bundleColumns('rollup_job').map(({ name }) => name)

/** What the SQL of all rollups names: tables and columns among it. */
export const rollupWords = (): ReadonlySet<string> => usedFor(new Set(rollupColumns), 'all').read

/** What stands for a name that a scope narrows, given the columns that are read of it. */
export type Narrow = (name: Narrowed, columns: readonly string[]) => string

/** What a scope narrows, as it stands in a bundle. */
const whole: Narrow = (name, columns) =>
  isSelection(name) ? `SELECT ${columns.join(', ')} FROM applications WHERE ${selections[name].of}` : ''

/**
 * The expressions of a WITH clause that give columns of `rollup_job` at one grain under that name. The exporter ships what
 * they give for every job and for the whole scope; for other questions they stand in the statement, and what a scope
 * narrows stands before them. For all of a set of jobs together `shipped` selects their rows of `rollup_job`: they are added up,
 * and what does not add up is asked of set tables.
 */
export const rollupExpressions = (
  columns: ReadonlySet<string>,
  grain: Grain,
  { narrow = whole, shipped }: { narrow?: Narrow; shipped?: string | undefined } = {},
): [name: string, sql: string][] => {
  const used = usedFor(columns, grain, shipped)
  const names: readonly Narrowed[] =
    shipped === undefined
      ? ['applications', ...(Object.keys(selections) as Selection[]), 'jobs', 'credit_events']
      : setTableNames
  const narrowed = names.flatMap((name): [string, string][] => {
    if (!used.read.has(name)) return []
    const sql = narrow(name, columnsOfNarrowed(name, used.words))
    return sql ? [[name, sql]] : []
  })
  const given = bundleColumns('rollup_job').flatMap(({ name, type, nullable }) => {
    const part = used.parts.find(({ columns }) => columns.includes(name))
    if (part === undefined) return []
    const again = used.again.find(({ columns }) => columns.includes(name))
    const value = again ? `${part.name}.${name} - coalesce(${again.name}.${name}, 0)` : `${part.name}.${name}`
    // What an engine counts is wider than what is shipped, and a result must not depend on which of the two it is.
    return `CAST(${nullable ? value : `coalesce(${value}, 0)`} AS ${type}) AS ${name}`
  })
  const joins = [
    ...used.parts
      .filter(({ name }) => name !== 'job_counts')
      .map(({ name }) => `LEFT JOIN ${name} ON ${name}.grain = job_counts.grain`),
    ...used.again.map(({ name }) => `CROSS JOIN ${name}`),
  ]
  return [
    ...narrowed,
    ...used.relations,
    ...[...used.again, ...used.parts].map(({ name, sql }): [string, string] => [name, sql]),
    ['rollup_job', `SELECT job_counts.grain AS job_key, ${given.join(', ')}\nFROM job_counts\n${joins.join('\n')}`],
  ]
}

/** The columns that are read of what a scope narrows: those that some SQL names which names it, too. */
const columnsOfNarrowed = (name: Narrowed, words: readonly ReadonlySet<string>[]): string[] => {
  const read = words.filter((each) => each.has(name))
  const known = isSelection(name)
    ? selections[name].columns
    : isSetTable(name)
      ? setColumns[name]
      : bundleColumns(name).map(({ name }) => name)
  return known.filter((column) => read.some((each) => each.has(column)))
}

/** A query for all rows of `rollup_job`, in the order in which they are exported. Reads the parameter `$first_week`. */
export const rollupQuery = (): string => {
  const at = (grain: Grain) => {
    const expressions = rollupExpressions(new Set(rollupColumns), grain).map(([name, sql]) => `${name} AS (${sql})`)
    return `SELECT * FROM (WITH ${expressions.join(',\n')}\nSELECT * FROM rollup_job) AS at_${grain}`
  }
  return `${at('all')}\nUNION ALL\n${at('job')}\nORDER BY job_key`
}
