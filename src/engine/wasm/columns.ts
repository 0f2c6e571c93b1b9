import { DataType, tableFromIPC, type Vector } from 'apache-arrow'
import type { Columns, Value } from 'hirescope/metrics'
import { checkResultColumns } from '../result-columns.ts'

/** Makes plain columns of a result in Arrow's stream format. @throws DatasetError engine, for a column of another type */
export const columnsOf = (ipc: Uint8Array): Columns => {
  const table = tableFromIPC(ipc)
  const { fields } = table.schema
  checkResultColumns(fields.map(({ name, type }) => ({ name, type: sqlType(type) })))
  const columns = fields.map(({ name }, index) => [name, valuesOf(table.getChildAt(index) as Vector)])
  return { length: table.numRows, columns: Object.fromEntries(columns) as Columns['columns'] }
}

const valuesOf = (vector: Vector): ArrayLike<Value> => {
  const numbers = DataType.isInt(vector.type) || DataType.isFloat(vector.type)
  return numbers && vector.nullCount === 0 ? vector.toArray() : Array.from(vector)
}

/** DuckDB's name of the type that it sends as this Arrow type. */
const sqlType = (type: DataType): string => {
  if (DataType.isUtf8(type)) return 'VARCHAR'
  if (DataType.isBool(type)) return 'BOOLEAN'
  if (DataType.isInt(type)) return `${type.isSigned ? '' : 'U'}${integers[type.bitWidth]}`
  if (DataType.isFloat(type)) return type.precision === 2 ? 'DOUBLE' : 'FLOAT'
  if (DataType.isDecimal(type)) {
    return type.scale === 0 && type.precision === 38 ? 'HUGEINT' : `DECIMAL(${type.precision},${type.scale})`
  }
  if (DataType.isTimestamp(type)) return type.timezone ? 'TIMESTAMP WITH TIME ZONE' : 'TIMESTAMP'
  if (DataType.isDate(type)) return 'DATE'
  if (DataType.isDictionary(type)) return 'ENUM'
  return String(type).toUpperCase()
}

const integers: Record<number, string> = { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT' }
