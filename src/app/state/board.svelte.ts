import type { Answers, EndpointId, Manifest } from 'hirescope/contract'
import { metrics, run, runAll, type AnswersOf, type Basis, type Dataset, type Job } from 'hirescope/metrics'
import { ZodError } from 'zod'
import { jobLabels } from '../job-labels.ts'
import { same } from '../same.ts'

/** What an answer stands on; one that was computed at the export comes without its SQL and time. */
export type ShownBasis<Counts = unknown> = Pick<Basis<Counts>, 'counts' | 'as_of' | 'time_zone'> &
  Partial<Basis<Counts>>

type Shown<Each> = Each extends { basis: Basis<infer Counts> }
  ? Omit<Each, 'basis'> & { basis: ShownBasis<Counts> }
  : Each
type Showing = { [Id in EndpointId]: Shown<AnswersOf<typeof metrics>[Id]> }

/** What a card knows of its metric: the answer, or the error that came instead. */
export type Card<Id extends EndpointId = EndpointId> =
  { answer: Showing[Id]; error: null } | { answer: null; error: Error }

type Cards = { [Id in EndpointId]: Card<Id> }

/** A visible job, with a name that no other has. All but its id and title is null until the engine has started. */
export type ListedJob = Pick<Job, 'job_id' | 'title' | 'department' | 'location' | 'created_at'> & {
  status: string | null
  label: string
}

/** The answers that stand on the page, all to the same question. `job` is null for all visible jobs. */
export interface Standing {
  job: ListedJob | null
  cards: Cards
}

/** What recomputing the numbers of the export has shown: the metrics that came out otherwise, none if all is well. */
export interface Check {
  differing: readonly EndpointId[]
}

const ids = Object.keys(metrics) as EndpointId[]
const asError = (id: EndpointId, error: unknown) => {
  if (!(error instanceof ZodError)) return error instanceof Error ? error : new Error(String(error))
  const [issue] = error.issues
  return new Error(`${id}: ${issue?.path.join('.')}: ${issue?.message}`, { cause: error })
}

const fromExport = (answers: Answers, { as_of, time_zone }: Manifest): Cards => {
  const cards = ids.map((id) => {
    const { status, body, counts } = answers[id]
    return [id, { answer: { status, body, basis: { counts, as_of, time_zone } }, error: null }]
  })
  // The exporter wrote the counts of the same metrics, and the manifest's hash vouches for them.
  return Object.fromEntries(cards) as Cards
}

const labelled = (jobs: readonly Omit<ListedJob, 'label'>[]): ListedJob[] => {
  const labels = jobLabels(jobs)
  return jobs.map((job, index) => ({ ...job, label: labels[index] ?? job.title }))
}

const listed = ({ 'applicants-stage-graph-overview': { body } }: Answers): ListedJob[] => {
  const unknown = { status: null, department: null, location: null, created_at: null }
  return labelled((body?.results ?? []).map(({ job_id, job_name }) => ({ ...unknown, job_id, title: job_name })))
}

const known = ({ answer }: Card) => answer && { ...answer, basis: answer.basis?.counts }

/**
 * Shows the numbers that were computed at the export, and once there is an engine computes them again and answers about
 * one job, too. The last question wins; the old numbers stay until then.
 */
export class Board {
  #manifest = $state.raw() as Manifest
  #jobs = $state.raw<readonly ListedJob[]>([])
  #engine = $state.raw<'starting' | 'ready' | 'failed'>('starting')
  #dataset: Dataset | null = null
  #job = $state.raw<ListedJob | null>(null)
  #standing = $state.raw<Standing | null>(null)
  #check = $state.raw<Check | null>(null)
  #slow = $state.raw(false)
  #lively = $state.raw(false)
  #retrying = $state.raw<EndpointId | null>(null)
  readonly #precomputed: { manifest: Manifest; cards: Cards } | null
  #question = new AbortController()
  #life = new AbortController()

  /** Without answers of the export, nothing stands before the engine has computed it. */
  constructor(manifest: Manifest, answers: Answers | null) {
    this.#manifest = manifest
    this.#jobs = answers ? listed(answers) : []
    this.#precomputed = answers && { manifest, cards: fromExport(answers, manifest) }
    this.#standing = this.#precomputed && { job: null, cards: this.#precomputed.cards }
  }

  get manifest() {
    return this.#manifest
  }

  get jobs() {
    return this.#jobs
  }

  /** Whether questions can be answered. */
  get engine() {
    return this.#engine
  }

  /** The job that the viewer asks about; the answers may still be those of the last one. */
  get job() {
    return this.#job
  }

