import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { serve } from '../../src/demo/serve.ts'
import { readStartOptions, startDemo } from '../../src/demo/start.ts'

it('takes flags, and what is usual without them', () => {
  expect(readStartOptions([])).toEqual({ folder: '.demo', applications: 20_000, port: 4173 })
  expect(readStartOptions(['--applications', '0', '--port=65535', '--folder', 'x'])).toEqual({
    folder: 'x',
    applications: 0,
    port: 65_535,
  })
})

it.each([
  [['--port', '99999'], 'arguments: --port "99999", expected a whole number from 0 to 65535'],
  [['--port', ''], 'arguments: --port "", expected'],
  [['--applications', 'abc'], 'arguments: --applications "abc", expected a whole number from 0'],
  [['--applications', '1e3'], 'arguments: --applications "1e3", expected'],
  [['--applications', '-5'], "arguments: Option '--applications' argument is ambiguous; known are"],
  [['--colour'], "arguments: Unknown option '--colour'; known are --applications, --folder, --port"],
  [['demo'], "arguments: Unexpected argument 'demo'; known are"],
])('says in one line what is wrong with %j', (args, line) => {
  expect(() => readStartOptions(args)).toThrow(line)
  expect(() => readStartOptions(args)).toThrow(/^[^\n]+$/)
})

it('says that a port is in use before anything is built', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hirescope-start-'))
  const other = await serve([], 0)
  const port = Number(new URL(other.url).port)
  const said: string[] = []
  await expect(startDemo({ folder, applications: 20_000, port }, (line) => said.push(line))).rejects.toThrow(
    `serve: port ${port} is in use; choose another with npm start -- --port ${port + 1}`,
  )
  expect(said).toEqual([])
  expect(await readdir(folder)).toEqual([])
  await other.close()
  await rm(folder, { recursive: true })
})
