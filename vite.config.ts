import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: 'src/app',
  base: './',
  publicDir: '../../public',
  plugins: [svelte({ configFile: false })],
  build: { outDir: '../../dist', emptyOutDir: true, target: 'es2023' },
  worker: { format: 'es' },
  // Only workers import these, so that the dev server would find them late and reload the page.
  optimizeDeps: { include: ['@duckdb/duckdb-wasm', 'apache-arrow', 'parquet-wasm/esm'] },
  test: {
    root: '.',
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    env: { TZ: 'America/St_Johns' },
    testTimeout: 60_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
})
