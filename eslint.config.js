import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

const inside = {
  group: ['../*', '!./*'],
  message: 'across folders import by the package name, for example hirescope/metrics',
}
const forbid = (files, ...patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: patterns.flat() }] },
})
const packages = (group, message) => ({ group, message })
const noNode = packages(
  ['node:*', '@duckdb/node-api', 'pg', 'pg-copy-streams', '@electric-sql/*'],
  'this code runs in browsers',
)
const noEngine = packages(['@duckdb/*', 'apache-arrow', 'parquet-wasm'], 'the core knows no engine')
const noView = packages(['svelte', 'svelte/*', 'chart.js', 'bits-ui'], 'only the app has a view')
const not = (...names) =>
  packages(
    names.flatMap((name) => [`hirescope/${name}`, `hirescope/${name}/*`]),
    'the arrows point the other way: contract ← metrics ← engine ← app, contract ← export',
  )

// The arrows between the folders of src, as style and architecture want them.
const directions = [
  forbid(['src/contract/**'], inside, noNode, noEngine, noView, not('metrics', 'engine', 'export', 'demo')),
  forbid(['src/metrics/**'], inside, noNode, noEngine, noView, not('engine', 'export', 'demo')),
  forbid(['src/engine/*.ts'], inside, noNode, noView, not('export', 'demo')),
  forbid(['src/engine/native/**'], noView, not('export', 'demo')),
  forbid(['src/engine/postgres/**'], noView, not('export', 'demo')),
  forbid(['src/engine/wasm/**'], noView, not('export', 'demo')),
  forbid(['src/http/*.ts'], inside, noNode, noEngine, noView, not('export', 'demo')),
  forbid(['src/export/**'], noView, packages(['**/app/**'], 'the exporter has no view')),
  // The console reads results where they lie, in Arrow's memory.
  forbid(
    ['src/app/**'],
    noNode,
    packages(['@duckdb/*', 'parquet-wasm'], 'the engine has its own worker'),
    not('export', 'demo', 'engine/native'),
  ),
]

export default ts.config(
  { ignores: ['dist', 'dist-lib', 'dist-docs', '.demo', 'node_modules'] },
  js.configs.recommended,
  ts.configs.strict,
  svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.ts', '**/*.svelte'],
    rules: {
      // The compiler checks names, and knows more types than ESLint's list of globals.
      'no-undef': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
    },
  },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  // A test may say that something is there: it fails if it is not.
  { files: ['tests/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  ...directions,
)
