import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { optionalSourceTables, readableVersions, type Answers, type Directory, type Manifest } from 'hirescope/contract'
import { loadDataset } from 'hirescope/engine'
import { createNativeStore, folderSource } from 'hirescope/engine/native'
import { metrics, runAll } from 'hirescope/metrics'
import { writeBundle, writeManifest, type BundleOptions } from '../fixtures/bundle.ts'
import { madeOnce } from '../shared.ts'
import { builtApp } from './built.ts'
import { serveFolders, type Server } from './chromium.ts'

const titles = ['Backend engineer', 'Café manager', '<img src=x onerror=alert(1)>', 'Data analyst']
const quoted = (values: string[]) => values.map((value) => `'${value}'`).join(', ')

/**
 * Twelve jobs; job j has 40 − 3j applications, 282 in all. Each is of its own candidate, but the last is of the first
 * candidate, too: 281 applicants. The last digit of an application's key decides its state: 0–2 screening, 3–4
 * assessment, 5 video interview, 6 hired, 7 on hold, 8 rejected, 9 withdrawn. Assessments: the even keys. Screenings:
 * every fourth from 1. Every application cost 2.5 credits.
 */
export const twelveJobs: NonNullable<BundleOptions['queries']> = {
  jobs: `SELECT j AS job_key, 'J' || lpad(j::VARCHAR, 2, '0') AS job_id,
    CASE WHEN j < 4 THEN list_value(${quoted(titles)})[j + 1] ELSE 'Job ' || j END AS title, j AS title_rank,
    'Sales' AS department, 'Pune' AS location,
    CASE j % 4 WHEN 0 THEN 'closed' WHEN 1 THEN 'draft' ELSE 'open' END AS status,
    TIMESTAMP '2024-01-01 00:00:00' AS created_at FROM range(12) AS jobs(j)`,
  candidates: `SELECT i AS candidate_key, 'c' || i AS candidate_id FROM range(281) AS candidates(i)`,
  source_ids_candidates: `SELECT i AS candidate_key, 'c' || i AS candidate_id FROM range(281) AS candidates(i)`,
  applications: `WITH each AS (SELECT row_number() OVER (ORDER BY j, n) - 1 AS key, j
      FROM (SELECT j, unnest(range(40 - 3 * j)) AS n FROM range(12) AS jobs(j)))
    SELECT key AS application_key, key AS pair_key, key % 281 AS candidate_key, j AS job_key,
      epoch_us(TIMESTAMP '2024-05-31 12:00:00') // 1000000 - 86400 * (key % 84) AS applied_s,
      DATE '2024-05-31' - (key % 84)::INTEGER AS applied_on,
      CASE WHEN key % 10 < 3 THEN 1 WHEN key % 10 < 5 THEN 2 ELSE 3 END AS stage,
      CASE key % 10 WHEN 6 THEN 2 WHEN 7 THEN 1 WHEN 8 THEN 3 WHEN 9 THEN 4 ELSE 0 END AS outcome, 3600 AS outcome_delay,
      CASE WHEN key % 10 = 6 THEN TIMESTAMP '2024-05-31 13:00:00' - to_days((key % 84)::INTEGER) END AS hired_at,
      key % 2 = 0 AS assessed, key % 4 = 1 AS screened, key % 11 AS score, 0 AS city_key, key % 281 = 0 AS several,
      0 AS resume_delay,
      CASE WHEN key % 281 > 0 THEN list_filter([0, 1, 2], lambda s: key % (s + 1) = 0) END AS skills FROM each`,
  resumes: `SELECT application_key AS resume_key, pair_key, 0 AS created_delay, 0 AS city_key,
    score, several, CASE WHEN several THEN list_filter([0, 1, 2], lambda s: application_key % (s + 1) = 0) END AS skills
    FROM applications`,
  assessments: `SELECT row_number() OVER (ORDER BY application_key) - 1 AS assessment_key, pair_key, 0 AS assigned_delay,
    applied_on AS assigned_on FROM applications WHERE application_key % 2 = 0`,
  screenings: `SELECT row_number() OVER (ORDER BY application_key) - 1 AS screening_key, pair_key, 0 AS assigned_delay,
    applied_on AS assigned_on, FALSE AS revoked FROM applications WHERE application_key % 4 = 1`,
  credit_events: `SELECT application_key AS credit_event_key, job_key, 0 AS service, 25000 AS units,
    applied_s AS occurred_s FROM applications`,
  cities: `SELECT 0 AS city_key, 'Pune' AS name`,
  skills: `SELECT s AS skill_key, list_value('SQL', 'Python', 'Excel')[s + 1] AS name FROM range(3) AS skills(s)`,
}

