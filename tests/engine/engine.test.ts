import { DatasetError, loadDataset, type TableStore } from 'hirescope/engine'
import { createNativeStore, folderSource } from 'hirescope/engine/native'
import { createNodeWasmStore } from 'hirescope/engine/wasm/node'
import { metrics, runAll, type Engine, type Param } from 'hirescope/metrics'
import { readdir, rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder, writeBundle } from '../fixtures/bundle.ts'
import { stores } from './stores.ts'

let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
  await writeBundle(folder)
})
afterAll(() => rm(folder, { recursive: true }))

describe.each(stores)('the %s engine', (_, createStore) => {
  let store: TableStore
  let engine: Engine
  beforeAll(async () => {
    store = await createStore()
    engine = store.engine
    await (await loadDataset(folderSource(folder), store)).loadRows()
  })
  afterAll(() => engine.close())

  const ask = async (sql: string, ...params: Param[]) => (await engine.batch([{ sql, params }]))[0]
  const fails = (sql: string, ...params: Param[]) =>
    engine.batch([{ sql, params }]).then(
      () => expect.fail('the batch did not reject'),
      (error: DatasetError) => {
        expect(error).toBeInstanceOf(DatasetError)
        expect(error.code).toBe('engine')
        return error.message
      },
    )

  it('gives the rows of each statement in order', async () => {
    expect(
      await engine.batch([
        { sql: 'SELECT title FROM jobs ORDER BY job_key', params: [] },
        { sql: 'SELECT name FROM skills WHERE skill_key > $1 ORDER BY skill_key', params: [0] },
        { sql: 'SELECT title FROM jobs WHERE job_key = $1', params: [7] },
      ]),
    ).toEqual([[{ title: 'Cook' }, { title: 'Driver' }], [{ name: 'Zig' }], []])
  })

  it('gives nothing for no statement', async () => {
    expect(await engine.batch([])).toEqual([])
  })

  it('gives strings, whole and other numbers, booleans and nulls as they are', async () => {
    const sql = `SELECT name, CAST(2147483647 AS INTEGER) AS i, CAST(-0.1 AS DOUBLE) AS d, revoked, CAST(NULL AS VARCHAR) AS v,
      CAST(NULL AS INTEGER) AS ni, CAST(NULL AS DOUBLE) AS nd, CAST(NULL AS BOOLEAN) AS nb, '' AS empty, 'é😀ß' AS text
      FROM screenings JOIN applications ON application_key = screenings.pair_key JOIN candidates USING (candidate_key)`
    expect(await ask(sql)).toEqual([
      {
        name: "Chen O'Hara",
        i: 2147483647,
        d: -0.1,
        revoked: false,
        v: null,
        ni: null,
        nd: null,
        nb: null,
        empty: '',
        text: 'é😀ß',
      },
    ])
  })

  it.each<[Param]>([['text'], [''], ["it's $1; \u0000 é😀"], [0], [-1.5], [1e300], [2 ** 31], [true], [false], [null]])(
    'binds %j',
    async (param) => {
      expect(await ask('SELECT $1 AS x', param)).toEqual([{ x: param }])
    },
  )

  it('binds a number as DOUBLE', async () => {
    expect(await ask('SELECT $1 / 2 AS half, typeof($1) AS type', 3)).toEqual([{ half: 1.5, type: 'DOUBLE' }])
  })

  it('binds one parameter in several places', async () => {
    const sql = 'SELECT CAST($2 AS VARCHAR) AS a, CAST($1 AS VARCHAR) AS b, CAST($2 AS VARCHAR) AS c'
    expect(await ask(sql, 'x', 'y')).toEqual([{ a: 'y', b: 'x', c: 'y' }])
  })

  it('binds a list as one string', async () => {
    const sql = `SELECT CAST(unnest(string_to_array($1, ',')) AS INTEGER) AS k ORDER BY k`
    expect(await ask(sql, '3,1')).toEqual([{ k: 1 }, { k: 3 }])
  })

  it('binds anew each time a statement is asked again', async () => {
    const sql = 'SELECT title FROM jobs WHERE job_id = $1'
    expect(await ask(sql, '10')).toEqual([{ title: 'Cook' }])
    expect(await ask(sql, '11')).toEqual([{ title: 'Driver' }])
    expect(await ask(sql, null)).toEqual([])
  })

  it.each([
    ['1.5', 'DECIMAL(2,1)'],
    ['sum(job_key)', 'HUGEINT'],
    ['count(*)', 'BIGINT'],
    ['max(created_at)', 'TIMESTAMP'],
    ['CAST(max(created_at) AS DATE)', 'DATE'],
    ['CAST(1 AS TINYINT)', 'TINYINT'],
    ['CAST(1 AS FLOAT)', 'FLOAT'],
  ])('refuses %s, which is a %s', async (expression, type) => {
    expect(await fails(`SELECT ${expression} AS x FROM jobs`)).toBe(
      `statement: column x: type ${type}; cast it in the SQL to VARCHAR, INTEGER, DOUBLE or BOOLEAN`,
    )
  })

  it('refuses two columns of one name', async () => {
    expect(await fails('SELECT 1 AS x, 2 AS x')).toBe('statement: column x: twice in the result; rename one in the SQL')
  })

  it.each<[number, string]>([
    [NaN, 'a number that is not finite'],
    [Infinity, 'a number that is not finite'],
  ])('refuses %s as a parameter', async (param, what) => {
    const rest = 'bind a string, finite number, boolean or null'
    expect(await fails('SELECT $1 AS x', param)).toBe(`statement: parameter $1: ${what}; ${rest}`)
  })

  it('rejects the batch of which one statement fails, in one line that names it', async () => {
    const batch = engine.batch([
      { sql: 'SELECT 1 AS x', params: [] },
      { sql: 'SELECT y FROM nowhere', params: [] },
    ])
    await expect(batch).rejects.toThrow(/^statement 2 of 2: Catalog Error: Table with name nowhere does not exist!$/)
  })

  it('names no value in an error', async () => {
    expect(await fails(`SELECT CAST(name AS INTEGER) AS x FROM candidates WHERE name IS NOT NULL`)).toBe(
      'statement: Conversion Error: Could not convert string … to INT32 when casting from source column name',
    )
  })

  it('rejects a missing parameter, one too many, and two statements in one', async () => {
    await fails('SELECT $1 AS x')
    await fails('SELECT 1 AS x', 'extra')
    await fails('SELECT 1 AS x; SELECT 2 AS x')
  })

  it('answers after an error', async () => {
    await fails('SELECT')
    expect(await ask('SELECT 1 AS x')).toEqual([{ x: 1 }])
  })

  it('keeps many concurrent batches apart', async () => {
    const batches = Array.from({ length: 100 }, (_, index) =>
      engine.batch([
        { sql: `SELECT ${index} AS i, $1 AS p`, params: [index] },
        { sql: 'SELECT job_id FROM jobs WHERE job_key = $1', params: [index % 2] },
      ]),
    )
    expect(await Promise.all(batches)).toEqual(
      batches.map((_, index) => [[{ i: index, p: index }], [{ job_id: index % 2 ? '11' : '10' }]]),
    )
  })

  it('tells the duration of each statement', async () => {
    const times: number[] = []
    const statement = { sql: 'SELECT 1 AS x', params: [] }
    await engine.batch([statement, statement], { timing: (index, milliseconds) => (times[index] = milliseconds) })
    expect(times).toHaveLength(2)
    expect(times.every((milliseconds) => milliseconds >= 0)).toBe(true)
  })

  it('rejects with the reason of a signal that was aborted before', async () => {
    const reason = new Error('changed my mind')
    const batch = engine.batch([{ sql: 'SELECT 1 AS x', params: [] }], { signal: AbortSignal.abort(reason) })
    await expect(batch).rejects.toBe(reason)
  })

  it('runs no further statement after an abort', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const ran: number[] = []
    const timing = (index: number) => {
      ran.push(index)
      controller.abort(reason)
    }
    const statement = { sql: 'SELECT 1 AS x', params: [] }
    await expect(engine.batch([statement, statement], { signal: controller.signal, timing })).rejects.toBe(reason)
    expect(ran).toEqual([0])
  })

  it('lets an abort stop its own batch alone', async () => {
    const controller = new AbortController()
    const statement = { sql: 'SELECT CAST(count(DISTINCT i % 7) AS INTEGER) AS n FROM range(100000) r(i)', params: [] }
    const stopped = engine.batch(Array(50).fill(statement), { signal: controller.signal })
    const other = engine.batch([statement])
    controller.abort(new Error('enough'))
    await expect(stopped).rejects.toThrow('enough')
    expect(await other).toEqual([[{ n: 7 }]])
  })

  it.each([
    `FROM read_csv('/etc/hostname')`,
    `FROM read_csv('http://127.0.0.1:9/x.csv')`,
    `COPY jobs TO '/tmp/hirescope-leak.csv'`,
    `ATTACH '/tmp/hirescope-leak.db'`,
    `LOAD spatial`,
    `SET enable_external_access = true`,
  ])('does not reach outside: %s', async (sql) => {
    expect(await fails(sql)).toMatch(/Permission Error|Invalid Input Error|Catalog Error|Binder Error|IO Error/)
  })

  it('replaces a table that is inserted again', async () => {
    const again = await temporaryFolder()
    onTestFinished(() => rm(again, { recursive: true }))
    const { tables } = await writeBundle(again, { rows: { cities: [{ city_key: 0, name: 'Rome' }] } })
    await store.insert('cities', ['city_key', 'name'], await folderSource(again).open(tables.cities))
    expect(await ask('SELECT name FROM cities')).toEqual([{ name: 'Rome' }])
  })

  it('takes one dataset after another, and asks nothing of the tables before', async () => {
    const empty = await temporaryFolder()
    onTestFinished(() => rm(empty, { recursive: true }))
    await writeBundle(empty, { rows: {} })
    const jobs: number[] = []
    for (const each of [empty, folder, empty, folder, empty, folder]) {
      const dataset = await loadDataset(folderSource(each), store)
      await runAll(dataset, metrics, { min_score: 1 })
      jobs.push(dataset.jobs.size)
    }
    expect(jobs).toEqual([0, 2, 0, 2, 0, 2])
  })
})

