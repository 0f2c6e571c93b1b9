import type { Manifest } from 'hirescope/contract'
import { save } from '../../about.ts'
import { counted } from '../../format.ts'
import { aboutResult, exportForms, exportResult, resultFileName, type ExportForm } from '../export-result.ts'
import type { Result } from './result.svelte.ts'

/** The saving of a result as a file: one at a time, with its progress. */
export class Saving {
  #form = $state.raw<ExportForm | null>(null)
  #share = $state.raw(0)
  #said = $state.raw('')
  #stop = new AbortController()

  /** What is being written; null if nothing is. */
  get form() {
    return this.#form
  }

  /** How much of it is done, of 1. */
  get share() {
    return this.#share
  }

  /** What has become of the last one. */
  get said() {
    return this.#said
  }

  async begin(result: Result, form: ExportForm, title: string, manifest: Manifest, order: Uint32Array | null) {
    const { rows, sql } = result
    if (!rows || this.#form !== null) return
    const { label, type, extension } = exportForms[form]
    const { signal } = (this.#stop = new AbortController())
    this.#form = form
    this.#share = 0
    this.#said = ''
    try {
      const parts = await exportResult(rows, form, aboutResult(title, sql, manifest), {
        order,
        signal,
        onProgress: (done) => (this.#share = done / Math.max(1, rows.length)),
      })
      signal.throwIfAborted()
      save(parts, type, resultFileName(title, manifest, extension))
      this.#said = `${counted(rows.length, 'row')} saved as ${label}`
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.#said = signal.aborted ? 'The export was cancelled' : `The export failed: ${why}`
    } finally {
      this.#form = null
    }
  }

  cancel() {
    this.#stop.abort()
  }
}
