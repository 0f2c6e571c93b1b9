import { endpointIds, type EndpointId } from 'hirescope/contract'
import { openDataset } from 'hirescope/engine/wasm'
import { metrics, runAll, type AnyMetric, type Dataset, type Scope } from 'hirescope/metrics'
import { round, spreadOf, type Spread } from '../spread.ts'
import { createLoops } from './loops.ts'
import { createPlain } from './plain.ts'

/** Milliseconds of one question; `first` is the first time that it was asked. */
export type Asked = Spread & { first: number }
export interface Answered {
  all: Asked
  each: Record<EndpointId, Asked>
}

/** How a scope is answered: together, and by both baselines. */
export interface Compared {
  product: Asked
  plain: Asked
  loops: Asked
}

const one = async (dataset: Dataset, sql: string) => {
  const [[row] = []] = await dataset.engine.batch([{ sql, params: [] }])
  return row ?? {}
}

const busiestJob = `SELECT job_id, CAST(count(*) AS INTEGER) AS applications FROM applications JOIN jobs USING (job_key)
  GROUP BY job_id ORDER BY applications DESC, job_id LIMIT 1`

const asked = (times: readonly number[]): Asked => {
  const [first = NaN, ...rest] = times
  return { ...spreadOf(rest), first: round(first) }
}

/** Asks questions in turn, round after round: what disturbs the machine for a while disturbs each of them. */
const inTurn = async <Name extends string>(
  questions: Record<Name, () => unknown>,
  repetitions: number,
): Promise<Record<Name, Asked>> => {
  const named = Object.entries<() => unknown>(questions)
  const times = new Map(named.map(([name]) => [name, [] as number[]]))
  for (let turn = 0; turn <= repetitions; turn += 1)
    for (const [name, ask] of named) {
      const start = performance.now()
      await ask()
      times.get(name)?.push(performance.now() - start)
    }
  return Object.fromEntries([...times].map(([name, each]) => [name, asked(each)])) as Record<Name, Asked>
}

const askEach = async (dataset: Dataset, scope: () => Scope, repetitions: number): Promise<Answered> => {
  const questions: Record<string, Record<string, AnyMetric>> = { all: metrics }
  for (const id of endpointIds) questions[id] = { [id]: metrics[id] }
  const { all, ...each } = await inTurn(
    Object.fromEntries(
      Object.entries(questions).map(([name, metrics]) => [name, () => runAll(dataset, metrics, scope())]),
    ),
    repetitions,
  )
  return { all: all as Asked, each: each as Answered['each'] }
}

/** Watches this thread; what is returned gives the milliseconds of its longest task since, 0 where none took 50. */
const watchTasks = (): (() => Promise<number>) => {
  let longest = 0
  const note = (entries: PerformanceEntryList) => {
    for (const { duration } of entries) longest = Math.max(longest, duration)
  }
  const observer = new PerformanceObserver((list) => note(list.getEntries()))
  observer.observe({ type: 'longtask' })
  return async () => {
    // A task is reported after its end.
    await new Promise((resolve) => setTimeout(resolve, 200))
    note(observer.takeRecords())
    observer.disconnect()
    return round(longest)
  }
}

/** A row filter that a share of the applications passes: by date and score, and perhaps by the most frequent city. */
const filterFor = async (dataset: Dataset, share: number, withCity: boolean): Promise<Scope> => {
  const usual = `SELECT name AS city, CAST(city_key AS INTEGER) AS city_key FROM cities JOIN applications USING (city_key)
    GROUP BY name, city_key ORDER BY count(*) DESC, city_key LIMIT 1`
  const { city, city_key } = withCity ? await one(dataset, usual) : {}
  const passing = `score BETWEEN 2 AND 9${withCity ? ` AND city_key = ${city_key}` : ''}`
  const { n, total } = await one(
    dataset,
    `SELECT CAST(count(*) FILTER (WHERE ${passing}) AS INTEGER) AS n, CAST(count(*) AS INTEGER) AS total FROM applications`,
  )
  const before = Math.max(0, 1 - (share * Number(total)) / Number(n))
  const { applied_from } = await one(
    dataset,
    `SELECT CAST(quantile_disc(applied_on, ${before.toFixed(6)}) AS VARCHAR) AS applied_from FROM applications WHERE ${passing}`,
  )
  return { applied_from: String(applied_from), min_score: 2, max_score: 9, ...(withCity && { city: String(city) }) }
}

