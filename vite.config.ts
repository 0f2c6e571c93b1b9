import { svelte } from '@sveltejs/vite-plugin-svelte'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

// How long each plugin took is no news to who builds the app.
const quiet = { checks: { pluginTimings: false } }

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
      const link = (file: string, attrs: Record<string, string>) => ({
        tag: 'link',
        attrs: { ...attrs, crossorigin: true, href: `./${file}` },
      })
      return [
        link(page.fileName, { rel: 'modulepreload' }),
        ...[...(page.viteMetadata?.importedCss ?? [])].map((css) => link(css, { rel: 'preload', as: 'style' })),
        link(font, { rel: 'preload', as: 'font', type: 'font/woff2' }),
      ]
    },
  },
}

export default defineConfig({
  root: 'src/app',
  base: './',
  publicDir: '../../public',
  plugins: [svelte({ configFile: false }), preloads],
  build: {
    outDir: '../../dist',
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: quiet,
  },
  worker: { format: 'es', rolldownOptions: quiet },
  // Only workers import these, so that the dev server would find them late and reload the page.
  optimizeDeps: { include: ['@duckdb/duckdb-wasm', 'apache-arrow', 'parquet-wasm/esm'] },
  test: {
    root: '.',
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    env: { TZ: 'America/St_Johns', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: 60_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
})
