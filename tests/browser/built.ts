import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { madeOnce } from '../shared.ts'

const root = join(import.meta.dirname, '../..')

/** The folder of the app as it is built for users, made once in a run. */
export const builtApp = (): Promise<string> =>
  madeOnce('app', (outDir) =>
    promisify(execFile)(
      process.execPath,
      [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--outDir', outDir, '--logLevel', 'warn'],
      { cwd: root, env: { ...process.env, NODE_ENV: 'production', VITEST: '' } },
    ),
  )

/** The folder of the page that opens the engine without the app, made once in a run. */
export const builtEnginePage = (): Promise<string> =>
  madeOnce('engine-page', async (outDir) => {
    const { build } = await import('vite')
    const root = join(import.meta.dirname, 'engine-page')
    await build({
      root,
      configFile: false,
      base: './',
      logLevel: 'error',
      worker: { format: 'es' },
      build: {
        outDir,
        target: 'es2023',
        rolldownOptions: { input: ['index.html', 'observable.html'].map((page) => join(root, page)) },
      },
    })
  })
