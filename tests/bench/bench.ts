import { buildDemo } from '../../src/demo/index.ts'
import { join, resolve } from 'node:path'
import { goalsOf } from './goals.ts'
import { findLargest, weigh } from './largest-bundle.ts'
import { describeMachine } from './machine.ts'
import { buildPage, chromiumVersion, measureInChromium, measureRollups } from './measure-browser.ts'
import { lastExport, measureExport } from './measure-export.ts'
import { buildApp, measureVisits } from './measure-visits.ts'
import { tables } from './readme.ts'
import { readResults, writeResults } from './results-file.ts'
import type { Exported } from './results.ts'
import { writeTenfold } from './tenfold.ts'

export interface BenchOptions {
  /** Numbers of applications of the demo. */
  sizes: readonly number[]
  /** How many jobs a demo of that size has. */
  jobsOf: (applications: number) => number
  /** Where demo databases and exports are kept, so that a later run finds them. */
  folder: string
  /** Takes the export that is there, and its figures, where there is one. */
  keepExport: boolean
  say: (line: string) => void
}

const exportDemoOf = async (folder: string, applications: number, { jobsOf, keepExport, say }: BenchOptions) => {
  const jobs = jobsOf(applications)
  const last: Exported | null = keepExport ? await lastExport(folder, jobs) : null
  if (last) return last
  say('demo database')
  await buildDemo(folder, { applications, jobs, organisations: 1 })
  return measureExport(folder, applications, jobs, say)
}

/** Measures each size and writes what it found after each, beside what earlier runs found of other sizes. */
export const runBench = async (options: BenchOptions): Promise<void> => {
  const folder = resolve(options.folder)
  const page = join(folder, 'bench-page')
  await buildPage(page)
  const app = join(folder, 'bench-app')
  await buildApp(app)
  const machine = await describeMachine(await chromiumVersion())
  const results = await readResults(options.say)
  for (const applications of options.sizes) {
    const own = join(folder, `bench-${applications}`)
    const site = join(own, 'site')
    const say = (line: string) => options.say(`${applications.toLocaleString('en')}: ${line}`)
    const exported = await exportDemoOf(own, applications, { ...options, say })
    const found = await findLargest(site)
    const { load, endpoints } = await measureInChromium(page, site, found, say)
    say('chromium: visits of the app')
    const visits = await measureVisits(app, site, found)
    say('chromium: rollups of ten times the jobs')
    const many = join(own, 'tenfold')
    const tenfold = await measureRollups(page, many, await writeTenfold(site, found, many))
    const bundle = weigh(found.manifest)
    const size = { machine, exported, bundle, load, endpoints, visits, tenfold }
    results.sizes[applications] = { ...size, goals: goalsOf(size) }
    await writeResults(results)
  }
  options.say(`\n${tables(results)}`)
}
