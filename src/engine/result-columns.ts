import { DatasetError } from './dataset-error.ts'

/** The column types that a result may have: those that every engine gives alike. */
export type ResultType = (typeof resultTypes)[number]
const resultTypes = ['VARCHAR', 'INTEGER', 'DOUBLE', 'BOOLEAN'] as const

/** Checks the columns of a result. @throws DatasetError engine, which names the column and its type */
export const checkResultColumns = (columns: readonly { name: string; type: string }[]): void => {
  const names = new Set<string>()
  for (const { name, type } of columns) {
    if (!(resultTypes as readonly string[]).includes(type)) {
      const cast = 'cast it in the SQL to VARCHAR, INTEGER, DOUBLE or BOOLEAN'
      throw new DatasetError('engine', `column ${name}: type ${type}; ${cast}`)
    }
    if (names.has(name)) throw new DatasetError('engine', `column ${name}: twice in the result; rename one in the SQL`)
    names.add(name)
  }
}
