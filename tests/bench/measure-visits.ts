import type { BrowserContext } from 'playwright-core'
import { build } from 'vite'
import { serve } from '../../src/demo/serve.ts'
import { launchChromium } from '../browser/chromium.ts'
import type { Found } from './largest-bundle.ts'
import { lookAround } from './machine.ts'
import type { Visits } from './results.ts'
import { spreadOf } from './spread.ts'

const visits = 7

/** Builds the app as it is served. */
export const buildApp = (outDir: string) => build({ logLevel: 'error', build: { outDir, emptyOutDir: true } })

interface Seen {
  numbers: number
  engine: number
}

// Runs in the page, as it stands here: what compiles this file would add calls that the page does not know.
const watch = `
  let numbers = 0
  window.seen = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!numbers && document.querySelectorAll('.tile .value').length === 7) numbers = performance.now()
      if (!document.querySelector('[data-engine=checked]')) return
      observer.disconnect()
      resolve({ numbers, engine: performance.now() })
    })
    observer.observe(document, { subtree: true, childList: true, attributes: true })
  })`

/** Milliseconds since navigation began until the seven figures stand there, and until the engine has answered. */
const visit = async (context: BrowserContext, url: string): Promise<Seen> => {
  const page = await context.newPage()
  await page.addInitScript({ content: watch })
  await page.goto(url)
  const seen = await page.evaluate(() => (window as unknown as { seen: Promise<Seen> }).seen)
  await page.close()
  return seen
}

/** Visits the app: first in a browser that knows nothing of it, then again. */
export const measureVisits = async (app: string, site: string, { address }: Found): Promise<Visits> => {
  const server = await serve([app, site], 0)
  const measured = await lookAround()
  const chromium = await launchChromium()
  try {
    const cold: Seen[] = []
    const warm: Seen[] = []
    for (let each = 0; each < visits; each += 1) {
      const context = await chromium.browser.newContext()
      const url = `${server.url}?data=${encodeURIComponent(address)}`
      cold.push(await visit(context, url))
      await visit(context, url)
      warm.push(await visit(context, url))
      await context.close()
    }
    const of = (seen: readonly Seen[]) => ({
      numbers: spreadOf(seen.map(({ numbers }) => numbers / 1000)),
      engine: spreadOf(seen.map(({ engine }) => engine / 1000)),
    })
    return { ...measured, visits, cold: of(cold), warm: of(warm) }
  } finally {
    await chromium.close()
    await server.close()
  }
}