describe.each(stores)('the %s engine, closed', (_, createStore) => {
  it('rejects batches under way and later ones; a second close does nothing', async () => {
    const { engine } = await createStore()
    const statement = { sql: 'SELECT CAST(count(DISTINCT i % 7) AS INTEGER) AS n FROM range(100000) r(i)', params: [] }
    const underWay = engine.batch(Array(50).fill(statement))
    const closed = engine.close()
    await expect(underWay).rejects.toThrow('engine: closed; open the dataset again')
    await closed
    await engine.close()
    await expect(engine.batch([statement])).rejects.toThrow('engine: closed; open the dataset again')
  })

  it('rejects rows that are being loaded, also while the source says nothing, and later inserts', async () => {
    for (const silent of [false, true]) {
      const store = await createStore()
      const source = folderSource(folder)
      const dataset = await loadDataset(source, store)
      const asked = new Promise<void>((resolve) => {
        if (!silent) return resolve()
        source.open = (_, { signal } = {}) => {
          resolve()
          return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
        }
      })
      const loading = dataset.loadRows()
      loading.catch(() => {})
      await asked
      await store.engine.close()
      await expect(loading).rejects.toThrow('engine: closed; open the dataset again')
      await expect(dataset.loadRows()).rejects.toThrow('engine: closed; open the dataset again')
      const insert = store.insert('skills', ['skill_key'], new Uint8Array())
      await expect(insert).rejects.toThrow('engine: closed; open the dataset again')
    }
  })
})

