import type { SourceRows, SourceTableName } from 'hirescope/contract'
import { columns } from './columns.ts'
import type { Column } from './columns.ts'
import type { Fault } from './draft.ts'

type AnyRow = Record<string, unknown>

const references: Record<string, SourceTableName> = {
  org_id: 'org',
  owner_user_id: 'app_user',
  user_id: 'app_user',
  job_id: 'job',
  candidate_id: 'candidate',
  merged_into_id: 'candidate',
  application_id: 'application',
  resume_id: 'resume',
}

const kinds = ['duplicate', 'null', 'blank', 'enum', 'ancient', 'dangling', 'foreign', 'future'] as const

const fits = (kind: (typeof kinds)[number], { name, kind: type, required, values }: Column, key: string): boolean => {
  if (kind === 'duplicate') return name !== key
  if (kind === 'null') return required
  if (kind === 'blank') return required && type === 'text'
  if (kind === 'enum') return values !== undefined
  if (kind === 'ancient' || kind === 'future') return type === 'time'
  return name in references && name !== key
}

/** Spoils one row, or adds a duplicate of it. A fault that fits no row changes nothing. */
export const applyFault = (rows: SourceRows, fault: Fault): void => {
  const tables = (Object.keys(rows) as SourceTableName[]).filter((table) => rows[table]!.length)
  if (!tables.length) return
  const table = tables[fault.table % tables.length]!
  const own = rows[table] as AnyRow[]
  const row = own[fault.row % own.length]!
  const kind = kinds[fault.kind % kinds.length]!
  const key = columns[table][0]!.name
  const fitting = columns[table].filter((column) => fits(kind, column, key))
  const column = fitting[fault.column % fitting.length]
  if (!column) return
  const another = (of: AnyRow[], name: string) => of[fault.other % of.length]?.[name]
  switch (kind) {
    case 'duplicate': {
      const copy = { ...row, [column.name]: another(own, column.name) }
      if (fault.other % 2) own.unshift(copy)
      else own.push(copy)
      return
    }
    case 'null':
      row[column.name] = null
      return
    case 'blank':
      row[column.name] = ' \u2003'
      return
    case 'enum':
      row[column.name] = 'Bogus'
      return
    case 'ancient':
      row[column.name] = '1969-07-20 20:17:40'
      return
    case 'future':
      row[column.name] = '2031-01-01 00:00:00.000001'
      return
    case 'dangling':
      row[column.name] = 'nowhere'
      return
    case 'foreign': {
      const target = references[column.name]!
      row[column.name] = another((rows[target] ?? []) as AnyRow[], columns[target][0]!.name) ?? 'nowhere'
    }
  }
}
