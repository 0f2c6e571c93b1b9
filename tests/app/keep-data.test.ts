import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'vite'
import { expect, it } from 'vitest'
import config from '../../vite.config.ts'
import { temporaryFolder } from '../fixtures/bundle.ts'

it('empties the folder of a build, but for the data and the queries that were put there', async () => {
  const root = await temporaryFolder()
  const outDir = join(root, 'dist')
  const put = async (file: string, text: string) => {
    await mkdir(join(root, file, '..'), { recursive: true })
    await writeFile(join(root, file), text)
  }
  await put('index.html', '<script type="module" src="./main.js"></script>')
  await put('main.js', 'document.title = "new"')
  await put('dist/index.html', 'old')
  await put('dist/assets/index-old.js', 'old')
  await put('dist/data/org/manifest.json', 'data')
  await put('dist/queries/index.json', 'queries')

  // The plugin alone: what the app is made of takes its time.
  const plugins = (config.plugins as Plugin[]).filter((plugin) => plugin.name === 'keep-data')
  expect(plugins).toHaveLength(1)
  const { emptyOutDir } = config.build ?? {}
  await build({ configFile: false, root, logLevel: 'silent', plugins, build: { outDir, emptyOutDir } })

  expect((await readdir(outDir)).sort()).toEqual(['assets', 'data', 'index.html', 'queries'])
  expect(await readFile(join(outDir, 'data/org/manifest.json'), 'utf8')).toBe('data')
  expect(await readFile(join(outDir, 'queries/index.json'), 'utf8')).toBe('queries')
  expect(await readFile(join(outDir, 'index.html'), 'utf8')).not.toBe('old')
  expect(await readdir(join(outDir, 'assets'))).toEqual([expect.stringMatching(/^index-(?!old).+\.js$/)])
  await rm(root, { recursive: true })
})