/** Text that must stay text: markup, a bidirectional override, right-to-left script, emoji, formulas, and 500 characters. */
export const hostileTexts = [
  '<img src=x onerror=alert(1)>',
  '\u202egnirts desrever',
  'مهندس برمجيات \u2067RTL\u2069 1',
  '🧑‍🍳🏳️‍🌈 Cook',
  '=HYPERLINK("https://elsewhere.example")',
  `${'Very long title '.repeat(31)}END`,
]
const hostile = hostileTexts.map((text) => `'${text}'`).join(', ')

/** The first six jobs, the city and the three skills have hostile names, and so do the candidates. */
const hostileJobs: NonNullable<BundleOptions['queries']> = {
  ...twelveJobs,
  jobs: (twelveJobs.jobs ?? '').replace(
    /CASE WHEN j < 4 .* AS title, j/,
    `list_value(${hostile})[j % 6 + 1] AS title, j`,
  ),
  candidates: `SELECT i AS candidate_key, 'c<b>' || i AS candidate_id, list_value(${hostile})[i % 6 + 1] AS name
    FROM range(281) AS candidates(i)`,
  source_ids_candidates: `SELECT i AS candidate_key, 'c<b>/..' || i AS candidate_id FROM range(281) AS candidates(i)`,
  cities: `SELECT 0 AS city_key, list_value(${hostile})[6] AS name`,
  skills: `SELECT s AS skill_key, list_value(${hostile})[s + 1] AS name FROM range(3) AS skills(s)`,
}

/** 19,000 jobs; 100,000 applications, each of its own candidate, most of them to the first jobs. */
const large: NonNullable<BundleOptions['queries']> = {
  jobs: `SELECT j AS job_key, 'J' || lpad(j::VARCHAR, 5, '0') AS job_id, 'Job ' || j AS title, j AS title_rank,
    'open' AS status FROM range(19000) AS jobs(j)`,
  candidates: 'SELECT i AS candidate_key FROM range(100000) AS candidates(i)',
  source_ids_candidates: `SELECT i AS candidate_key, 'c' || i AS candidate_id FROM range(100000) AS candidates(i)`,
  applications: `SELECT i AS application_key, i AS pair_key, i AS candidate_key, (i * i // 200000) % 19000 AS job_key,
    epoch_us(TIMESTAMP '2024-05-31 12:00:00') // 1000000 - 3600 * (i % 4000) AS applied_s,
    DATE '2024-05-31' - ((i % 4000) // 24)::INTEGER AS applied_on, 1 AS stage, i % 6 AS outcome FROM range(100000) AS applied(i)`,
}

const noTables = Object.fromEntries(optionalSourceTables.map((table) => [table, false])) as Manifest['source_tables']

const jobsAlone = (count: number) =>
  `SELECT j AS job_key, 'J' || lpad(j::VARCHAR, 4, '0') AS job_id, 'Job ' || j AS title, j AS title_rank,
   'open' AS status FROM range(${count}) AS jobs(j)`

