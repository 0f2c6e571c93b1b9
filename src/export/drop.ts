import type { SourceTableName } from 'hirescope/contract'
import { ExportError } from './errors.ts'
import { perCent } from './limits.ts'
import type { Staging } from './staging.ts'
import type { Figures } from './state.ts'

/** What the dataset of an org is about to be made from. */
export const readFigures = async (
  staging: Staging,
  orgKey: number,
  sourceTables: ReadonlySet<SourceTableName>,
): Promise<Figures> => {
  const [row] = await staging.rows(`SELECT count(*)::INTEGER AS n FROM live.application WHERE org_k = ${orgKey}`)
  const jobs = await staging.rows(`SELECT job_id FROM live.job WHERE org_k = ${orgKey} ORDER BY job_id`)
  return {
    applications: Number(row?.n),
    tables: [...sourceTables].sort(),
    jobs: jobs.map(({ job_id }) => String(job_id)),
  }
}

/**
 * Refuses to replace a dataset by one that lost more than `maxDrop` of its applications, or whole tables: that is a broken
 * source more often than the truth.
 * @throws ExportError that names what fell.
 */
export const refuseDrop = (published: Figures | null, now: Figures, maxDrop: number): void => {
  if (!published) return
  const lost = published.tables.filter((table) => !now.tables.includes(table))
  const problems = lost.map((table) => `${table}: was there and is not available any more`)
  const share = (published.applications - now.applications) / Math.max(1, published.applications)
  if (share > maxDrop)
    problems.unshift(
      `applications: fell from ${published.applications} to ${now.applications} (by ${perCent(share)}, allowed ${perCent(maxDrop)})`,
    )
  if (problems.length) throw new ExportError(`${problems.join('; ')}; mend the source, or publish it with --force`)
}
