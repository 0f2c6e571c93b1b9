import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, serveFolders, type Chromium } from '../browser/chromium.ts'
import { temporaryFolder, writeBundle } from '../fixtures/bundle.ts'
import { rowsOf } from '../oracle/case.ts'
import { writeRows } from '../oracle/index.ts'
import { install, pack, runBin, runNode, startDevelopment, whyNoRegistry, type Packed } from './packed.ts'

const budgets: Record<string, number> = {
  contract: 34_000,
  metrics: 40_000,
  engine: 41_500,
  'engine/wasm': 1_800,
  'engine/wasm/console': 5_000,
  'engine/wasm/node': 3_000,
  'engine/wasm/service-worker': 290_000,
  'engine/native': 41_500,
  'engine/postgres': 32_000,
  http: 42_000,
  'http/node': 53_000,
  'http/service-worker': 335_000,
  export: 97_000,
}

const projects = join(import.meta.dirname, 'projects')
const doors = Object.keys((JSON.parse(readFileSync('package.json', 'utf8')) as { exports: object }).exports).filter(
  (door) => door !== './package.json',
)

// In the long form of the tests, npm installs what a project needs.
const from = process.env.HIRESCOPE_FULL && !whyNoRegistry() ? 'registry' : 'checkout'

/** The one example in the README with these words. */
const blockWith = (words: string): string => {
  const blocks = [...readFileSync('README.md', 'utf8').matchAll(/^```[jt]s\n([^`]+)^```$/gm)]
  const found = blocks.map(([, code = '']) => code).filter((code) => code.includes(words))
  expect(found).toHaveLength(1)
  return found[0] ?? ''
}

/** The README's example that opens a dataset in this way, of another bundle, with what it says at the end. */
const exampleOf = (opening: string, bundle: string, end: string): string => {
  const code = blockWith(`${opening}('`).replace(/\('[^']*<scope>\/?'\)/, `(${JSON.stringify(bundle)})`)
  expect(code).toContain(bundle)
  return `${code.replace("job_id: '12'", "job_id: '11'")}\n${end}\n`
}
const said = `JSON.stringify({ status, body, counts: basis?.counts })`
const answer = {
  status: 200,
  body: { top_location: 'Oslo', applicant_count: 1 },
  counts: { city_applicants: 1, with_city: 2, applicants: 2 },
}

let folder: string
let packed: Packed
beforeAll(async () => {
  folder = await temporaryFolder()
  packed = pack(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const built = (file: string) => readFileSync(join(packed.built, file), 'utf8')

interface Manifest {
  exports: Record<string, { types: string; default: string } | string>
  dependencies: Record<string, string>
  peerDependencies: Record<string, string>
}
const manifest = () => JSON.parse(built('package.json')) as Manifest
const fileOf = (door: string) => (manifest().exports[door] as { default: string }).default

describe('the packed package', () => {
  it('holds modules, declarations, source maps and the files of the engine, and nothing else', () => {
    const kinds = [/\.js$/, /\.d\.ts$/, /\.js\.map$/, /^export\/adapters\/.+\.(sql|json|md)$/]
    expect(packed.files.filter((file) => !kinds.some((kind) => kind.test(file)))).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'engine/wasm/LICENCES.txt',
      'engine/wasm/duckdb-eh.wasm',
      'engine/wasm/parquet_wasm_bg.wasm',
      'package.json',
    ])
    for (const file of packed.files.filter((file) => file.endsWith('.d.ts')))
      expect(packed.files).toContain(file.replace(/\.d\.ts$/, '.js'))
  })

  it('has the doors of the checkout and no other, each with its declarations', () => {
    expect(Object.keys(manifest().exports)).toEqual([...doors, './package.json'])
    for (const door of doors) {
      const { types, default: file } = manifest().exports[door] as { types: string; default: string }
      expect(packed.files).toContain(types.slice(2))
      expect(packed.files).toContain(file.slice(2))
    }
  })

  it('gives every module a source map that holds its source', () => {
    for (const map of packed.files.filter((file) => file.endsWith('.map'))) {
      const { sources, sourcesContent } = JSON.parse(built(map)) as { sources: string[]; sourcesContent: unknown[] }
      expect({ map, held: sourcesContent.filter(Boolean).length }).toEqual({ map, held: sources.length })
    }
  })

  it('finds no fault with publint', () => {
    expect(runBin('publint/src/cli.js', ['run', packed.tarball, '--strict'], folder)).toContain('All good!')
  })

  it('finds no fault with attw, as a package of modules', () => {
    const said = runBin('@arethetypeswrong/cli/dist/index.js', [packed.tarball, '--profile', 'esm-only'], folder)
    expect(said).toContain('"hirescope/engine/wasm/node"')
    expect(said).not.toContain('❌')
  })

  it('says which licences the files of the engine have', () => {
    for (const name of ['@duckdb/duckdb-wasm', 'apache-arrow', 'parquet-wasm', 'zod'])
      expect(built('engine/wasm/LICENCES.txt')).toContain(`${name} `)
  })
})

/** What a built module reaches by static and dynamic imports: packages and modules of Node by name. */
const reaches = (door: string): Set<string> => {
  const found = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, name = ''] of built(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g)) {
      if (name.startsWith('.')) visit(relative(packed.built, resolve(packed.built, dirname(file), name)))
      else if (name === 'hirescope/package.json') continue
      else if (name.startsWith('hirescope/')) visit(fileOf(`.${name.slice('hirescope'.length)}`).slice(2))
      else found.add(name.startsWith('@') ? name.split('/', 2).join('/') : (name.split('/', 1)[0] ?? ''))
    }
  }
  visit(fileOf(door).slice(2))
  return found
}

