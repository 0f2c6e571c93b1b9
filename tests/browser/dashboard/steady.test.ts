import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { settled, startPages, type AppPages } from '../app-page.ts'

let pages: AppPages
beforeAll(async () => {
  pages = await startPages()
})
afterAll(() => pages?.close())

it.each([
  ['on a desktop', { width: 1280, height: 900 }],
  ['on a phone', { width: 360, height: 780 }],
])('moves nothing while it loads, %s', async (_, viewport) => {
  let respond = () => {}
  const asked = new Promise<void>((resolve) => {
    const back = pages.site.answer('/data/org/twelve/manifest.json', (response) => {
      respond = () =>
        void readFile(join(pages.site.data, 'twelve/manifest.json')).then((manifest) => response.end(manifest))
      back()
      resolve()
    })
  })
  const page = await pages.newPage({ viewport })
  await page.addInitScript(() => {
    const shifts: string[] = ((window as unknown as { shifts: string[] }).shifts = [])
    interface Shift extends PerformanceEntry {
      value: number
      sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[]
    }
    const at = ({ x, y, width, height }: DOMRect) => [x, y, width, height].join(' ')
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries() as Shift[])
        for (const { node, previousRect, currentRect } of sources)
          shifts.push(`${value} ${node?.parentElement?.className}: ${at(previousRect)} became ${at(currentRect)}`)
    }).observe({ type: 'layout-shift', buffered: true })
  })
  // Without the viewers of the demo, who are no part of a page that a host serves.
  await page.goto(`${pages.site.url}alone/?data=/data/org/twelve/`)
  await asked
  await page.locator('main[aria-busy=true] .skeleton').first().waitFor()
  respond()
  await settled(page)
  expect(await page.evaluate(() => (window as unknown as { shifts: string[] }).shifts)).toEqual([])
  await page.context().close()
})

it('moves and fades nothing for who asks for less motion', async () => {
  const page = await pages.open('', { reducedMotion: 'reduce' })
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((each) => {
        const { transitionDuration, animationName } = getComputedStyle(each)
        return animationName !== 'none' || transitionDuration.split(', ').some((duration) => parseFloat(duration) > 0)
      })
      .map((each) => each.className),
  )
  expect(moving).toEqual([])
  await page.context().close()
})
