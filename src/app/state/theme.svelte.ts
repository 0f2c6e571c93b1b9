/** The page's theme: that of the system, or the viewer's own choice, which this browser remembers. */
export type ThemeChoice = 'auto' | 'light' | 'dark'

const choices: readonly ThemeChoice[] = ['auto', 'light', 'dark']
const storedAs = 'hirescope:theme'

const remembered = (): ThemeChoice => {
  try {
    const stored = localStorage.getItem(storedAs)
    return choices.find((choice) => choice === stored) ?? 'auto'
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

// Computed through a property, since a custom property keeps its light-dark() unresolved.
const readColours = (): ChartColours => {
  const probe = document.createElement('span')
  document.body.append(probe)
  const entries = Object.entries(tokens).map(([name, token]) => {
    probe.style.color = `var(${token})`
    return [name, getComputedStyle(probe).color]
  })
  probe.remove()
  return Object.fromEntries(entries) as ChartColours
}

export class Theme {
  #choice = $state.raw<ThemeChoice>(remembered())
  #colours = $state.raw<ChartColours>()

  constructor() {
    this.#apply()
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#apply())
  }

  get choice() {
    return this.#choice
  }

  get colours(): ChartColours {
    return (this.#colours ??= readColours())
  }

  /** Goes on to the next choice: auto, light, dark, auto. */
  next() {
    this.#choice = choices[(choices.indexOf(this.#choice) + 1) % choices.length] ?? 'auto'
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