const plainly = (answers: Record<string, { status: number; body: unknown }>) =>
  JSON.stringify(endpointIds.map((id) => [answers[id]?.status, sortedFields(answers[id]?.body)]))

const sortedFields = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sortedFields)
    : value && typeof value === 'object'
      ? Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, field]) => [name, sortedFields(field)])
      : value

/** Opens a bundle and asks everything; throws where a baseline answers otherwise. */
export const askAll = async (address: string, viewsSql: string, repetitions: number) => {
  const dataset = await openDataset(address)
  await dataset.loadRows()
  const answers = Object.entries(await runAll(dataset, metrics))
  const job = await one(dataset, busiestJob)
  const jobScope = { job_id: String(job.job_id) }
  const whole_scope = await askEach(dataset, () => ({}), repetitions)
  const one_job = await askEach(dataset, () => jobScope, repetitions)

  const ids = [...dataset.jobs.keys()]
  const scopes: Record<string, Scope> = {
    twenty_jobs: { job_ids: ids.filter((_, index) => index % Math.ceil(ids.length / 20) === 0) },
    half_of_jobs: { job_ids: ids.filter((_, index) => index % 2) },
    filter_few: await filterFor(dataset, 0.05, true),
    filter_half: await filterFor(dataset, 0.5, false),
  }
  const { n: all } = await one(dataset, 'SELECT CAST(count(*) AS INTEGER) AS n FROM applications')
  const tasks = watchTasks()
  const narrowed = await inTurn(
    Object.fromEntries(Object.entries(scopes).map(([name, scope]) => [name, () => runAll(dataset, metrics, scope)])),
    repetitions,
  )
  const longest_task = await tasks()
  const shares: Record<string, number> = {}
  for (const [name, scope] of Object.entries(scopes)) {
    const { basis } = await runAll(dataset, { stages: metrics['applicants-stage-graph'] }, scope).then((a) => a.stages)
    shares[name] = round((basis?.counts.applications ?? 0) / Number(all))
  }

  const whole = await openDataset(address, { tables: 'all' })
  await whole.loadRows()
  const [plain, loops] = [await createPlain(whole, viewsSql), await createLoops(whole)]
  const baselines: Record<string, Compared> = {}
  for (const [name, scope] of Object.entries({ whole_scope: {}, one_job: jobScope })) {
    const product = plainly(await runAll(dataset, metrics, scope))
    for (const [who, answer] of Object.entries({ plain: await plain.ask(scope), loops: loops.ask(scope) }))
      if (plainly(answer) !== product) throw new Error(`${name}: the ${who} baseline answers otherwise`)
    baselines[name] = await inTurn(
      {
        product: () => runAll(dataset, metrics, scope),
        plain: () => plain.ask(scope),
        loops: () => loops.ask(scope),
      },
      repetitions,
    )
  }
  await dataset.close()
  await whole.close()
  return {
    whole_scope,
    one_job,
    one_job_applications: Number(job.applications),
    narrowed,
    longest_task,
    shares,
    baselines,
    answers: Object.fromEntries(
      answers.map(([id, { status, body, basis }]) => [id, { status, body, counts: basis?.counts }]),
    ),
  }
}

/** Asks all nine of the rollups alone, in rounds like those of a whole bundle: each question by itself, too. */
export const askRollups = async (
  address: string,
  repetitions: number,
): Promise<Record<'whole_scope' | 'one_job', Asked>> => {
  const dataset = await openDataset(address)
  const ids = [...dataset.jobs.keys()]
  let next = 0
  const anyJob = () => ({ job_id: ids[(next += 37) % ids.length] })
  const whole_scope = await askEach(dataset, () => ({}), repetitions)
  const one_job = await askEach(dataset, anyJob, repetitions)
  await dataset.close()
  return { whole_scope: whole_scope.all, one_job: one_job.all }
}
