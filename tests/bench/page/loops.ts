import { outcomeCode, outcomes, stageCode, stages, weekCount } from 'hirescope/contract'
import { weekStarts, type Columns, type Dataset } from 'hirescope/metrics'
import { activeStages, createAnswers, shownOutcomes, type Answers, type Numbers, type Stages } from './plain.ts'

const codes = `
candidate AS (SELECT *, row_number() OVER (ORDER BY candidate_key) - 1 AS code FROM v_candidates),
job AS (SELECT *, row_number() OVER (ORDER BY title, job_id) - 1 AS code FROM v_jobs),
city AS (
  SELECT name, row_number() OVER (ORDER BY name) - 1 AS code
  FROM (SELECT city AS name FROM v_candidates UNION SELECT city FROM v_resumes) AS named
  WHERE name IS NOT NULL),
skill AS (SELECT skill, row_number() OVER (ORDER BY skill) - 1 AS code FROM (SELECT DISTINCT skill FROM v_resume_skills) AS listed),
resume AS (
  SELECT v_resumes.*, candidate.code AS candidate,
    row_number() OVER (ORDER BY candidate.code, created_at, resume_key) - 1 AS code
  FROM v_resumes JOIN candidate USING (candidate_key))`

const int = (expression: string, name: string) => `CAST(${expression} AS INTEGER) AS ${name}`

// Microseconds since 1970 are exact in a DOUBLE until 2255.
const time = (expression: string, name: string) =>
  `coalesce(CAST(epoch_us(${expression}) AS DOUBLE), CAST('Infinity' AS DOUBLE)) AS ${name}`

const day = (expression: string) => int(`CAST(${expression} AS DATE) - DATE '1970-01-01'`, 'day')

const position = (names: readonly string[], column: string) =>
  int(`list_position([${names.map((name) => `'${name}'`).join(', ')}], ${column}) - 1`, column)

// Rows of a job lie together, those of a candidate within it too; résumés lie by candidate, the latest last.
const queries = {
  jobs: `SELECT job_id, title, status, ${time('created_at', 'created_at')} FROM job ORDER BY code`,
  candidates: `
SELECT candidate_id, candidate.name, ${int('coalesce(city.code, (SELECT count(*) FROM city))', 'city')}
FROM candidate LEFT JOIN city ON city.name = candidate.city
ORDER BY candidate.code`,
  cities: 'SELECT name FROM city ORDER BY code',
  skills: 'SELECT skill FROM skill ORDER BY code',
  applications: `
SELECT ${int('job.code', 'job')}, ${int('candidate.code', 'candidate')}, ${day('applied_on')}, application_key AS key,
  ${position(stages, 'stage')}, ${position(outcomes, 'outcome')}, ${time('outcome_at', 'outcome_at')}
FROM v_applications JOIN candidate USING (candidate_key) JOIN job USING (job_id)
ORDER BY job.code, candidate.code`,
  resumes: `
SELECT ${int('candidate', 'candidate')}, ${int('coalesce(job.code, -1)', 'job')}, ${int('coalesce(city.code, (SELECT count(*) FROM city))', 'city')},
  ${int('coalesce(score, 11)', 'score')}, ${time('t.created_at', 'created_at')}
FROM resume AS t LEFT JOIN job USING (job_id) LEFT JOIN city ON city.name = t.city
ORDER BY t.code`,
  listed: `
SELECT ${int('resume.code', 'resume')}, ${int('skill.code', 'skill')}
FROM v_resume_skills JOIN resume USING (resume_key) JOIN skill USING (skill)
ORDER BY resume.code`,
  assessments: `
SELECT ${int('job.code', 'job')}, ${int('candidate.code', 'candidate')}, ${day('assigned_on')}
FROM v_assessments JOIN candidate USING (candidate_key) JOIN job USING (job_id)
ORDER BY job.code, candidate.code`,
  screenings: `
SELECT ${int('job.code', 'job')}, ${int('candidate.code', 'candidate')}, ${day('assigned_on')}, ${int('revoked', 'revoked')}
FROM v_screenings JOIN candidate USING (candidate_key) JOIN job USING (job_id)
ORDER BY job.code, candidate.code`,
  credits: `
SELECT ${int('job.code', 'job')}, CAST(round(credits * 10000) AS DOUBLE) AS units
FROM v_credit_events JOIN job USING (job_id)
ORDER BY job.code`,
}

