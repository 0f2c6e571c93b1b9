import type { Manifest } from 'hirescope/contract'
import type { Draft } from '../../state/sql-page.svelte.ts'
import { sqlComment, withLiterals } from '../sql-literals.ts'
import { readLink } from '../query-link.ts'
import { readTeamLibrary, type TeamLibrary } from '../team-library.ts'
import { Catalogue } from './catalogue.svelte.ts'
import { Files } from './files.svelte.ts'
import { Limits } from './limits.svelte.ts'
import { Runs } from './runs.svelte.ts'
import { Saved } from './saved.svelte.ts'
import { Session } from './session.svelte.ts'
import { Shelf } from './shelf.ts'
import { Tabs } from './tabs.svelte.ts'

/** All that the console holds for one bundle: its engine, tabs and queries. */
export class Desk {
  readonly limits = new Limits()
  readonly session: Session
  readonly files: Files
  readonly catalogue: Catalogue
  readonly runs: Runs
  readonly tabs: Tabs
  readonly saved: Saved
  #team = $state.raw<TeamLibrary | null>(null)
  #linkFault = $state.raw<string | null>(null)
  #newest = $state.raw() as Manifest
  readonly #shelf: Shelf

  constructor(address: string, manifest: Manifest, onKept: (kept: boolean) => void) {
    this.#newest = manifest
    this.#shelf = new Shelf(manifest)
    this.session = new Session(address, manifest, this.limits, {
      prepare: (console) => this.files.restore(console),
      onKept,
    })
    this.files = new Files(this.#shelf, this.session)
    this.catalogue = new Catalogue(this.session, () => this.files.names)
    this.runs = new Runs(this.#shelf)
    this.saved = new Saved(this.#shelf)
    this.tabs = new Tabs(this.#shelf, this.session, this.runs)
  }

  /** The library of the host; null where there is none. */
  get team() {
    return this.#team
  }

  /** What was wrong with a link that was opened. */
  get linkFault() {
    return this.#linkFault
  }

  /** Whether the dashboard shows newer numbers, which would cost what the analyst has made. */
  get isOlder() {
    return this.session.phase === 'ready' && this.session.manifest.sequence < this.#newest.sequence
  }

  /** Follows the dashboard to newer numbers, unless the analyst has made something of the older ones. */
  renew(manifest: Manifest) {
    this.#newest = manifest
    if (!this.catalogue.hasOwn) void this.session.renew(manifest)
  }

  async loadTeam() {
    this.#team = await readTeamLibrary(location.href)
  }

  /** Opens the query of a link in a tab of its own. It is not run: whoever made the link is not who runs it. */
  async openLink(fragment: string) {
    this.#linkFault = null
    try {
      const { title, sql } = await readLink(fragment)
      await this.tabs.loaded
      this.tabs.open({ title, sql }).byLink = true
    } catch (error) {
      this.#linkFault = error instanceof Error ? error.message : String(error)
    }
  }

  forgetLinkFault() {
    this.#linkFault = null
  }

  /** Opens a statement in a tab of its own. */
  open({ title, sql, definition, params }: Draft) {
    const statement = params ? withLiterals(sql, params) : sql
    this.tabs.open({ title, sql: definition ? `${sqlComment(definition)}\n${statement}` : statement })
  }

  async close() {
    this.tabs.list.forEach((tab) => tab.cancel())
    await this.tabs.flush()
    this.#shelf.close()
    await this.session.close()
  }
}