const isNode = (name: string) => name.startsWith('node:') || builtinModules.includes(name)

describe('what a built entry point reaches', () => {
  it.each(['./contract', './metrics', './engine', './engine/wasm', './http'])('%s: zod alone', (door) => {
    expect([...reaches(door)]).toEqual(['zod'])
  })

  it('in Node, what its dependencies and peers say', () => {
    const { dependencies, peerDependencies } = manifest()
    const found = new Set(doors.flatMap((door) => [...reaches(door)]).filter((name) => !isNode(name)))
    expect([...found].sort()).toEqual(Object.keys({ ...dependencies, ...peerDependencies }).sort())
    expect(Object.keys(dependencies)).toEqual(['zod'])
    expect([...reaches('./engine/native')].filter((name) => !isNode(name)).sort()).toEqual(['@duckdb/node-api', 'zod'])
  })

  it('no module of Node in the dataset worker, and no import at all', () => {
    const imports = /\bfrom\s*["'`]|\bimport\s*["'`(]|["'`]node:\w+|\brequire\(["'`]/g
    expect(built('engine/wasm/dataset-worker.js').match(imports)).toBeNull()
  })
})

const engines = ['@duckdb/duckdb-wasm', '@duckdb/node-api', 'apache-arrow', 'parquet-wasm']
const sources = ['pg', 'pg-copy-streams', '@electric-sql/pglite', '@aws-sdk/client-s3']

describe('in an empty project for Node', () => {
  let project: string
  beforeAll(() => {
    project = join(folder, 'node')
    install(project, join(projects, 'node'), packed, [...engines, ...sources], from)
  })

  it('exports a source and answers on both engines', async () => {
    const { adapterFolder, dataFolder } = await writeRows(
      rowsOf({
        org: [{}],
        app_user: [{}, { user_id: 'editor', role: 'editor' }],
        job: [{ owner_user_id: 'editor' }],
        candidate: [{}],
        application: [{}],
      }),
      join(folder, 'source'),
    )
    const config = {
      source: { kind: 'files', folder: dataFolder },
      adapter: adapterFolder,
      target: join(folder, 'target'),
      private: join(folder, 'private'),
      threads: 1,
    }
    const found = JSON.parse(runNode(['main.js', JSON.stringify(config)], project)) as unknown
    const applicants = { total_applicants: 1 }
    expect(found).toEqual({
      failed: 0,
      bodies: [applicants, applicants],
      nine: Array(9).fill(200),
      missing: 'not-found',
    })
  })

  it("runs the README's example", async () => {
    const bundle = join(folder, 'bundle')
    await writeBundle(bundle)
    writeFileSync(join(project, 'example.js'), exampleOf('openFolder', bundle, `console.log(${said})`))
    expect(JSON.parse(runNode(['example.js'], project))).toEqual(answer)
  })

  /** The size of a module's bundle: minified and compressed, peers left out. */
  const sizeOf = async (source: string): Promise<number> => {
    const peers = Object.keys(manifest().peerDependencies).map((name) => new RegExp(`^${name}(/|$)`))
    const bundle = await rolldown({
      input: 'entry',
      cwd: project,
      platform: 'node',
      logLevel: 'silent',
      external: [/^node:/, ...peers],
      plugins: [
        {
          name: 'entry',
          resolveId: (id) => (id === 'entry' ? join(project, 'entry.js') : null),
          load: (id) => (id === join(project, 'entry.js') ? source : null),
        },
      ],
    })
    const { output } = await bundle.generate({ format: 'esm', minify: true })
    await bundle.close()
    return gzipSync(output[0].code).length
  }

  // Bytes, minified and compressed, zod with them.
  it.each(Object.entries(budgets))('imports %s within its budget', async (door, budget) => {
    const size = await sizeOf(`export * from 'hirescope/${door}'`)
    expect(size).toBeLessThan(budget)
    expect(size).toBeGreaterThan(budget / 2)
  })

  it('has a budget for every entry point', () => {
    expect(Object.keys(budgets).map((door) => `./${door}`)).toEqual(doors)
  })

  it('lets what is not used fall away', async () => {
    const unused = ['contract', 'metrics', 'engine/wasm'].map((door) => `import 'hirescope/${door}'`)
    expect(await sizeOf(unused.join('\n'))).toBeLessThan(200)
    // Most of one metric is zod, which checks its row.
    expect(await sizeOf(`export { topSkill } from 'hirescope/metrics'`)).toBeLessThan(28_000)
  })

  it('loads a worker of bounded size', () => {
    expect(gzipSync(built('engine/wasm/dataset-worker.js')).length).toBeLessThan(110_000)
  })
})

