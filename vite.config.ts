import { svelte } from '@sveltejs/vite-plugin-svelte'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'

const app = join(import.meta.dirname, 'src/app')
const publicFiles = join(import.meta.dirname, 'public')

const contentHash = (content: string | Uint8Array) =>
  createHash('sha256').update(content).digest('base64url').slice(0, 8)

// How long each plugin took is no news to who builds the app.
const quiet = { checks: { pluginTimings: false } }

/** Ships the modules of the engine packed: many hosts do not pack them, and some take no file over 25 MiB. */
const packedModules: Plugin = {
  name: 'packed-modules',
  apply: 'build',
  enforce: 'pre',
  async load(id) {
    const [file = '', query] = id.split('?')
    if (!file.endsWith('.wasm') || query !== 'url') return
    const source = gzipSync(await readFile(file), { level: 9 })
    const fileName = `assets/${basename(file, '.wasm')}-${contentHash(source)}.wasm.gz`
    return `export default import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'asset', fileName, source })}`
  },
}

/** The app names the address of parquet-wasm's module itself; the one that the package falls back on would be shipped besides. */
const noFallback: Plugin = {
  name: 'no-fallback',
  apply: 'build',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('parquet-wasm/esm/parquet_wasm.js')
      ? code.replace("new URL('parquet_wasm_bg.wasm', import.meta.url)", 'undefined')
      : undefined,
}

/** What the first script asks for once it runs, and the font: the browser fetches them beside that script. */
const preloads: Plugin = {
  name: 'preloads',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle = {} }) => {
      const page = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === 'App')
      const font = Object.keys(bundle).find((name) => name.includes('inter-latin-wght'))
      if (page?.type !== 'chunk' || !font) throw new Error('preloads: no page or no font of these names')
      const needed = new Set<string>()
      const need = (file: string) => {
        const chunk = bundle[file]
        if (chunk?.type !== 'chunk' || needed.has(file)) return
        needed.add(file)
        chunk.imports.forEach(need)
      }
      need(page.fileName)
      const link = (file: string, attrs: Record<string, string>) => ({
        tag: 'link',
        attrs: { ...attrs, crossorigin: true, href: `./${file}` },
      })
      return [
        ...[...needed].map((file) => link(file, { rel: 'modulepreload' })),
        ...[...(page.viteMetadata?.importedCss ?? [])].map((css) => link(css, { rel: 'preload', as: 'style' })),
        link(font, { rel: 'preload', as: 'font', type: 'font/woff2' }),
      ]
    },
  },
}

/** Makes the element for other pages. */
const embed: Plugin = {
  name: 'embed',
  apply: 'build',
  buildStart() {
    this.emitFile({ type: 'chunk', id: join(app, 'embed/embed.ts'), fileName: 'embed.js' })
  },
}

/** Builds the service worker that keeps the app, and tells it the files that the app is made of. */
const serviceWorker = VitePWA({
  strategies: 'injectManifest',
  srcDir: '.',
  filename: 'service-worker.ts',
  injectRegister: false,
  manifest: false,
  injectManifest: {
    globPatterns: ['index.html', 'favicon.svg', 'manifest.webmanifest', 'assets/*'],
    // Names of these tell their content.
    dontCacheBustURLsMatching: /^assets\//,
    maximumFileSizeToCacheInBytes: 25 * 2 ** 20,
  },
})

/** Empties the folder of the build, but for the data and the queries that were put there. */
const keepData: Plugin = {
  name: 'keep-data',
  apply: 'build',
  configResolved({ root, build }) {
    const folder = resolve(root, build.outDir)
    if (!existsSync(folder)) return
    const own = readdirSync(folder).filter((name) => !['data', 'queries', '.git'].includes(name))
    for (const name of own) rmSync(join(folder, name), { recursive: true })
  },
}

export default defineConfig({
  root: app,
  base: './',
  publicDir: publicFiles,
  plugins: [
    packedModules,
    svelte({ configFile: false, compilerOptions: { css: 'injected' } }),
    preloads,
    embed,
    serviceWorker,
    keepData,
  ],
  build: {
    outDir: '../../dist',
    emptyOutDir: false,
    target: 'es2023',
    rolldownOptions: quiet,
  },
  worker: { format: 'es', plugins: () => [noFallback], rolldownOptions: quiet },
  // Only workers import these, so that the dev server would find them late and reload the page.
  optimizeDeps: { include: ['@duckdb/duckdb-wasm', 'apache-arrow', 'parquet-wasm/esm'] },
  test: {
    root: '.',
    include: ['tests/**/*.test.ts'],
    globalSetup: 'tests/global-setup.ts',
    pool: 'forks',
    env: { TZ: 'America/St_Johns', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: 60_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
})
