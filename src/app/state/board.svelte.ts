import type { Answers, EndpointId, Manifest } from 'hirescope/contract'
import { metrics, run, runAll, type AnswersOf, type Basis, type Dataset, type Job, type Scope } from 'hirescope/metrics'
import { DatasetError } from 'hirescope/engine'
import { ZodError } from 'zod'
import { jobLabels } from '../job-labels.ts'
import type * as livelyParts from '../lively-parts.ts'
import { same } from '../same.ts'
import { everything, isEverything, meaningOf, type Meaning, type Question } from './question.ts'

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

/** The answers that stand on the page, all to the same question. */
export interface Standing {
  question: Question
  scope: Scope
  /** The jobs that they are about; null for all visible jobs. */
  jobs: readonly ListedJob[] | null
  /** The one job that they are about; null for several. */
  job: ListedJob | null
  cards: Cards
}

/** What recomputing the numbers of the export has shown: the metrics that came out otherwise, none if all is well. */
export interface Check {
  differing: readonly EndpointId[]
}

/** Bytes that have arrived, of all. */
export interface Progress {
  loadedBytes: number
  totalBytes: number
}

/** How long the engine may be busy with a question; no question takes a tenth of it. */
const patience = 60_000

/** Whether an error is of the engine itself: of no use to ask the other metrics one by one. */
const isOfAll = (error: unknown) => error instanceof DatasetError && error.code !== 'engine'

const ids = Object.keys(metrics) as EndpointId[]
const asError = (id: EndpointId, error: unknown) => {
  if (!(error instanceof ZodError)) return error instanceof Error ? error : new Error(String(error))
  const [issue] = error.issues
  return new Error(`${id}: ${issue?.path.join('.')}: ${issue?.message}`, { cause: error })
}

const failed = (error: unknown) =>
  Object.fromEntries(ids.map((id) => [id, { answer: null, error: asError(id, error) }])) as unknown as Cards

