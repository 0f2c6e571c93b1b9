import type { Manifest } from 'hirescope/contract'
import { compareApplicants, rowTables, type ApplicantsChange, type Dataset, type Scope } from 'hirescope/metrics'

/** Single rows of at most so many bytes are loaded for the change alone, once the page has come to rest. */
const mostBytes = 4_000_000
const rest = 1_500

const bytesOfRows = ({ tables }: Manifest) => [...rowTables.keys()].reduce((sum, table) => sum + tables[table].bytes, 0)

/** Whether a change comes for a scope, so that a place is kept for it. */
export const changeComes = (manifest: Manifest, { job_ids }: Scope): boolean =>
  job_ids !== undefined || bytesOfRows(manifest) <= mostBytes

/**
 * The change of applicants against the 12 weeks before, which reads single rows. It comes after the numbers: at once where
 * a set of jobs has loaded the rows, later where they are few, else not at all.
 */
export class Trend {
  #change = $state.raw<{ scope: Scope; change: ApplicantsChange | null } | null>(null)

  /** Undefined until it is known for a scope, null where it could not be computed. */
  of(scope: Scope): ApplicantsChange | null | undefined {
    return this.#change?.scope === scope ? this.#change.change : undefined
  }

  /** Works it out; gives what stops that. */
  follow(dataset: Dataset, scope: Scope): () => void {
    if (!changeComes(dataset.manifest, scope)) return () => {}
    const stop = new AbortController()
    const ask = async () => {
      try {
        const change = await compareApplicants(dataset, scope, { signal: stop.signal })
        if (!stop.signal.aborted) this.#change = { scope, change }
      } catch {
        // The tile stands without it, and whatever else reads rows says what is wrong with them.
        if (!stop.signal.aborted) this.#change = { scope, change: null }
      }
    }
    const timer = setTimeout(() => void ask(), scope.job_ids ? 0 : rest)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }
}