  /** Whether the question at hand waits for the engine to start. */
  get waiting() {
    return this.#job !== null && this.#engine === 'starting'
  }

  /** Null while there is nothing to show. */
  get standing() {
    return this.#standing
  }

  /** Whether the export's own numbers were there to begin with. */
  get precomputed() {
    return this.#precomputed !== null
  }

  /** Null until the numbers of the export have been computed again. */
  get check() {
    return this.#check
  }

  /** Whether the answers are late, so that the old ones should step back. */
  get slow() {
    return this.#slow
  }

  /** Whether the numbers have been drawn, so that dialogs and tooltips may be made ready. */
  get lively() {
    return this.#lively
  }

  get retrying() {
    return this.#retrying
  }

  /**
   * Waits for an engine, answers what has been asked meanwhile, and computes the numbers of the export again.
   * @throws what kept the engine from starting; the numbers of the export stay.
   */
  async attach(opening: Promise<Dataset>) {
    const { signal } = this.#life
    this.#engine = 'starting'
    try {
      this.#dataset = await opening
    } catch (error) {
      if (!signal.aborted) this.#giveUp()
      throw error
    }
    if (signal.aborted) return
    this.#engine = 'ready'
    this.#jobs = labelled([...this.#dataset.jobs.values()])
    await this.#recompute(this.#dataset, signal)
    if (this.#job && this.#standing?.job === null && !signal.aborted) await this.show(this.#job.job_id)
  }

  async show(job_id: string | null) {
    const job = job_id === null ? null : (this.#jobs.find((each) => each.job_id === job_id) ?? null)
    const { signal } = this.#ask()
    this.#job = job
    if (job === this.#standing?.job) {
      this.#slow = false
      return
    }
    const late = setTimeout(() => {
      if (!signal.aborted) this.#slow = true
    }, 100)
    const dataset = this.#dataset
    if (!dataset) return
    try {
      const cards = await this.#answer(dataset, job, signal)
      if (!signal.aborted) this.#standing = { job, cards }
    } finally {
      clearTimeout(late)
      if (!signal.aborted) this.#slow = false
    }
  }

  /** Asks one metric again whose answer failed. */
  async retry(id: EndpointId) {
    const standing = this.#standing
    const dataset = this.#dataset
    if (!dataset || !standing || this.#retrying) return
    const { signal } = this.#question
    this.#retrying = id
    const card = await this.#answerOne(dataset, id, standing.job, signal)
    this.#retrying = null
    const now = this.#standing
    if (signal.aborted || now?.job !== standing.job) return
    this.#standing = { ...now, cards: { ...now.cards, [id]: card } }
  }

  enliven() {
    this.#lively = true
  }

  /** Drops what is under way. */
  stop() {
    this.#life.abort()
    this.#question.abort()
  }

  #ask() {
    this.#question.abort()
    this.#question = new AbortController()
    return this.#question
  }

  #giveUp() {
    this.#engine = 'failed'
    this.#ask()
    this.#job = null
    this.#slow = false
  }

  async #recompute(dataset: Dataset, signal: AbortSignal) {
    const cards = await this.#answer(dataset, null, signal)
    if (signal.aborted) return
    const before = this.#precomputed
    // A newer bundle may have been published meanwhile, whose numbers may well be others.
    const comparable = before?.manifest.sequence === dataset.manifest.sequence ? before.cards : null
    const differs = (id: EndpointId) =>
      comparable !== null && !cards[id].error && !same(known(comparable[id]), known(cards[id]))
    this.#manifest = dataset.manifest
    if (!this.#standing?.job) this.#standing = { job: null, cards }
    this.#check = { differing: ids.filter(differs) }
  }

  async #answer(dataset: Dataset, job: ListedJob | null, signal: AbortSignal): Promise<Cards> {
    try {
      const answers = await runAll(dataset, metrics, { job_id: job?.job_id }, { signal })
      return Object.fromEntries(ids.map((id) => [id, { answer: answers[id], error: null }])) as Cards
    } catch {
      // One failing statement fails its batch: asked one by one, the others still answer.
      const cards: [EndpointId, Card][] = []
      for (const id of ids) cards.push([id, await this.#answerOne(dataset, id, job, signal)])
      return Object.fromEntries(cards) as Cards
    }
  }

  async #answerOne(dataset: Dataset, id: EndpointId, job: ListedJob | null, signal: AbortSignal): Promise<Card> {
    try {
      const answer = (await run(dataset, metrics[id], { job_id: job?.job_id }, { signal })) as Showing[EndpointId]
      return { answer, error: null }
    } catch (error) {
      return { answer: null, error: asError(id, error) }
    }
  }
}