describe('in an empty project with strict types', () => {
  it('compiles, with the declarations of all entry points checked', () => {
    const project = join(folder, 'types')
    install(project, join(projects, 'types'), packed, [...engines, ...sources, '@types/node', 'typescript'], from)
    const all = doors.map((door, index) => `export * as door${index} from 'hirescope/${door.slice(2)}'`)
    writeFileSync(join(project, 'doors.ts'), all.join('\n'))
    writeFileSync(join(project, 'example.ts'), blockWith('createPostgresStore({'))
    runNode(['node_modules/typescript/bin/tsc', '--noEmit'], project)
  }, 300_000)
})

describe("in an empty project for browsers, with Vite and TypeScript, the README's examples", () => {
  let project: string
  let chromium: Chromium
  beforeAll(async () => {
    project = join(folder, 'browser')
    const beside = ['vite', 'typescript', 'apache-arrow', 'parquet-wasm']
    install(project, join(projects, 'browser'), packed, beside, from)
    await writeBundle(join(project, 'public/data'))
    writeFileSync(join(project, 'public/session.json'), '{ "data": "data/" }')
    writeFileSync(join(project, 'main.ts'), exampleOf('openDataset', '/data/', `document.body.textContent = ${said}`))
    writeFileSync(join(project, 'service-worker.ts'), blockWith('serveAnalytics()'))
    writeFileSync(join(project, 'vite.config.ts'), blockWith('defineConfig({'))
    writeFileSync(join(project, 'public/register.js'), blockWith('serviceWorker.register('))
    chromium = await launchChromium({ asUsual: false })
  })
  afterAll(async () => {
    await chromium?.close()
  })

  const saidBy = async (url: string): Promise<unknown> => {
    const page = await chromium.browser.newPage()
    const complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(url)
    await page.waitForFunction(() => document.body.textContent?.trim(), undefined, { timeout: 120_000 })
    const text = await page.textContent('body')
    await page.close()
    expect(complaints).toEqual([])
    return JSON.parse(text ?? '') as unknown
  }

  it('compile without the types of Node', () => {
    runNode(['node_modules/typescript/bin/tsc'], project)
  })

  it('answer when built, also in a service worker', async () => {
    runNode(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error'], project)
    const server = await serveFolders({ '/': join(project, 'dist') })
    try {
      expect(await saidBy(`${server.url}/`)).toEqual(answer)
      expect(await saidBy(`${server.url}/analytics.html`)).toEqual({ status: answer.status, body: answer.body })
    } finally {
      await server.close()
    }
  })

  it('answer on the development server, which bundles packages beforehand', async () => {
    const server = await startDevelopment(project)
    try {
      expect(await saidBy(server.url)).toEqual(answer)
      expect(readFileSync(join(project, 'node_modules/.vite/deps/_metadata.json'), 'utf8')).toContain('hirescope')
    } finally {
      server.stop()
    }
  })
})
