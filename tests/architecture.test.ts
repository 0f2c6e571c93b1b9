import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Package {
  exports: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}
const packageJson = JSON.parse(read('package.json')) as Package

/** The files below a folder, by path from the root. */
const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()

const sources = filesBelow('src').filter((file) => /\.(ts|svelte)$/.test(file))

/** Each import of a file, static or dynamic, types included. */
const importsOf = (file: string): string[] =>
  [...read(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([@.\w][^'"\s]*)'/g)].map(([, name]) => name ?? '')

const isNode = (name: string) => name.startsWith('node:') || builtinModules.includes(name)

/** The package of an import; a subpath of this one as it is. */
const packageOf = (name: string) =>
  name.startsWith('hirescope') ? name : name.startsWith('@') ? name.split('/', 2).join('/') : name.split('/', 1).join()

interface Rule {
  within: RegExp
  packages: string[]
  node?: boolean
}

// contract ← metrics ← engine ← http, app; contract ← export, which may ask metrics on the native engine.
const rules: Record<string, Rule> = {
  'the contract imports zod only': { within: /^src\/contract\//, packages: ['zod'] },
  'the metrics import the contract, and neither Svelte nor Node nor DuckDB': {
    within: /^src\/metrics\//,
    packages: ['zod', 'hirescope/contract'],
  },
  'what the engines share imports contract and metrics': {
    within: /^src\/engine\/[^/]+$/,
    packages: ['zod', 'hirescope/contract', 'hirescope/metrics'],
  },
  'the native engine adds DuckDB for Node': {
    within: /^src\/engine\/native\//,
    packages: ['hirescope/contract', 'hirescope/metrics', '@duckdb/node-api'],
    node: true,
  },
  'the PostgreSQL engine adds a client of that, and DuckDB to read Parquet': {
    within: /^src\/engine\/postgres\//,
    packages: ['hirescope/contract', 'hirescope/metrics', '@duckdb/node-api', 'pg', 'pg-copy-streams'],
    node: true,
  },
  'the engine of the browser adds DuckDB-WASM and no Node': {
    within: /^src\/engine\/wasm\/(?!node\.ts)/,
    packages: [
      'zod',
      'hirescope/contract',
      'hirescope/metrics',
      'hirescope/engine',
      '@duckdb/duckdb-wasm',
      'apache-arrow',
      'parquet-wasm',
    ],
  },
  'its form for tests adds Node': {
    within: /^src\/engine\/wasm\/node\.ts$/,
    packages: ['hirescope/contract', 'hirescope/metrics', '@duckdb/duckdb-wasm', 'parquet-wasm'],
    node: true,
  },
  'the HTTP handler imports contract, metrics and engine, and neither Node nor DuckDB': {
    within: /^src\/http\/[^/]+$/,
    packages: ['zod', 'hirescope/contract', 'hirescope/metrics', 'hirescope/engine'],
  },
  'the HTTP server adds Node and the native engine': {
    within: /^src\/http\/node\//,
    packages: ['hirescope/contract', 'hirescope/metrics', 'hirescope/engine', 'hirescope/engine/native'],
    node: true,
  },
  'the service worker adds the engine of the browser': {
    within: /^src\/http\/service-worker\//,
    packages: ['hirescope/contract', 'hirescope/metrics', 'hirescope/engine', 'hirescope/engine/wasm/service-worker'],
  },
  'the app imports no Node, no engine of Node, and neither the exporter nor the demo': {
    within: /^src\/app\//,
    packages: [
      'zod',
      'hirescope/contract',
      'hirescope/metrics',
      'hirescope/engine',
      'hirescope/engine/wasm',
      'hirescope/engine/wasm/console',
      'hirescope/http',
      'svelte',
      'chart.js',
      'bits-ui',
      '@fontsource-variable/inter',
      'apache-arrow',
      '@codemirror/autocomplete',
      '@codemirror/commands',
      '@codemirror/lang-sql',
      '@codemirror/language',
      '@codemirror/lint',
      '@codemirror/search',
      '@codemirror/state',
      '@codemirror/view',
      '@lezer/highlight',
      'idb',
      'sql-formatter',
    ],
  },
  'the exporter imports the contract, and metrics on the native engine for its answers': {
    within: /^src\/export\//,
    packages: [
      'zod',
      'hirescope/contract',
      'hirescope/metrics',
      'hirescope/engine',
      'hirescope/engine/native',
      'hirescope/package.json',
      '@aws-sdk/client-s3',
      '@duckdb/node-api',
      'pg',
      '@electric-sql/pglite',
    ],
    node: true,
  },
}

describe('the arrows between the folders of src', () => {
  it.each(Object.entries(rules))('%s', (_, { within, packages, node = false }) => {
    const wrong = sources
      .filter((file) => within.test(file))
      .flatMap((file) =>
        importsOf(file)
          .filter((name) => !name.startsWith('.'))
          .filter((name) => (isNode(name) ? !node : !packages.includes(packageOf(name))))
          .map((name) => `${file} imports ${name}`),
      )
    expect(wrong).toEqual([])
  })

  it('are drawn for every folder but the demo, which nothing imports', () => {
    const unruled = sources.filter((file) => !Object.values(rules).some(({ within }) => within.test(file)))
    expect(unruled.filter((file) => !file.startsWith('src/demo/'))).toEqual([])
    const users = sources.filter((file) => importsOf(file).some((name) => name.startsWith('hirescope/demo')))
    expect(users.filter((file) => !file.startsWith('src/demo/'))).toEqual([])
  })

  it('run through the names of the package: a relative import stays in its folder', () => {
    const wrong = sources.flatMap((file) => {
      const [, folder = ''] = file.split('/')
      return (
        importsOf(file)
          // A file that a package has but does not name can be had by its path alone.
          .filter((name) => name.startsWith('.') && !name.includes('/node_modules/'))
          .filter((name) => relative(join('src', folder), join(dirname(file), name)).startsWith('..'))
          .map((name) => `${file} imports ${name}`)
      )
    })
    expect(wrong).toEqual([])
  })

  it('are found at all: the scan sees static, dynamic and type imports', () => {
    const all = new Set(sources.flatMap(importsOf))
    for (const name of ['hirescope/contract', 'zod', 'node:path', '../chart-library.ts'])
      expect([...all]).toContain(name)
    expect(importsOf('src/app/main.ts').length).toBeGreaterThan(0)
  })

  it('leave no global of Node in what runs in browsers', () => {
    const browser = sources.filter((file) => /^src\/(contract|metrics|app|http\/[^/]+$|engine\/[^/]+$)/.test(file))
    const wrong = browser.filter((file) =>
      /\bprocess\.(env|argv|cwd|exit)\b|\bBuffer\.|\brequire\(|__dirname/.test(read(file)),
    )
    expect(wrong).toEqual([])
  })
})

describe('the package', () => {
  it('pins every version exactly, and its lock file the same', () => {
    const lock = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, Partial<Package> & { version?: string }>
    }
    const { dependencies, devDependencies } = packageJson
    expect(lock.packages['']).toMatchObject({ dependencies, devDependencies })
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+(-[\w.]+)?$/)
      expect(`${name} ${lock.packages[`node_modules/${name}`]?.version}`).toBe(`${name} ${version}`)
    }
  })

  it('names no registry in its lock file', () => {
    expect(read('package-lock.json').match(/"resolved": *"(?!file:)[^"]*"/g) ?? []).toEqual([])
    expect(read('package-lock.json')).not.toMatch(/registry\./)
  })

  it('has a file behind each of its names', () => {
    for (const file of Object.values(packageJson.exports))
      expect(`${file} ${existsSync(join(root, file))}`).toBe(`${file} true`)
  })

  it('names no remote address in what it serves or runs', () => {
    const own = [
      'https?://(?!localhost[:/]|www\\.w3\\.org/)',
      '[\'"(]//[\\w.-]+\\.\\w',
      'jsdelivr|unpkg|cdnjs|googleapis',
    ]
    const remote = new RegExp(own.join('|'), 'i')
    const text = /\.(ts|mjs|js|svelte|html|css|sql|json|svg|webmanifest)$/
    const served = [...filesBelow('src'), ...filesBelow('public'), ...filesBelow('scripts')].filter((file) =>
      text.test(file),
    )
    expect(served.filter((file) => remote.test(read(file)))).toEqual([])
  })
})

const tracked = (() => {
  try {
    return execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8', stdio: 'pipe' }).split('\n').filter(Boolean)
  } catch {
    return null
  }
})()

describe.skipIf(!tracked)('git (skipped outside of a clone)', () => {
  it('tracks nothing that is ignored or generated', () => {
    const ignored = execFileSync('git', ['ls-files', '--cached', '--ignored', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(ignored).toBe('')
    const generated =
      /^(dist|dist-lib|dist-docs|\.demo|coverage|node_modules)\/|\.(parquet|duckdb|wasm|tgz|tsbuildinfo|log)$|^public\/.*\.(json|gz)$/
    // One small bundle of each contract version stays as its exporter wrote it.
    expect(tracked?.filter((file) => generated.test(file) && !file.startsWith('tests/fixtures/bundles/'))).toEqual([])
  })
})
