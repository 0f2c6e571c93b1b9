import type { Organisation } from './organisations.ts'

/** The clocks of the demo's organisations, as the export's configuration takes them. */
export const demoClocks = (
  organisations: readonly Organisation[],
): Record<string, { timeZone: string; weekStart: 'monday' | 'sunday' }> =>
  Object.fromEntries(organisations.map(({ fact, timeZone, weekStart }) => [fact.id, { timeZone, weekStart }]))

/** The export of the demo, but for the folders that it writes to. */
export interface DemoConfig {
  adapter: 'django'
  asOf: string
  orgs: ReturnType<typeof demoClocks>
  names: 'hired'
  maxRejected: number
}

/** The configuration under which the demo is exported. */
export const demoConfig = (asOf: string, organisations: readonly Organisation[]): DemoConfig => ({
  adapter: 'django',
  asOf,
  orgs: demoClocks(organisations),
  names: 'hired',
  maxRejected: 0.01,
})
