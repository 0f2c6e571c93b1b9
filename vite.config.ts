import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

// How long each plugin took is no news to who builds the app.
const quiet = { checks: { pluginTimings: false } }

export default defineConfig({
  root: 'src/app',
  base: './',
  publicDir: '../../public',
  plugins: [svelte({ configFile: false })],
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
