import { buildDemo } from '../../src/demo/index.ts'
import { join, resolve } from 'node:path'
import { findLargest, weigh } from './largest-bundle.ts'
import { describeMachine } from './machine.ts'
import { buildPage, chromiumVersion, measureInChromium } from './measure-browser.ts'
import { lastExport, measureExport } from './measure-export.ts'
import { tables } from './readme.ts'
import { readResults, writeResults } from './results-file.ts'
import type { Exported } from './results.ts'

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
  await buildDemo(folder, { applications, jobs })
  return measureExport(folder, applications, jobs, say)
}

/** Measures each size and writes what it found after each, beside what earlier runs found of other sizes. */
export const runBench = async (options: BenchOptions): Promise<void> => {
  const folder = resolve(options.folder)
  const page = join(folder, 'bench-page')
  await buildPage(page)
  const machine = await describeMachine(await chromiumVersion())
  const results = await readResults(options.say)
  for (const applications of options.sizes) {
    const own = join(folder, `bench-${applications}`)
    const site = join(own, 'site')
    const say = (line: string) => options.say(`${applications.toLocaleString('en')}: ${line}`)
    const exported = await exportDemoOf(own, applications, { ...options, say })
    const found = await findLargest(site)
    const { load, endpoints } = await measureInChromium(page, site, found, say)
    results.sizes[applications] = { machine, exported, bundle: weigh(found.manifest), load, endpoints }
    await writeResults(results)
  }
  options.say(`\n${tables(results)}`)
}
