/** The page's theme: that of the system, or the viewer's own choice, which this browser remembers. */
export type ThemeChoice = 'auto' | 'light' | 'dark'

export const themeChoices: readonly ThemeChoice[] = ['auto', 'light', 'dark']
const storedAs = 'hirescope:theme'

const remembered = (): ThemeChoice => {
  try {
    const stored = localStorage.getItem(storedAs)
    return themeChoices.find((choice) => choice === stored) ?? 'auto'
  } catch {
    return 'auto'
  }
}

const tokens = {
  card: '--card',
  ink: '--ink',
  ink2: '--ink-2',
  ink3: '--ink-3',
  line: '--line',
  grid: '--grid',
  series1: '--series-1',
  series1Hover: '--series-1-hover',
  series2: '--series-2',
  series3: '--series-3',
} as const

/** The colours that charts draw with, as the page's tokens stand. */
export type ChartColours = Record<keyof typeof tokens, string>

/** Reads something with the light theme in force where a node stands. Nothing is drawn meanwhile, so nobody sees it. */
export const inLight = <Result>(read: () => Result, place: Node = document.body): Result => {
  const root = place.getRootNode()
  const { dataset } = (root instanceof ShadowRoot ? root.host : document.documentElement) as HTMLElement
  const { theme } = dataset
  dataset.theme = 'light'
  try {
    return read()
  } finally {
    if (theme === undefined) delete dataset.theme
    else dataset.theme = theme
  }
}

/** The colours of the theme where a node stands. */
// Computed through a property, since a custom property keeps its light-dark() unresolved.
export const readColours = (place: Node = document.body): ChartColours => {
  const probe = document.createElement('span')
  place.appendChild(probe)
  const entries = Object.entries(tokens).map(([name, token]) => {
    probe.style.color = `var(${token})`
    return [name, getComputedStyle(probe).color]
  })
  probe.remove()
  return Object.fromEntries(entries) as ChartColours
}

export class Theme {
  #choice = $state.raw<ThemeChoice>('auto')
  #colours = $state.raw<ChartColours>()

  /** Begins with the theme that a link names, else with the one that this browser remembers. */
  constructor(named: ThemeChoice | null) {
    this.#choice = named ?? remembered()
    this.#apply()
    // Paper is light whatever the theme.
    for (const query of ['(prefers-color-scheme: dark)', 'print'])
      matchMedia(query).addEventListener('change', () => this.#apply())
  }

  get choice() {
    return this.#choice
  }

  get colours(): ChartColours {
    return (this.#colours ??= readColours())
  }

  /** Goes on to the next choice: auto, light, dark, auto. */
  next() {
    this.#choice = themeChoices[(themeChoices.indexOf(this.#choice) + 1) % themeChoices.length] ?? 'auto'
    try {
      localStorage.setItem(storedAs, this.#choice)
    } catch {
      // A browser that forbids storage forgets the choice with the page.
    }
    this.#apply()
  }

  #apply() {
    if (this.#choice === 'auto') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = this.#choice
    this.#colours = readColours()
  }
}
