import type { ChartConfiguration } from 'chart.js'
import type { ChartColours } from './state/theme.svelte.ts'

/** A chart as Chart.js draws it. */
export type ChartConfig =
  | ChartConfiguration<'line', number[], string>
  | ChartConfiguration<'bar', number[], string>
  | ChartConfiguration<'scatter', { x: number; y: number }[], string>

/** What a card shows, as a picture can be made of it. Colours are tokens of the page, "--series-1". */
export type Picture = {
  legend: readonly { label: string; token: string }[]
  /** What stands below. */
  note: string
} & (
  | { kind: 'chart'; config: (colours: ChartColours) => ChartConfig }
  | {
      kind: 'bars'
      /** One bar each, all of one scale. `end` stands behind it. */
      bars: readonly { label: string; parts: readonly { value: number; token: string }[]; end: string }[]
    }
)