const bundles: Record<string, BundleOptions> = {
  twelve: { queries: twelveJobs },
  empty: { rows: {} },
  hostile: { queries: hostileJobs, manifest: { names: 'all' } },
  large: { queries: large },
  quiet: { queries: { jobs: jobsAlone(250) } },
  many: { queries: { ...twelveJobs, jobs: jobsAlone(5000) } },
  few: {
    queries: {
      ...twelveJobs,
      jobs: jobsAlone(1),
      candidates: `SELECT i AS candidate_key, 'c' || i AS candidate_id FROM range(3) AS candidates(i)`,
      applications: (twelveJobs.applications ?? '').replace('range(12)', 'range(1)').replace('40 - 3 * j', '3'),
    },
  },
  lacking: {
    queries: {
      jobs: jobsAlone(1),
      candidates: twelveJobs.candidates ?? '',
      applications: `SELECT * EXCLUDE (assessed, screened, score, resume_delay, skills), FALSE AS assessed, FALSE AS screened
        FROM (${(twelveJobs.applications ?? '').replace('range(12)', 'range(1)')})`,
    },
    manifest: { source_tables: noTables },
  },
  alike: {
    queries: {
      ...twelveJobs,
      jobs: (twelveJobs.jobs ?? '')
        .replace("'Job ' || j", "'Cook'")
        .replace("'Pune' AS", "CASE j % 2 WHEN 0 THEN 'Pune' ELSE 'Delhi' END AS"),
    },
  },
  impossible: {
    queries: twelveJobs,
    rollup: (sql) => `SELECT * REPLACE (NULL AS resumes_score_7) FROM (${sql})`,
  },
}

/** The answers of the whole scope, as the exporter computes them. */
const precompute = async (folder: string): Promise<Answers> => {
  const store = await createNativeStore({ threads: 1 })
  const answers = await runAll(await loadDataset(folderSource(folder), store), metrics)
  await store.engine.close()
  return Object.fromEntries(
    Object.entries(answers).map(([id, { status, body, basis }]) => [id, { status, body, counts: basis?.counts }]),
  ) as unknown as Answers
}

const writeAnswers = async (folder: string, manifest: Manifest, answers: Answers): Promise<Manifest> => {
  const bytes = gzipSync(JSON.stringify(answers))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = `${sha256}.json.gz`
  await writeFile(join(folder, file), bytes)
  const whole = { ...manifest, answers: { file, sha256, bytes: bytes.length } }
  await writeManifest(folder, whole)
  return whole
}

/** Writes a bundle with the answers of its whole scope. */
export const writeWhole = async (folder: string, options: BundleOptions): Promise<Manifest> => {
  await mkdir(folder, { recursive: true })
  const manifest = await writeBundle(folder, { rows: {}, ...options })
  return writeAnswers(folder, manifest, await precompute(folder))
}

const flipByte = async (file: string) => {
  const bytes = await readFile(file)
  bytes[8] = (bytes[8] ?? 0) ^ 1
  await writeFile(file, bytes)
}

const viewer = (id: string) => ({ id, name: `Viewer ${id}`, role: 'editor', data: `data/org/${id}/` })

const directory: Directory = {
  orgs: [
    {
      id: 'a',
      name: 'Anand',
      viewers: [
        'twelve',
        'empty',
        'quiet',
        'many',
        'few',
        'hostile',
        'large',
        'lacking',
        'alike',
        'impossible',
        'drifted',
        'gone',
      ].map(viewer),
    },
    { id: 'b', name: 'Borealis', viewers: [viewer('twelve')] },
  ],
}

export interface Site {
  /** Ends with a slash. */
  url: string
  server: Server
  /** The folder of the bundles. */
  data: string
  /** Has something else than the files answer a path from now on; gives a function that ends this. */
  answer(path: string, respond: (response: ServerResponse) => void): () => void
  /** Keeps back the engine's module from now on; gives a function that lets it go. */
  holdEngine(): () => void
  close(): Promise<void>
}