type Ints = Int32Array | Uint8Array

/** Where the rows of each group begin; the rows are in the order of their group. */
const startsOf = (groups: Ints, count: number): Int32Array => {
  const starts = new Int32Array(count + 1)
  for (const group of groups) starts[group + 1]!++
  for (let group = 0; group < count; group++) starts[group + 1]! += starts[group]!
  return starts
}

const load = async ({ engine, manifest }: Dataset) => {
  const named = Object.entries(queries)
  const results = await engine.columns(
    named.map(([, sql]) => ({ sql: `WITH ${codes.trim()}\n${sql.trim()}`, params: [] })),
  )
  const tables = Object.fromEntries(named.map(([name], index) => [name, results[index]])) as Record<
    keyof typeof queries,
    Columns
  >
  const column = (table: keyof typeof queries, name: string) => tables[table].columns[name]!
  const ints = (table: keyof typeof queries, name: string) => Int32Array.from(column(table, name) as ArrayLike<number>)
  const small = (table: keyof typeof queries, name: string) => Uint8Array.from(column(table, name) as ArrayLike<number>)
  const times = (table: keyof typeof queries, name: string) =>
    Float64Array.from(column(table, name) as ArrayLike<number>)
  const texts = (table: keyof typeof queries, name: string) => Array.from(column(table, name) as ArrayLike<string>)
  const byJob = (table: keyof typeof queries) => startsOf(ints(table, 'job'), tables.jobs.length)
  const records = (table: 'applications' | 'assessments' | 'screenings') => ({
    starts: byJob(table),
    candidate: ints(table, 'candidate'),
    day: ints(table, 'day'),
  })
  return {
    firstDay: Date.parse(weekStarts(manifest)[0]!) / 86_400_000,
    jobs: {
      id: texts('jobs', 'job_id'),
      title: texts('jobs', 'title'),
      status: texts('jobs', 'status'),
      created: times('jobs', 'created_at'),
    },
    candidates: {
      id: texts('candidates', 'candidate_id'),
      name: texts('candidates', 'name'),
      city: ints('candidates', 'city'),
    },
    cities: texts('cities', 'name'),
    skills: texts('skills', 'skill'),
    applications: {
      ...records('applications'),
      revoked: null,
      key: ints('applications', 'key'),
      stage: small('applications', 'stage'),
      outcome: small('applications', 'outcome'),
      reached: times('applications', 'outcome_at'),
    },
    resumes: {
      starts: startsOf(ints('resumes', 'candidate'), tables.candidates.length),
      job: ints('resumes', 'job'),
      city: ints('resumes', 'city'),
      score: ints('resumes', 'score'),
      created: times('resumes', 'created_at'),
      skillStarts: startsOf(ints('listed', 'resume'), tables.resumes.length),
      skill: ints('listed', 'skill'),
    },
    assessments: { ...records('assessments'), revoked: null },
    screenings: { ...records('screenings'), revoked: small('screenings', 'revoked') },
    credits: { starts: byJob('credits'), units: times('credits', 'units') },
  }
}

type Data = Awaited<ReturnType<typeof load>>

/** The jobs from `first` up to `end`, which are one or all. */
interface Span {
  first: number
  end: number
}

interface Records {
  starts: Int32Array
  candidate: Int32Array
  revoked: Uint8Array | null
}

