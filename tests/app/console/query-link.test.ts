import { deflateRawSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { linkTo, longestLink, readLink } from '../../../src/app/console/query-link.ts'

const query = { title: 'Zählung · 数', description: '', sql: 'SELECT \'#&?=%\' AS "😀"\nFROM jobs' }
const fragmentOf = (link: string) => new URL(link).hash

it('holds a query in the fragment of an address, and nothing of what the page was asked', async () => {
  const link = await linkTo('https://ats.example/app/?org=a&viewer=x&job=J01&table=details#old', query)
  expect(link.split('#')[0]).toBe('https://ats.example/app/?org=a&viewer=x&page=sql')
  expect(fragmentOf(link)).toMatch(/^#sql=[\w-]+$/)
  expect(await readLink(fragmentOf(link))).toEqual(query)
})

it('says what to do with a query that is too long for a link', async () => {
  const random = Array.from({ length: 12_000 }, (_, index) => ((index * 48_271) % 65_521).toString(36)).join('')
  await expect(linkTo('https://ats.example/', { ...query, sql: `SELECT '${random}'` })).rejects.toThrow(
    new RegExp(`^link: \\d+ characters, expected ${longestLink} at most; export the query as a file instead$`),
  )
})

it.each(['#sql=', '#sql=AAAA', '#sql=%%%', `#sql=${deflateRawSync('x'.repeat(300_000)).toString('base64url')}`])(
  'refuses a link without a query: %#',
  async (fragment) => {
    await expect(readLink(fragment)).rejects.toThrow('link: no query in it')
  },
)
