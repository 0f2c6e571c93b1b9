import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import ts from 'typescript'

// Makes the package that others install, whole, in dist-lib (or another folder): one module per source file, so that bundlers
// leave out what is not used.

const root = resolve(import.meta.dirname, '..')
const folder = resolve(process.argv[2] ?? join(root, 'dist-lib'))
const source = join(root, 'src')

const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string>
  dependencies: Record<string, string>
  [field: string]: unknown
}
const doors = Object.entries(packageJson.exports)

const stop = (problem: string): never => {
  console.error(`build:lib: ${problem}`)
  process.exit(1)
}

const write = (file: string, text: string) => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

const compile = () => {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => stop('tsconfig.json cannot be read') }
  const emit = { noEmit: false, declaration: true, sourceMap: true, inlineSources: true, sourceRoot: 'hirescope:///' }
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    { ...emit, rewriteRelativeImportExtensions: true, rootDir: source, outDir: folder, incremental: false },
    host,
  )
  const program = ts.createProgram(
    doors.map(([, file]) => join(root, file)),
    config?.options ?? {},
  )
  // In declarations, the compiler leaves the extension of a source file.
  const named = /(\b(?:from|import)\s*\(?\s*["']\.{1,2}\/[^"']*)\.ts(?=["'])/g
  const { diagnostics } = program.emit(undefined, (file, text) =>
    write(file, file.endsWith('.d.ts') ? text.replace(named, '$1.js') : text),
  )
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics]
  if (problems.length)
    stop(ts.formatDiagnostics(problems, { ...host, getCanonicalFileName: (file) => file, getNewLine: () => '\n' }))
}

const wasm = 'engine/wasm'

/** The files of the browser's engine, by the names that the module of their addresses gives them. */
const engineFiles = {
  datasetWorker: 'dataset-worker.js',
  duckdb: '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm',
  duckdbWorker: '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js',
  parquet: 'parquet-wasm/esm/parquet_wasm_bg.wasm',
}

/**
 * Puts the files of the browser's engine beside its module, since all bundlers agree on the address of a file at hand, and on little
 * else. The dataset worker is one whole file.
 */
const bundleEngine = async () => {
  const bundle = await rolldown({ input: join(source, wasm, 'dataset-worker.ts'), platform: 'browser' })
  const { output } = await bundle.write({
    file: join(folder, wasm, 'dataset-worker.js'),
    format: 'esm',
    minify: true,
    sourcemap: true,
  })
  await bundle.close()
  const module = join(folder, wasm, 'asset-addresses.js')
  if (!existsSync(module)) stop(`${module} is missing`)
  rmSync(`${module}.map`)
  const addresses = Object.entries(engineFiles).map(([name, file]) => {
    if (file.includes('/')) cpSync(join(root, 'node_modules', file), join(folder, wasm, basename(file)))
    return `  ${name}: new URL('./${basename(file)}', import.meta.url).href,\n`
  })
  write(module, `export const assetAddresses = {\n${addresses.join('')}};\n`)
  const bundled = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
  writeLicences([...bundled, ...Object.values(engineFiles).map((file) => join(root, 'node_modules', file))])
}

/** The licences of the packages that stand in the package. */
const writeLicences = (files: readonly string[]) => {
  const names = new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []))
  const texts = [...names].sort().map((name) => {
    const home = join(root, 'node_modules', name)
    const {
      version,
      license,
      author = '',
    } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Record<string, string>
    const file = readdirSync(home).find((file) => /^licen[cs]e/i.test(file))
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(home, file), 'utf8').trim() : author}\n`
  })
  write(join(folder, wasm, 'LICENCES.txt'), texts.join(`\n${'-'.repeat(72)}\n\n`))
}

/** What modules read beside modules: the adapters. */
const copyData = () => {
  const data = ['.sql', '.json', '.md']
  cpSync(join(source, 'export/adapters'), join(folder, 'export/adapters'), {
    recursive: true,
    filter: (file) => !extname(file) || data.includes(extname(file)),
  })
}

/** The packages that the modules import, with the versions of this checkout. */
const dependencies = () => {
  const names = new Set<string>()
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js') || file.endsWith('worker.js')) continue
    const text = readFileSync(join(folder, file), 'utf8')
    for (const [, name = ''] of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([@a-z][^'"]*)['"]/g))
      names.add(name.startsWith('@') ? name.split('/', 2).join('/') : (name.split('/', 1)[0] ?? ''))
  }
  const versions = packageJson.dependencies
  const own = ['hirescope', ...builtinModules]
  const found = [...names].filter((name) => !name.startsWith('node:') && !own.includes(name)).sort()
  const missing = found.filter((name) => !versions[name])
  if (missing.length) stop(`no dependency of package.json: ${missing.join(', ')}`)
  return found.map((name): [string, string] => [name, versions[name] ?? ''])
}

// The engines fit the glue that is bundled, and give the same numbers, in these versions alone.
const exact = /^(@duckdb\/|parquet-wasm$|apache-arrow$)/

const writePackage = () => {
  const { name, version, description, license, engines } = packageJson
  const built = (file: string, extension: string) => file.replace('./src/', './').replace(/\.ts$/, extension)
  const found = dependencies()
  const peers = found.filter(([name]) => name !== 'zod')
  write(
    join(folder, 'package.json'),
    JSON.stringify(
      {
        name,
        version,
        description,
        keywords: ['recruiting', 'analytics', 'duckdb', 'parquet', 'wasm'],
        license,
        type: 'module',
        engines,
        sideEffects: ['./engine/wasm/*worker.js'],
        exports: {
          ...Object.fromEntries(
            doors.map(([door, file]) => [door, { types: built(file, '.d.ts'), default: built(file, '.js') }]),
          ),
          './package.json': './package.json',
        },
        dependencies: Object.fromEntries(found.filter(([name]) => name === 'zod').map(([n, v]) => [n, `^${v}`])),
        peerDependencies: Object.fromEntries(peers.map(([n, v]) => [n, exact.test(n) ? v : `^${v}`])),
        peerDependenciesMeta: Object.fromEntries(peers.map(([n]) => [n, { optional: true }])),
      },
      null,
      2,
    ) + '\n',
  )
  for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(join(root, file), join(folder, file))
  // The picture stays in the checkout.
  write(join(folder, 'README.md'), readFileSync(join(root, 'README.md'), 'utf8').replace(/^!\[.*\n\n/m, ''))
}

rmSync(folder, { recursive: true, force: true })
compile()
await bundleEngine()
copyData()
writePackage()
console.log(`build:lib: the package is in ${folder}; npm pack makes of it the file to install`)