/** Distinct candidates of the records of jobs, ascending: in those of one job they are in order, for all there is a bitmap. */
const distinct = ({ starts, candidate, revoked }: Records, { first, end }: Span, candidates: number): Int32Array => {
  const from = starts[first]!
  const to = starts[end]!
  const found = new Int32Array(Math.min(to - from, candidates))
  let length = 0
  if (end - first === 1) {
    for (let row = from; row < to; row++)
      if (!revoked?.[row] && (length === 0 || found[length - 1] !== candidate[row])) found[length++] = candidate[row]!
    return found.subarray(0, length)
  }
  const bits = new Int32Array((candidates + 31) >>> 5)
  for (let row = from; row < to; row++) if (!revoked?.[row]) bits[candidate[row]! >>> 5]! |= 1 << (candidate[row]! & 31)
  for (let word = 0; word < bits.length; word++)
    for (let rest = bits[word]!; rest !== 0; rest &= rest - 1)
      found[length++] = word * 32 + 31 - Math.clz32(rest & -rest)
  return found.subarray(0, length)
}

const weekly = ({ starts, day, revoked }: Records & { day: Int32Array }, { first, end }: Span, firstDay: number) => {
  const days = new Int32Array(7 * weekCount)
  for (let row = starts[first]!; row < starts[end]!; row++) {
    const since = (day[row]! - firstDay) >>> 0
    if (since < days.length && !revoked?.[row]) days[since]!++
  }
  return Array.from({ length: weekCount }, (_, week) => days.subarray(7 * week, 7 * week + 7).reduce((a, b) => a + b))
}

const states = 64

const stateOf = (outcome: number, stage: number) => outcome * 8 + stage

const shown: [name: string, states: number[]][] = [
  ...Object.entries(activeStages).map(([name, stages]): [string, number[]] => [
    name,
    stages.map((stage) => stateOf(outcomeCode.active, stageCode[stage])),
  ]),
  ...shownOutcomes.map((outcome): [string, number[]] => [
    outcome,
    stages.map((_, stage) => stateOf(outcomeCode[outcome], stage)),
  ]),
]

const stagesOf = (counts: Int32Array) =>
  Object.fromEntries(
    shown.map(([name, states]) => [name, states.reduce((sum, state) => sum + counts[state]!, 0)]),
  ) as Stages

/** Applications by job and by state, and which of those hired was the first. */
const walkApplications = ({ applications }: Data, { first, end }: Span) => {
  const { starts, key, stage, outcome, reached } = applications
  const counts = Array.from({ length: end - first }, () => new Int32Array(states))
  const hire = { row: -1, job: -1, at: Infinity }
  for (let job = first; job < end; job++) {
    const own = counts[job - first]!
    for (let row = starts[job]!; row < starts[job + 1]!; row++) {
      own[outcome[row]! * 8 + stage[row]!]!++
      if (outcome[row] !== outcomeCode.hired || reached[row]! > hire.at) continue
      if (hire.row >= 0 && reached[row] === hire.at && key[row]! > key[hire.row]!) continue
      Object.assign(hire, { row, job, at: reached[row] })
    }
  }
  return { counts, hire }
}

/** What the résumés in scope of these candidates tell; `job` is −1 for all jobs. */
const walkResumes = ({ candidates, resumes, cities, skills }: Data, applicants: Int32Array, job: number) => {
  const { starts, job: sentFor, city, score, created, skillStarts, skill } = resumes
  const home = candidates.city
  // The last place of each counts those without.
  const byCity = new Int32Array(cities.length + 1)
  const byScore = new Int32Array(12)
  const bySkill = new Int32Array(skills.length)
  const lastWith = new Int32Array(skills.length).fill(-1)
  let latest = -Infinity
  for (let index = 0; index < applicants.length; index++) {
    const candidate = applicants[index]!
    const end = starts[candidate + 1]!
    let named = home[candidate]!
    for (let row = starts[candidate]!; row < end; row++) {
      if (job >= 0 && sentFor[row] !== job && sentFor[row]! >= 0) continue
      if (city[row]! < cities.length) named = city[row]!
      byScore[score[row]!]!++
      if (created[row]! > latest) latest = created[row]!
      const last = skillStarts[row + 1]!
      for (let at = skillStarts[row]!; at < last; at++) {
        const code = skill[at]!
        bySkill[code]! += lastWith[code] === candidate ? 0 : 1
        lastWith[code] = candidate
      }
    }
    byCity[named]!++
  }
  return { byCity: byCity.subarray(0, -1), bySkill, byScore: byScore.subarray(0, -1), latest }
}

