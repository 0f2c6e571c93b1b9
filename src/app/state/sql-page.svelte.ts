import type { Manifest } from 'hirescope/contract'
import type { Param } from 'hirescope/metrics'
import { getContext, setContext, untrack } from 'svelte'
import type * as consoleParts from '../console/console-parts.ts'
import type { Desk } from '../console/state/desk.svelte.ts'
import type { View } from './view.svelte.ts'

/** A statement that comes into a tab of its own. */
export interface Draft {
  title: string
  sql: string
  /** What it answers, which stands above it as a comment. */
  definition?: string | undefined
  /** The values of its named parameters, which are put in. */
  params?: Readonly<Record<string, Param>> | undefined
}

/**
 * The SQL page. What it is made of is loaded when it is first asked for, and what lies on its desk stays while the dashboard
 * is looked at.
 */
export class SqlPage {
  readonly #view: View
  readonly #onKept: (kept: boolean) => void
  #parts = $state.raw<typeof consoleParts | null>(null)
  #failure = $state.raw<Error | null>(null)
  #desk = $state.raw<Desk | null>(null)
  #deskOf = ''
  #drafts: readonly Draft[] = []
  #link: string | null = null

  /** `onKept` is told whether this browser keeps the bundle that a desk has opened. */
  constructor(view: View, onKept: (kept: boolean) => void) {
    this.#view = view
    this.#onKept = onKept
    this.#takeLink()
    addEventListener('hashchange', () => this.#takeLink())
  }

  /** Null until it is loaded. */
  get parts() {
    return this.#parts
  }

  /** Why it could not be loaded. */
  get failure() {
    return this.#failure
  }

  /** Null until there is a bundle and the page has been looked at. */
  get desk() {
    return this.#desk
  }

  /** Loads what the page is made of; it can be asked again after a failure. */
  async load() {
    this.#failure = null
    try {
      this.#parts ??= await import('../console/console-parts.ts')
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
  }

  /** Opens a statement on the SQL page, in a tab of its own. It is not run. */
  open(draft: Draft) {
    this.#drafts = [...this.#drafts, draft]
    this.#view.visit('sql')
    this.#hand()
  }

  /** Keeps the desk of the bundle at hand, as an effect does; another viewer's desk must not stay. */
  follow(address: string | null, manifest: Manifest | null) {
    const parts = this.#parts
    const whose = address !== null && manifest ? `${address} ${manifest.scope.id}` : ''
    if (this.#view.page === 'sql' && !parts) void this.load()
    if (this.#deskOf === whose) {
      if (manifest) untrack(() => this.#desk?.renew(manifest))
      return
    }
    untrack(() => void this.#desk?.close())
    this.#desk = null
    this.#deskOf = ''
    if (!parts || address === null || !manifest) return
    this.#desk = untrack(() => new parts.Desk(address, manifest, this.#onKept))
    this.#deskOf = whose
    untrack(() => this.#hand())
  }

  /** A query that came by a link is taken out of the address, so that a reload does not open it once more. */
  #takeLink() {
    const { hash } = location
    if (!hash.startsWith('#sql=')) return
    this.#link = hash
    this.#view.dropFragment()
    this.#view.setOption('page', ['sql'])
    this.#hand()
  }

  #hand() {
    const desk = this.#desk
    if (!desk) return
    for (const draft of this.#drafts) desk.open(draft)
    this.#drafts = []
    if (this.#link !== null) void desk.openLink(this.#link)
    this.#link = null
  }
}

const key = Symbol('SQL page')

export const setSqlPage = (page: SqlPage): void => void setContext(key, page)

/** The SQL page; a card that stands in somebody else's page has none. */
export const getSqlPage = (): SqlPage | undefined => getContext<SqlPage | undefined>(key)
