import { createContext } from 'svelte'
import { same } from '../same.ts'
import { readChoice, readQuestion, readWords, withChoice, withQuestion, withWords } from './address.ts'
import { everything, type Question } from './question.ts'
import { themeChoices, type ThemeChoice } from './theme.svelte.ts'

/** The pages of the app. */
export type Page = 'dashboard' | 'sql'

/** Where the address of a page is kept. */
export interface AddressBar {
  read(): string
  /** Puts an address in place of the one at hand. */
  replace(address: string): void
  /** Puts an address on top, so that "back" leads to the one at hand. */
  push(address: string): void
  /** Told when the viewer goes back or forward. */
  onTravel(travelled: () => void): void
}

/** The address bar of the browser and its history. */
export const browserAddress: AddressBar = {
  read: () => location.href,
  replace: (address) => history.replaceState(history.state, '', address),
  push: (address) => history.pushState(null, '', address),
  onTravel: (travelled) => addEventListener('popstate', travelled),
}

/**
 * The page's address as its state: what is asked, how it is shown, and in the demo whose view it is. A link to the page
 * opens the same. It names ids of jobs and words of this app, never an applicant or where the bundle is.
 */
export class View {
  readonly #bar: AddressBar
  #address = $state.raw('')
  readonly #question = $derived(this.#steady('question', readQuestion(this.#address)))
  readonly #choice = $derived(this.#steady('choice', readChoice(this.#address)))
  readonly #last: Record<string, unknown> = {}

  constructor(bar: AddressBar = browserAddress) {
    this.#bar = bar
    this.#address = bar.read()
    bar.onTravel(() => (this.#address = bar.read()))
  }

  /** What the page is asked. */
  get question() {
    return this.#question
  }

  /** The organisation and the viewer of the demo that the address names. */
  get choice() {
    return this.#choice
  }

  /** The page that is shown. */
  get page(): Page {
    return this.option('page', ['sql'])[0] ?? 'dashboard'
  }

  /** The address of a page of the app, to the same question. */
  addressOf(page: Page): string {
    return withWords(this.#address, 'page', page === 'sql' ? [page] : [])
  }

  /** Shows another page: a step that "back" undoes. */
  visit(page: Page) {
    this.#go('push', this.addressOf(page))
  }

  /** Takes the fragment out of the address. */
  dropFragment() {
    this.#go('replace', this.#bar.read().replace(/#.*$/s, ''))
  }

  /** Null where the address leaves it to the browser that opens it. */
  get theme(): ThemeChoice | null {
    return this.option('theme', themeChoices)[0] ?? null
  }

  /**
   * How something is shown, as a list of words under a short key of its own: which series are hidden, which cards are
   * tables, what one is sorted by. Words that are not among the allowed ones are left out.
   */
  option<Word extends string>(key: string, allowed: readonly Word[]): Word[] {
    return readWords(this.#address, key, allowed)
  }

  /** Sets such an option; no words take its key away. It is no step of the history. Words are without dots. */
  setOption(key: string, words: Iterable<string>) {
    this.#go('replace', withWords(this.#address, key, words))
  }

  /** Asks another question: a step that "back" undoes. */
  ask(question: Question) {
    this.#go('push', withQuestion(this.#address, question))
  }

  /** Chooses another viewer of the demo: a step, too. The question is dropped, since others see other jobs. */
  choose(choice: { org: string; viewer: string }) {
    this.#go('push', withChoice(withQuestion(this.#address, everything), choice))
  }

  /** Writes down who is shown where the address did not say it. */
  settle(choice: { org: string; viewer: string }) {
    this.#go('replace', withChoice(this.#address, choice))
  }

  // Another part of the address must not make it look as if something else were asked.
  #steady<Value>(name: string, value: Value): Value {
    const last = this.#last[name] as Value
    return same(value, last) ? last : ((this.#last[name] = value), value)
  }

  #go(how: 'push' | 'replace', address: string) {
    if (address === this.#address) return
    this.#bar[how](address)
    this.#address = address
  }
}

/** The view of the page, for its components. */
export const [getView, setView] = createContext<View>()
