import type { RecordBatch, Schema } from 'apache-arrow'
import { kindOf, typeName, valueReader, type Kind, type Value } from './value.ts'

/** A column of a result. Two of them can have one name. */
export interface ResultColumn {
  name: string
  /** As the engine names it: "DECIMAL(9,2)". */
  type: string
  kind: Kind
}

type Reader = (index: number) => Value

/** Rows in Arrow batches, read cell by cell where they lie. */
export class Rows {
  readonly schema: Schema
  readonly columns: readonly ResultColumn[]
  readonly #batches: RecordBatch[] = []
  /** The row that each batch begins with. */
  readonly #starts: number[] = []
  readonly #readers: Reader[][] = []
  #length = 0
  #last = 0

  constructor(schema: Schema) {
    this.schema = schema
    this.columns = schema.fields.map((field) => ({
      name: field.name,
      type: typeName(field),
      kind: kindOf(field.type),
    }))
  }

  get length() {
    return this.#length
  }

  get batches(): readonly RecordBatch[] {
    return this.#batches
  }

  add(batch: RecordBatch) {
    if (batch.numRows === 0) return
    this.#batches.push(batch)
    this.#starts.push(this.#length)
    this.#readers.push([])
    this.#length += batch.numRows
  }

  value(row: number, column: number): Value {
    const at = this.#batchOf(row)
    return this.#reader(at, column)(row - (this.#starts[at] ?? 0))
  }

  /** Reads a column without looking for the batch of each row: fastest in the order of the rows. */
  reader(column: number): (row: number) => Value {
    let [read, from, to]: [Reader, number, number] = [() => null, 0, 0]
    return (row) => {
      if (row < from || row >= to) {
        const at = this.#batchOf(row)
        read = this.#reader(at, column)
        from = this.#starts[at] ?? 0
        to = this.#starts[at + 1] ?? this.#length
      }
      return read(row - from)
    }
  }

  #reader(batch: number, column: number): Reader {
    const readers = this.#readers[batch]
    const data = this.#batches[batch]?.data.children[column]
    if (!readers || !data) return () => null
    return (readers[column] ??= valueReader(data))
  }

  #batchOf(row: number): number {
    const starts = this.#starts
    const here = this.#last
    if (row >= (starts[here] ?? 0) && row < (starts[here + 1] ?? this.#length)) return here
    let [least, most] = [0, starts.length - 1]
    while (least < most) {
      const middle = Math.ceil((least + most) / 2)
      if ((starts[middle] ?? 0) <= row) least = middle
      else most = middle - 1
    }
    return (this.#last = least)
  }
}