/** A signal that aborts when nothing has been heard for so many milliseconds. */
const createWatch = (milliseconds: number) => {
  const controller = new AbortController()
  const expire = () =>
    controller.abort(new DatasetError('timeout', `engine: no answer for ${milliseconds / 1000} s; reload the page`))
  let timer = setTimeout(expire, milliseconds)
  const stop = () => clearTimeout(timer)
  const reset = () => {
    stop()
    timer = setTimeout(expire, milliseconds)
  }
  return { signal: controller.signal, reset, stop }
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

const standingFor = (question: Question, { jobs, scope }: Meaning, cards: Cards): Standing => ({
  question,
  scope,
  jobs,
  job: (jobs?.length === 1 && jobs[0]) || null,
  cards,
})

const known = ({ answer }: Card) => answer && { ...answer, basis: answer.basis?.counts }

/**
 * Shows the numbers that were computed at the export, and once there is an engine computes them again and answers about
 * any set of jobs, too. The last question wins; the old numbers stay until then.
 */
export class Board {
  #manifest = $state.raw() as Manifest
  #jobs = $state.raw<readonly ListedJob[]>([])
  #engine = $state.raw<'none' | 'starting' | 'ready' | 'failed'>('starting')
  #dataset = $state.raw<Dataset | null>(null)
  #asked = $state.raw<Question>(everything)
  #standing = $state.raw<Standing | null>(null)
  #check = $state.raw<Check | null>(null)
  #slow = $state.raw(false)
  #arriving = $state.raw<Progress | null>(null)
  #lively = $state.raw<typeof livelyParts | null>(null)
  #retrying = $state.raw<EndpointId | null>(null)
  readonly #precomputed: { manifest: Manifest; cards: Cards } | null
  readonly #mend: (error: Error) => boolean
  #question = new AbortController()
  #life = new AbortController()

  /**
   * Without answers of the export, nothing stands before the engine has computed it. `mend` is told when the engine answers
   * nothing any more; it says whether it attaches another one, so that the question can wait for that.
   */
  constructor(
    manifest: Manifest,
    answers: Answers | null,
    mend: (error: Error) => boolean,
    engine: 'none' | 'starting' = 'starting',
  ) {
    this.#manifest = manifest
    this.#mend = mend
    this.#engine = engine
    this.#jobs = answers ? listed(answers) : []
    this.#precomputed = answers && { manifest, cards: fromExport(answers, manifest) }
    this.#standing = this.#precomputed && standingFor(everything, this.#meaning(everything), this.#precomputed.cards)
  }

  get manifest() {
    return this.#manifest
  }

  get jobs() {
    return this.#jobs
  }

  /** Whether questions can be answered; "none" where no engine is started for now. */
  get engine() {
    return this.#engine
  }

  /** The engine with the bundle's tables; null until it is ready. */
  get dataset() {
    return this.#dataset
  }

  /** Aborts when the page leaves the bundle, so that nothing of it stays. */
  get life(): AbortSignal {
    return this.#life.signal
  }

  /** What the viewer asks; the answers may still be those to the last question. Without an engine none can be asked. */
  get question(): Question {
    return this.#engine === 'failed' ? everything : this.#asked
  }

  /** Ids that the viewer asks about and that are no job of this view; none before it is known which jobs there are. */
  get unknown() {
    return this.#jobs.length ? this.#meaning(this.question).unknown : []
  }

  /** Whether the question at hand waits for the engine to start. */
  get waiting() {
    return this.#engine === 'starting' && !isEverything(this.#asked)
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

  /** The single rows that the question at hand waits for; null if for none. */
  get arriving() {
    return this.#arriving
  }

  /** What answers to the pointer and the keyboard; null until the numbers have been drawn. */
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
    this.#check = null
    try {
      this.#dataset = await opening
    } catch (error) {
      if (!signal.aborted) this.giveUp()
      throw error
    }
    if (signal.aborted) return
    this.#engine = 'ready'
    this.#jobs = labelled([...this.#dataset.jobs.values()])
    await this.#recompute(this.#dataset, signal)
    if (!signal.aborted) await this.show(this.#asked)
  }

  /** Asks another question. Before the engine is ready it is kept, and answered then. */
  async show(question: Question) {
    const { signal } = this.#ask()
    this.#asked = question
    if (same(question, this.#standing?.question)) {
      this.#slow = false
      return
    }
    if (this.#engine === 'failed') return
    const late = setTimeout(() => {
      if (!signal.aborted) this.#slow = true
    }, 100)
    const dataset = this.#engine === 'ready' ? this.#dataset : null
    if (!dataset) return
    try {
      const meaning = this.#meaning(question)
      const cards = await this.#answer(dataset, meaning.scope, signal)
      if (signal.aborted || this.#isMended(cards)) return
      this.#standing = standingFor(question, meaning, cards)
    } finally {
      clearTimeout(late)
      if (!signal.aborted) this.#slow = this.waiting
    }
  }

  /** Asks one metric again whose answer failed. */
  async retry(id: EndpointId) {
    const standing = this.#standing
    const dataset = this.#dataset
    if (!dataset || !standing || this.#retrying) return
    const { signal } = this.#question
    this.#retrying = id
    const card = await this.#answerOne(dataset, id, standing.scope, signal)
    this.#retrying = null
    const now = this.#standing
    if (signal.aborted || now?.question !== standing.question) return
    this.#standing = { ...now, cards: { ...now.cards, [id]: card } }
  }

  /** Loads dialogs, menus and tooltips: the numbers need none of them. */
  async enliven() {
    this.#lively = await import('../lively-parts.ts')
  }

  /** Goes on without an engine: with the numbers of the export. The question is kept, for an engine that is started anew. */
  giveUp() {
    this.#engine = 'failed'
    this.#ask()
    this.#slow = false
    if (this.#precomputed) this.#standing = standingFor(everything, this.#meaning(everything), this.#precomputed.cards)
  }

  /** Drops what is under way. */
  stop() {
    this.#life.abort()
    this.#question.abort()
  }

  #ask() {
    this.#question.abort()
    this.#arriving = null
    this.#question = new AbortController()
    return this.#question
  }

  #meaning(question: Question) {
    return meaningOf(question, this.#jobs)
  }

  async #recompute(dataset: Dataset, signal: AbortSignal) {
    const cards = await this.#answer(dataset, {}, signal)
    if (signal.aborted || this.#isMended(cards)) return
    const before = this.#precomputed
    // A newer bundle may have been published meanwhile, whose numbers may well be others.
    const comparable = before?.manifest.sequence === dataset.manifest.sequence ? before.cards : null
    const differs = (id: EndpointId) =>
      comparable !== null && !cards[id].error && !same(known(comparable[id]), known(cards[id]))
    const renewed = dataset.manifest.sequence !== this.#manifest.sequence
    this.#manifest = dataset.manifest
    if (!this.#standing || renewed || isEverything(this.#standing.question))
      this.#standing = standingFor(everything, this.#meaning(everything), cards)
    this.#check = { differing: ids.filter(differs) }
  }

  /** Whether no metric has an answer and another engine takes over. */
  #isMended(cards: Cards) {
    const errors = ids.flatMap((id) => cards[id].error ?? [])
    const [first] = errors
    return first !== undefined && errors.length === ids.length && this.#mend(first)
  }

  async #answer(dataset: Dataset, scope: Scope, signal: AbortSignal): Promise<Cards> {
    const watch = createWatch(patience)
    const attended = { signal: AbortSignal.any([signal, watch.signal]) }
    try {
      if (scope.job_ids) await this.#loadRows(dataset, attended.signal, watch.reset)
      const answers = await runAll(dataset, metrics, scope, attended)
      return Object.fromEntries(ids.map((id) => [id, { answer: answers[id], error: null }])) as Cards
    } catch (error) {
      if (signal.aborted || isOfAll(error)) return failed(error)
      // One failing statement fails its batch: asked one by one, the others still answer.
      const cards: [EndpointId, Card][] = []
      for (const id of ids) cards.push([id, await this.#answerOne(dataset, id, scope, attended.signal)])
      return Object.fromEntries(cards) as Cards
    } finally {
      watch.stop()
    }
  }

  async #loadRows(dataset: Dataset, signal: AbortSignal, onSign: () => void) {
    try {
      await dataset.loadRows({
        signal,
        onProgress: ({ loadedBytes, totalBytes }) => {
          onSign()
          if (!signal.aborted) this.#arriving = loadedBytes < totalBytes ? { loadedBytes, totalBytes } : null
        },
      })
    } finally {
      if (!signal.aborted) this.#arriving = null
    }
  }

  async #answerOne(dataset: Dataset, id: EndpointId, scope: Scope, signal: AbortSignal): Promise<Card> {
    try {
      const answer = (await run(dataset, metrics[id], scope, { signal })) as Showing[EndpointId]
      return { answer, error: null }
    } catch (error) {
      return { answer: null, error: asError(id, error) }
    }
  }
}
