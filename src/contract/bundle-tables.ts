import { z } from 'zod'
import { weekCount } from './endpoint-bodies.ts'

/** The SQL types of exported columns: those that DuckDB-WASM reads without an extension. Every TIMESTAMP is UTC. */
export type BundleType =
  'BOOLEAN' | 'TINYINT' | 'SMALLINT' | 'INTEGER[]' | 'INTEGER' | 'BIGINT' | 'VARCHAR' | 'TIMESTAMP' | 'DATE'

/** What is said of a column of a bundle: its SQL type and its meaning. */
export interface BundleColumn {
  type: BundleType
  description: string
}

const columns = z.registry<BundleColumn>()

const column =
  <Schema extends z.ZodType>(make: () => Schema, type: BundleType) =>
  (description: string): Schema => {
    const schema = make()
    columns.add(schema, { type, description })
    return schema
  }

const key = column(() => z.int().nonnegative(), 'INTEGER')
const keyOrNull = column(() => z.int().nonnegative().nullable(), 'INTEGER')
const grain = column(() => z.int().min(-1), 'INTEGER')
const integer = column(() => z.int(), 'INTEGER')
const integerOrNull = column(() => z.int().nullable(), 'INTEGER')
const code = column(() => z.int().nonnegative(), 'TINYINT')
const tinyOrNull = column(() => z.int().nullable(), 'TINYINT')
const small = column(() => z.int(), 'SMALLINT')
const smallOrNull = column(() => z.int().nullable(), 'SMALLINT')
const bigint = column(() => z.bigint(), 'BIGINT')
const bigintOrNull = column(() => z.bigint().nullable(), 'BIGINT')
const text = column(() => z.string(), 'VARCHAR')
const textOrNull = column(() => z.string().nullable(), 'VARCHAR')
const timeOrNull = column(() => z.string().nullable(), 'TIMESTAMP')
const date = column(() => z.string(), 'DATE')
const keysOrNull = column(() => z.array(z.int().nonnegative()).nullable(), 'INTEGER[]')
const boolean = column(() => z.boolean(), 'BOOLEAN')

const table = <Shape extends z.ZodRawShape>(description: string, shape: Shape) =>
  z.strictObject(shape).meta({ description })

const sourceIds = <Shape extends z.ZodRawShape>(what: string, shape: Shape) =>
  table(`Source ids of ${what}, for audits and joins; the app does not load them.`, shape)

const each = <Name extends string>(numbers: readonly number[], name: Name, describe: (number: number) => string) =>
  Object.fromEntries(numbers.map((number) => [`${name}_${number}`, integer(describe(number))])) as Record<
    `${Name}_${number}`,
    z.ZodInt
  >

/** The weeks of the weekly series: 0 is the oldest, the last one that of as-of. */
export const weeks: readonly number[] = Array.from({ length: weekCount }, (_, week) => week)
/** The whole scores of the score distribution. */
export const wholeScores: readonly number[] = Array.from({ length: 11 }, (_, score) => score)

/**
 * The tables of a bundle, contract version 2. Keys are dense from 0 within the bundle, in code-point order of the source
 * id (dimensions: of the folded text). Rows are in the order of the first column, but where there is one for each record of
 * the source: those are in natural order of the source id, shorter ids first, which for serial ids is that of their making.
 * Applications and résumés of candidates with `several` come after all others; within both, applications are in order of the day first,
 * and résumés for no job are last.
 * Times of records are whole seconds (their fractions are cut), most of them counted from the application: so they take least.
 */