const writeBundles = async (folder: string) => {
  const data = join(folder, 'data/org')
  for (const [name, options] of Object.entries(bundles)) {
    const bundle = join(data, name)
    await mkdir(bundle, { recursive: true })
    const manifest = await writeBundle(bundle, { rows: {}, ...options })
    // No export would write this bundle, so that another lends its answers.
    await writeAnswers(bundle, manifest, await precompute(name === 'impossible' ? join(data, 'twelve') : bundle))
  }
  const drifted = await writeBundle(join(data, 'drifted'), { rows: {}, queries: twelveJobs })
  const answers = await precompute(join(data, 'drifted'))
  await writeAnswers(join(data, 'drifted'), drifted, {
    ...answers,
    'top-location': { ...answers['top-location'], status: 200, body: { top_location: 'Oslo', applicant_count: 7 } },
  })
  for (const version of readableVersions.map((version) => `version-${version}`))
    await cp(join(import.meta.dirname, '../fixtures/bundles', version), join(data, version), { recursive: true })
  const newer = await writeBundle(join(data, 'newer'), { rows: {} })
  await writeManifest(join(data, 'newer'), { ...newer, contract_version: 99 })
  await writeManifest(join(data, 'other'), { ...newer, mood: 'good' } as Manifest)
  for (const name of ['altered', 'altered-answers']) {
    const bundle = join(data, name)
    const written = await writeBundle(bundle)
    const { answers, tables } = await writeAnswers(bundle, written, await precompute(bundle))
    await flipByte(join(bundle, name === 'altered' ? tables.jobs.file : answers.file))
  }
}

/**
 * Serves the app beside bundles: as the demo does under /, alone under /alone/, and by hosts with faults: HTML for
 * everything but scripts, styles and fonts under /html/, to who is signed in under /signed/, modules as plain text under
 * /plain/; bundles whose packed files are marked as
 * such under /unpacking/, nothing but errors under /failing/.
 */
export const startSite = async (): Promise<Site> => {
  const [folder, dist] = await Promise.all([madeOnce('app-bundles', writeBundles), builtApp()])
  const data = join(folder, 'data/org')

  let held: (() => void)[] | null = null
  const holdEngine = () => {
    held = []
    return () => {
      for (const answer of held ?? []) answer()
      held = null
    }
  }
  const answers = new Map<string, (response: ServerResponse) => void>()
  const answer: Site['answer'] = (path, respond) => {
    answers.set(path, respond)
    return () => answers.delete(path)
  }
  const html = await readFile(join(dist, 'index.html'))
  const server = await serveFolders(
    {
      '/': dist,
      '/alone/': dist,
      '/html/': dist,
      '/plain/': dist,
      '/signed/': dist,
      '/data/': join(folder, 'data'),
      '/unpacking/': join(folder, 'data'),
    },
    (path, response) => {
      const respond = answers.get(path)
      if (respond) return (respond(response), true)
      if (path.startsWith('/failing/')) return (response.writeHead(500).end(), true)
      if (path.startsWith('/unpacking/') && path.endsWith('.gz')) response.setHeader('content-encoding', 'gzip')
      if (path === '/directory.json') {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(directory))
        return true
      }
      const module = async (type: string) => {
        response.setHeader('content-type', type)
        response.end(await readFile(join(dist, path.replace('/plain/', '/'))))
      }
      if (held && /duckdb.*\.wasm/.test(path)) return (held.push(() => void module('application/gzip')), true)
      if (/^\/plain\/.*\.wasm/.test(path)) return (void module('text/plain'), true)
      if (path.startsWith('/html/') && !/\.(js|css|woff2)$/.test(path)) {
        response.setHeader('content-type', 'text/html')
        response.end(html)
        return true
      }
      return false
    },
  )
  return { url: `${server.url}/`, server, data, answer, holdEngine, close: () => server.close() }
}
