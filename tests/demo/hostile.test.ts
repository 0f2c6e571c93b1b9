import { PGlite } from '@electric-sql/pglite'
import { openStaging, readAdapter, type Source, type Staging } from 'hirescope/export'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pgliteSource } from '../../src/export/sources/pglite.ts'
import { postgresSource } from '../../src/export/sources/postgres.ts'
import { startPostgres } from '../postgres.ts'
import { locations, resumes, rowsSql, scores } from './hostile-rows.ts'

const adapterFolder = new URL('../../src/export/adapters/django', import.meta.url).pathname
const server = await startPostgres()

describe('the django adapter on text that is hardly JSON', () => {
  let folder: string
  let database: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hirescope-hostile-'))
    database = join(folder, 'database')
    const pglite = await PGlite.create({ dataDir: database })
    await pglite.exec(rowsSql)
    await pglite.close()
    await server?.create('hostile')
    const client = await server?.connect('hostile')
    await client?.query(rowsSql)
    await client?.end()
  })
  afterAll(async () => {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const expectSurvival = async (source: Source) => {
    const staging: Staging = await openStaging({ folder: join(folder, 'staging'), memory: '512MB', threads: 1 })
    try {
      const snapshot = await source.open(staging, null)
      for (const table of ['candidate', 'resume', 'resume_skill'] as const) await snapshot.land(table, staging)
      await snapshot.close()
      const candidates = await staging.rows('SELECT city_raw FROM raw.candidate ORDER BY candidate_id::INTEGER')
      expect(candidates.map(({ city_raw }) => city_raw)).toEqual(locations.map(([, city]) => city))
      const skills = await staging.rows(
        'SELECT resume_id, ordinal::INTEGER AS ordinal, skill_raw FROM raw.resume_skill ORDER BY resume_id::INTEGER, 2',
      )
      expect(skills).toEqual(
        resumes.flatMap(([, names], place) =>
          names.map((skill_raw, index) => ({ resume_id: String(place + 1), ordinal: index + 1, skill_raw })),
        ),
      )
      const numbers = await staging.rows(`SELECT overall_score::DECIMAL(9,3)::VARCHAR AS score FROM raw.resume
        WHERE resume_id::INTEGER > 100 ORDER BY resume_id::INTEGER`)
      expect(numbers.map(({ score }) => score)).toEqual(scores.map(([, number]) => number))
    } finally {
      await staging.close()
    }
  }

  it('survives it on PGlite', async () => {
    await expectSurvival(pgliteSource(await readAdapter(adapterFolder), database))
  })

  it.skipIf(!server)('survives it on a PostgreSQL server', async () => {
    await expectSurvival(postgresSource(await readAdapter(adapterFolder), { url: server?.url('hostile') }))
  })
})
