import type { Connection } from 'pg'
import { Readable } from 'node:stream'

const headerBytes = 5
// The types of messages: CopyData, CopyDone, ErrorResponse.
const [rowMessage, doneMessage, errorMessage] = [0x64, 0x63, 0x45]

/** The rows in some bytes of a connection, and once the last row is over, what follows it. */
interface Taken {
  rows: Buffer
  after: Buffer | null
}

/**
 * Takes the rows out of the messages of a `COPY … TO STDOUT`, which come in pieces cut anywhere. A server sends each row in a message
 * of its own, so the rows are moved together where they lie: an object for each took longer than all else.
 */
export const createRowTaker = (): ((piece: Buffer) => Taken) => {
  let head: Buffer = Buffer.alloc(0)
  let type: number | undefined
  let rest = 0
  return (piece) => {
    let at = 0
    let kept = 0
    const taken = (after: Buffer | null): Taken => ({ rows: piece.subarray(0, kept), after })
    while (at < piece.length) {
      if (rest > 0) {
        const end = Math.min(at + rest, piece.length)
        if (type === rowMessage) {
          piece.copyWithin(kept, at, end)
          kept += end - at
        }
        rest -= end - at
        at = end
        continue
      }
      let header = piece
      let from = at
      if (head.length || at + headerBytes > piece.length) {
        header = Buffer.concat([head, piece.subarray(at, at + headerBytes - head.length)])
        from = 0
        at += header.length - head.length
        head = header.length < headerBytes ? header : Buffer.alloc(0)
        if (head.length) break
        if (isLast(header[0])) return taken(Buffer.concat([header, piece.subarray(at)]))
      } else {
        if (isLast(piece[at])) return taken(piece.subarray(at))
        at += headerBytes
      }
      type = header[from]
      rest = header.readUInt32BE(from + 1) - 4
    }
    return taken(null)
  }
}

const isLast = (type: number | undefined) => type === doneMessage || type === errorMessage

/** A query for a client: the rows of a `COPY … TO STDOUT` as bytes, in pieces cut anywhere. */
export class CopyRows extends Readable {
  readonly #sql: string
  #resume = () => {}

  constructor(sql: string) {
    super({ highWaterMark: 2 ** 20 })
    this.#sql = sql
  }

  /** The driver calls it once the connection is free. What is no row is left to the driver's own parser. */
  submit(connection: Connection): void {
    const { stream } = connection
    const parse = stream.listeners('data')[0] as (bytes: Buffer) => void
    const take = createRowTaker()
    const receive = (piece: Buffer) => {
      const { rows, after } = take(piece)
      if (rows.length && !this.push(rows)) stream.pause()
      if (!after) return
      this.#resume = () => {}
      stream.off('data', receive)
      stream.on('data', parse)
      stream.resume()
      if (after[0] === doneMessage) this.push(null)
      parse(after)
    }
    this.#resume = () => stream.resume()
    stream.off('data', parse)
    stream.on('data', receive)
    connection.query(this.#sql)
  }

  override _read(): void {
    this.#resume()
  }

  handleError(error: Error): void {
    this.destroy(error)
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {}
}