/** The codes of the greatest counts; ties go by the name as shown, for which folded names would be exact. */
const top = (counts: Int32Array, length: number): number[] => {
  const found: number[] = []
  while (found.length < length) {
    let best = -1
    for (let code = 0; code < counts.length; code++)
      if (counts[code]! > (counts[best] ?? 0) && !found.includes(code)) best = code
    if (best < 0) break
    found.push(best)
  }
  return found
}

const known = (time: number) => (Number.isFinite(time) ? time : null)

const unitsOf = ({ starts, units }: Data['credits'], { first, end }: Span) => {
  let total = 0
  for (let row = starts[first]!; row < starts[end]!; row++) total += units[row]!
  return total
}

const overviewOf = ({ jobs, applications }: Data, counts: Int32Array[], first: number): Numbers['overview'] =>
  counts
    .map((own, index) => ({
      own,
      job: first + index,
      applications: applications.starts[first + index + 1]! - applications.starts[first + index]!,
    }))
    .sort((a, b) => b.applications - a.applications || a.job - b.job)
    .map(({ own, job }) => ({ job_id: jobs.id[job]!, job_name: jobs.title[job]!, stages: stagesOf(own) }))

const numbersOf = (data: Data, span: Span, single: boolean): Numbers => {
  const { jobs, candidates, applications, assessments, screenings, credits, firstDay } = data
  const { first, end } = span
  const applicants = distinct(applications, span, candidates.id.length)
  const { counts, hire } = walkApplications(data, span)
  const { byCity, bySkill, byScore, latest } = walkResumes(data, applicants, single ? first : -1)
  const together = new Int32Array(states)
  for (const own of counts) own.forEach((count, state) => (together[state]! += count))
  const [city] = top(byCity, 1)
  const hired = applications.candidate[hire.row] ?? -1
  const status = jobs.status.slice(first, end)
  return {
    applicants: applicants.length,
    city: city === undefined ? null : { name: data.cities[city]!, applicants: byCity[city]! },
    skills: top(bySkill, 3).map((code) => ({ skill: data.skills[code]!, count: bySkill[code]! })),
    latestResume: known(latest),
    assessed: distinct(assessments, span, candidates.id.length).length,
    screened: distinct(screenings, span, candidates.id.length).length,
    hired: stagesOf(together).hired,
    creditUnits: unitsOf(credits, span),
    jobs: end - first,
    openJobs: status.filter((each) => each === 'open').length,
    closedJobs: status.filter((each) => each === 'closed').length,
    hire:
      hire.row < 0
        ? null
        : {
            candidate_id: candidates.id[hired]!,
            name: candidates.name[hired]!,
            job_id: jobs.id[hire.job]!,
            job_title: jobs.title[hire.job]!,
          },
    hiredAt: known(hire.at),
    createdAt: known(jobs.created[hire.job] ?? Infinity),
    weeks: [
      weekly(applications, span, firstDay),
      weekly(assessments, span, firstDay),
      weekly(screenings, span, firstDay),
    ],
    stages: stagesOf(together),
    scores: Array.from(byScore, (count, score) => ({ score, count })).filter(({ count }) => count > 0),
    overview: overviewOf(data, counts, first),
  }
}

/**
 * The baseline of hand-written loops over typed arrays, which is about the least that code can take that goes over the rows.
 * Reads the views that `createPlain` makes, codes and sorts what it reads, and works nothing out before it is asked.
 */
export const createLoops = async (dataset: Dataset): Promise<{ ask(scope: { job_id?: string }): Answers }> => {
  const data = await load(dataset)
  const answers = createAnswers(dataset)
  const keys = new Map(data.jobs.id.map((id, code) => [id, code]))
  return {
    ask: ({ job_id }) => {
      const job = job_id === undefined ? 0 : keys.get(job_id)
      if (job === undefined) return answers(null, true)
      const single = job_id !== undefined
      return answers(numbersOf(data, { first: job, end: single ? job + 1 : keys.size }, single), single)
    },
  }
}
