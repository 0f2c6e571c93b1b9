import { parseConfig, runExport } from 'hirescope/export'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { compiledExporter, configFile, configOf, startExporter, temporaryFolder } from './exporter.ts'
import { full } from './random.ts'
import { folderRead, Readers } from './reader.ts'

const rounds = full ? 30 : 2
const sizes = [20, 30, 40]

let exporter: string
let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  exporter = await compiledExporter()
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

it('two exporters of an organisation at once: one publishes, the other says who holds the lock, and readers see whole datasets', async () => {
  const readers = new Readers()
  let bundle = ''
  for (const size of sizes) {
    await runExport(parseConfig(await configOf(folder.path, size)))
    const { users } = JSON.parse(await readFile(join(folder.path, 'private', 'o', 'access.json'), 'utf8')) as {
      users: Record<string, string>
    }
    bundle = join(folder.path, 'target', users.admin!)
    await readers.learn(folderRead(bundle), String(size))
  }
  const read = folderRead(bundle)
  const files = await Promise.all(
    sizes.map(async (size, index) =>
      // Working databases of their own: so they meet at the lock of the organisation, or come one after the other.
      configFile(
        folder.path,
        `${size}`,
        await configOf(folder.path, size, { staging: join(folder.path, `s${index}`) }),
      ),
    ),
  )
  const counts = { both: 0, one: 0 }
  for (let round = 0; round < rounds; round++) {
    const before = (await readers.check(read)).manifest.sequence
    const reading = readers.keepReading(read)
    const pair = [files[round % 3]!, files[(round + 1) % 3]!]
    const ends = await Promise.all(pair.map((file) => startExporter(exporter, file).ended))
    await reading.stop()
    const { name, manifest } = await readers.check(read)
    await readers.checkPrevious(read)
    const published = ends.filter(({ code }) => code === 0).length
    for (const { code, output } of ends) if (code !== 0) expect(output).toMatch(/lock: held by process \d+ on /)
    expect(published).toBeGreaterThan(0)
    expect(manifest.sequence).toBe(before + published)
    const wrote = [round % 3, (round + 1) % 3]
      .filter((_, index) => ends[index]!.code === 0)
      .map((at) => String(sizes[at]))
    expect(wrote).toContain(name)
    counts[published === 2 ? 'both' : 'one'] += 1
  }
  console.log(`two exporters at once, ${rounds} times:`, counts)
}, 3_600_000)
