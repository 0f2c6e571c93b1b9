import { mount, unmount } from 'svelte'
import tokens from '../app.css?inline'
import Embedded from './Embedded.svelte'

/** The tokens and elements of the page, for a shadow root. The theme is that of the page around: what it says of `color-scheme`. */
const sheet = () => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(
    tokens
      .replace('color-scheme: light dark;', '')
      .replace(/:root(\[[^\]]*\])?/g, (_, theme: string | undefined) => (theme ? `:host(${theme})` : ':host')) +
      ':host { display: block; background: none }',
  )
  return sheet
}

let shared: CSSStyleSheet | undefined

/**
 * `<hirescope-card metric="weekly-graph" src="data/1/<scope>/" job-id="12">`: a metric of a bundle as a card in any page. Without
 * `job-id` it shows all jobs of the bundle, and starts no engine. The page's design tokens, set on the element, change its looks.
 */
export class HirescopeCard extends HTMLElement {
  static readonly observedAttributes = ['metric', 'src', 'job-id']

  readonly #props = $state<{ metric: string | null; src: string | null; job_id: string | null }>({
    metric: null,
    src: null,
    job_id: null,
  })
  #mounted: Record<string, unknown> | null = null

  connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [(shared ??= sheet())]
    this.#mounted ??= mount(Embedded, { target: root, props: this.#props })
  }

  disconnectedCallback() {
    if (this.#mounted) void unmount(this.#mounted)
    this.#mounted = null
  }

  attributeChangedCallback(name: string, _before: string | null, value: string | null) {
    this.#props[name === 'job-id' ? 'job_id' : (name as 'metric' | 'src')] = value
  }
}