describe('starting', () => {
  it('the wasm engine stops with the reason of the signal', async () => {
    const reason = new Error('changed my mind')
    await expect(createNodeWasmStore({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const starting = createNodeWasmStore({ signal: controller.signal })
    setImmediate(() => controller.abort(reason))
    await expect(starting).rejects.toBe(reason)
  })

  it('the native engine says what is wrong with its options, and leaves no folder', async () => {
    const own = await temporaryFolder()
    onTestFinished(() => rm(own, { recursive: true }))
    for (const options of [{ memory: 'plenty' }, { folder: `${own}/nowhere` }])
      await expect(createNativeStore({ folder: own, ...options })).rejects.toMatchObject({
        name: 'DatasetError',
        code: 'engine',
        message: expect.stringMatching(/^engine: did not start \(.+\); check threads, memory and folder$/) as string,
        cause: expect.any(Error) as Error,
      })
    expect(await readdir(own)).toEqual([])
  })
})

describe('the native engine, asked for hours of work', () => {
  it('interrupts an insert on abort, and answers on', async () => {
    const store = await createNativeStore({ threads: 1 })
    onTestFinished(() => store.engine.close())
    const source = folderSource(folder)
    const bytes = await source.open((await source.manifest()).tables.skills)
    const reason = new Error('enough')
    const controller = new AbortController()
    // A column may be an expression, here one that takes hours.
    const slow = ['(SELECT sum(hash(i) % 3) FROM range(1000000000000) r(i)) AS skill_key']
    const insert = store.insert('skills', slow, bytes, { signal: controller.signal })
    setTimeout(() => controller.abort(reason), 200)
    await expect(insert).rejects.toBe(reason)
    await store.insert('skills', ['skill_key'], bytes)
    expect(await store.engine.batch([{ sql: 'SELECT skill_key FROM skills ORDER BY 1', params: [] }])).toEqual([
      [{ skill_key: 0 }, { skill_key: 1 }],
    ])
  })

  const hours = { sql: 'SELECT CAST(sum(hash(i) % 3) AS DOUBLE) AS x FROM range(1000000000000) r(i)', params: [] }

  it('interrupts the statement under way on abort, and answers on', async () => {
    const { engine } = await createNativeStore({ threads: 1 })
    onTestFinished(() => engine.close())
    const controller = new AbortController()
    const batch = engine.batch([{ sql: 'SELECT 1 AS x', params: [] }, hours], {
      signal: controller.signal,
      timing: () => setImmediate(() => controller.abort(new Error('enough'))),
    })
    await expect(batch).rejects.toThrow('enough')
    expect(await engine.batch([{ sql: 'SELECT 1 AS x', params: [] }])).toEqual([[{ x: 1 }]])
  })

  it('interrupts it on close', async () => {
    const { engine } = await createNativeStore({ threads: 1 })
    const batch = engine.batch([{ sql: 'SELECT 1 AS x', params: [] }, hours], {
      timing: () => setImmediate(() => void engine.close()),
    })
    await expect(batch).rejects.toThrow('engine: closed; open the dataset again')
  })
})