export const bundleRows = {
  jobs: table('Visible jobs of this scope.', {
    job_key: key('Key of the job; in code-point order of job_id.'),
    job_id: text('Id of the job in the source.'),
    title: text('Title of the job.'),
    title_rank: integer('Position of the job among the jobs of the bundle by title, then id, in code-point order.'),
    department: textOrNull('Department, as the source writes it.'),
    location: textOrNull('Location of the job, as the source writes it.'),
    status: text('draft, open, on_hold or closed.'),
    created_at: timeOrNull('When the job was created (UTC).'),
    closed_at: timeOrNull('When the job was closed (UTC); null while it is not.'),
  }),
  candidates: table('Candidates, after merges, with at least one application in this bundle: the applicants.', {
    candidate_key: key('Key of the candidate; in code-point order of candidate_id.'),
    candidate_id: textOrNull(
      'Id of the surviving candidate in the source, of who was hired; for all see source_ids_candidates.',
    ),
    name: textOrNull('Name, as far as the export includes names.'),
    city_key: keyOrNull('City that the candidate names, see cities.'),
  }),
  applications: table(
    'Applications to the jobs of this bundle, with what hangs on them; a candidate can have several.',
    {
      application_key: key('Key of the application; in code-point order of the source id.'),
      pair_key: key('The first application of this candidate to this job: this one, unless they applied again.'),
      candidate_key: key('The candidate who applied.'),
      job_key: key('The job applied to.'),
      applied_s: bigint('When the application was made, in seconds since 1970 (UTC).'),
      applied_on: date('The day of the application on the org clock.'),
      source_key: keyOrNull('Where the application came from, see sources.'),
      stage: code('Latest stage, see codes (kind stage).'),
      outcome: code('Latest outcome, see codes (kind outcome).'),
      outcome_delay: bigintOrNull('Seconds from the application to the outcome, if known.'),
      hired_at: timeOrNull('When a hired candidate was hired (UTC), exactly, if known.'),
      assessed: boolean('Whether the candidate has an assessment for the job.'),
      screened: boolean('Whether the candidate has a video interview for the job that was not revoked.'),
      score: tinyOrNull('Whole score, 0 to 10, of the latest scored résumé for the job or for none.'),
      city_key: keyOrNull('City of the latest résumé for the job or for none that names one, else of the candidate.'),
      city_rank: integerOrNull(
        'Position of that résumé among those of the candidate, oldest first; null: their own city.',
      ),
      several: boolean('Whether the candidate has further applications, or several résumés, in this bundle.'),
      resume_delay: bigintOrNull('Seconds from the application to the latest résumé for the job or for none.'),
      skills: keysOrNull('Skills listed in the one résumé, see skills; null where there are several or none.'),
    },
  ),
  resumes: table('Résumés of the candidates, for a job of this bundle or for no job.', {
    resume_key: key('Key of the résumé; in code-point order of the source id.'),
    pair_key: keyOrNull(
      'The first application of the candidate to the job it was sent for; null: for no particular job.',
    ),
    candidate_key: keyOrNull('The candidate whose résumé it is, where no application says so.'),
    created_delay: bigint('Seconds from that application to the receipt of the résumé; without one, since 1970 (UTC).'),
    city_key: keyOrNull('City that the résumé names, see cities.'),
    score: tinyOrNull('Score in whole points, 0 to 10, rounded down.'),
    score_rest: smallOrNull('Thousandths of a point beyond the whole score (420 with 7 is 7.42), rounded down.'),
    several: boolean(
      'As that of the applications of the candidate; if not, the skills stand on their one application.',
    ),
    skills: keysOrNull('Skills listed, see skills.'),
  }),
  assessments: table('Assessments assigned to a candidate for a job they applied to.', {
    assessment_key: key('Key of the assessment; in code-point order of the source id.'),
    pair_key: key('The first application of the candidate to the job it was assigned for.'),
    assigned_delay: bigint('Seconds from that application to its assignment.'),
    assigned_on: date('The day it was assigned on the org clock.'),
    completed_delay: bigintOrNull('Seconds from its assignment to its completion, if it was completed.'),
    score: integerOrNull('Score in thousandths of a per cent (87500 is 87.5 %).'),
  }),
  screenings: table('Video interviews (personality screenings) assigned to a candidate for a job they applied to.', {
    screening_key: key('Key of the screening; in code-point order of the source id.'),
    pair_key: key('The first application of the candidate to the job it was assigned for.'),
    assigned_delay: bigint('Seconds from that application to its assignment.'),
    assigned_on: date('The day it was assigned on the org clock.'),
    completed_delay: bigintOrNull('Seconds from its assignment to its completion, if it was completed.'),
    revoked: boolean('Whether it was revoked; revoked screenings do not count.'),
  }),
  credit_events: table('Credits consumed on a job.', {
    credit_event_key: key('Key of the record; in code-point order of the source id.'),
    job_key: key('The job the credits were spent on.'),
    service: small('What they were spent on, see codes (kind service).'),
    units: bigint('Credits in ten-thousandths (12500 is 1.25 credits).'),
    occurred_s: bigint('When they were spent, in seconds since 1970 (UTC).'),
  }),
  stage_events: table('History of the applications.', {
    application_key: key('The application.'),
    seq: integer('Position within the history of the application.'),
    stage: code('Stage after the event, see codes (kind stage).'),
    outcome: code('Outcome after the event, see codes (kind outcome).'),
    occurred_delay: bigint('Seconds from the application to it.'),
  }),
  cities: table('Cities named by résumés or candidates.', {
    city_key: key('Key of the city; in code-point order of the folded name.'),
    name: text('Name of the city as shown.'),
  }),
  skills: table('Skills listed in résumés.', {
    skill_key: key('Key of the skill; in code-point order of the folded name.'),
    name: text('Name of the skill as shown.'),
  }),
  sources: table('Sources of applications.', {
    source_key: key('Key of the source; in code-point order of its name.'),
    name: text('Name of the source.'),
  }),
  codes: table('Names of the small codes.', {
    kind: text('stage, outcome or service.'),
    code: small('The code.'),
    name: text('What it stands for.'),
  }),
  rollup_job: table(
    'What the endpoints answer about each job, and about the whole scope (job_key −1): applicants do not add up over jobs.',
    {
      job_key: grain('The job; −1 is the whole scope.'),
      jobs: integer('Jobs: 1, or all of the scope.'),
      open_jobs: integer('Jobs that are open.'),
      closed_jobs: integer('Jobs that are closed.'),
      applicants: integer('Distinct candidates with an application.'),
      applications: integer('Applications.'),
      resume_screening: integer('Active applications that are new or in résumé screening.'),
      assessment_test: integer('Active applications in assessment.'),
      video_interview: integer('Active applications in video interview, interview or offer.'),
      hired: integer('Applications hired.'),
      on_hold: integer('Applications on hold.'),
      rejected: integer('Applications rejected.'),
      withdrawn: integer('Applications withdrawn.'),
      unknown: integer('Applications whose state is unknown.'),
      hired_candidate_id: textOrNull('The candidate hired first.'),
      hired_name: textOrNull('Their name, as far as the export includes names.'),
      hired_job_key: keyOrNull('The job they were hired for.'),
      hired_at: timeOrNull('When they were hired (UTC), if known.'),
      assessed: integer('Applicants with an assessment.'),
      screened: integer('Applicants with a video interview that was not revoked.'),
      credit_units: bigint('Credits consumed, in ten-thousandths.'),
      resumes: integer('Résumés.'),
      latest_resume_at: timeOrNull('When the latest résumé was received (UTC).'),
      ...each(wholeScores, 'resumes_score', (score) => `Résumés with the whole score ${score}.`),
      ...each(weeks, 'applications_week', (week) => `Applications made in week ${week}.`),
      ...each(weeks, 'assessments_week', (week) => `Assessments assigned in week ${week}.`),
      ...each(weeks, 'screenings_week', (week) => `Video interviews assigned in week ${week} and not revoked.`),
      top_city: textOrNull('The city with most applicants, as shown.'),
      top_city_applicants: integer('Applicants from this city.'),
      with_city: integer('Applicants from any city.'),
      top_skill_1: textOrNull('The skill that most applicants list, as shown.'),
      top_skill_1_applicants: integer('Applicants who list it.'),
      top_skill_2: textOrNull('The skill listed second most.'),
      top_skill_2_applicants: integer('Applicants who list it.'),
      top_skill_3: textOrNull('The skill listed third most.'),
      top_skill_3_applicants: integer('Applicants who list it.'),
    },
  ),
  source_ids_candidates: sourceIds('candidates', {
    candidate_key: key('Key in candidates.'),
    candidate_id: text('Id of the surviving candidate in the source.'),
  }),
  source_ids_applications: sourceIds('applications', {
    application_key: key('Key in applications.'),
    application_id: text('Id in the source.'),
  }),
  source_ids_resumes: sourceIds('résumés', {
    resume_key: key('Key in resumes.'),
    resume_id: text('Id in the source.'),
  }),
  source_ids_assessments: sourceIds('assessments', {
    assessment_key: key('Key in assessments.'),
    assessment_id: text('Id in the source.'),
  }),
  source_ids_screenings: sourceIds('screenings', {
    screening_key: key('Key in screenings.'),
    screening_id: text('Id in the source.'),
  }),
  source_ids_credit_events: sourceIds('credit records', {
    credit_event_key: key('Key in credit_events.'),
    credit_event_id: text('Id in the source.'),
  }),
  source_ids_stage_events: sourceIds('stage events', {
    application_key: key('Key in applications.'),
    seq: integer('Position within the history of the application.'),
    event_id: text('Id in the source.'),
  }),
} as const

/** A table of a bundle. */
export type BundleTableName = keyof typeof bundleRows

/** A row of a bundle table. */
export type BundleRow<Table extends BundleTableName> = z.infer<(typeof bundleRows)[Table]>

/** The tables of a bundle, in the order of the contract. */
export const bundleTableNames = Object.keys(bundleRows) as BundleTableName[]

/** The tables that answer about one job and about all of them; an engine loads them first. */
export const firstTableNames: readonly BundleTableName[] = ['jobs', 'rollup_job']

/** The columns of a bundle table, in order. */
export const bundleColumns = (table: BundleTableName): (BundleColumn & { name: string; nullable: boolean })[] =>
  Object.entries(bundleRows[table].shape).map(([name, schema]) => {
    const described = columns.get(schema)
    if (!described) throw new Error(`bundle contract: ${table}.${name} has no column description`)
    return { name, nullable: schema.safeParse(null).success, ...described }
  })

/** What a bundle table holds, in one sentence. */
export const bundleDescription = (table: BundleTableName): string => bundleRows[table].meta()?.description ?? ''
