import { DatasetError } from '../dataset-error.ts'

/** Told of the bytes of a module as they arrive; their total is 0 where the host does not say it. */
export type OnBytes = (loadedBytes: number, totalBytes: number) => void

type Bytes = Uint8Array<ArrayBuffer>

/**
 * Fetches a WebAssembly module, to be compiled while it arrives. What breaks off later breaks off the body.
 * @throws DatasetError engine, where the host gives something else or nothing
 */
export const fetchModule = async (url: string, onBytes: OnBytes = () => {}): Promise<Response> => {
  const response = await fetch(url).catch((cause) => {
    throw unloaded(url, 'no answer from the host; check the connection and try again', cause)
  })
  if (!response.ok) throw unloaded(url, `the host answers ${response.status}; ${advice}`)
  const total = Number(response.headers.get('content-length') ?? 0)
  let loaded = 0
  const counting = new TransformStream<Bytes, Bytes>({
    transform(chunk, controller) {
      loaded += chunk.length
      onBytes(loaded, total)
      controller.enqueue(chunk)
    },
  })
  return asModule(url, response.body?.pipeThrough(counting))
}

/**
 * Gives a module under its own type. Hosts give it packed, as the app ships it, or unpack it on the way, and under any type: its
 * first bytes tell.
 * @throws DatasetError engine, where it is no module
 */
export const asModule = async (url: string, body: ReadableStream<Bytes> | null | undefined): Promise<Response> => {
  const broken = (cause: unknown) => {
    throw unloaded(url, 'the host broke off; check the connection and try again', cause)
  }
  let { start, whole } = await peek(body ?? new Blob([]).stream()).catch(broken)
  if (startsWith(start, gzip)) {
    const unpacked = whole.pipeThrough(new DecompressionStream('gzip'))
    ;({ start, whole } = await peek(unpacked).catch(broken))
  }
  if (!startsWith(start, magic)) throw unloaded(url, `not WebAssembly; ${advice}`)
  return new Response(whole, { headers: { 'content-type': 'application/wasm' } })
}

/** A file of the engine did not come. */
export const unloaded = (url: string, wrong: string, cause?: unknown) =>
  new DatasetError('engine', `engine file ${url.slice(url.lastIndexOf('/') + 1)}: ${wrong}`, { cause })

const magic = [0, 0x61, 0x73, 0x6d]
const gzip = [0x1f, 0x8b]
const advice = 'check that the files of the engine were uploaded unaltered'
const startsWith = (bytes: Bytes, start: readonly number[]) => start.every((byte, index) => bytes[index] === byte)

/** The first bytes of a stream, enough to tell what it is, and a stream of the same bytes. */
const peek = async (stream: ReadableStream<Bytes>) => {
  const reader = stream.getReader()
  let start: Bytes = new Uint8Array()
  while (start.length < magic.length) {
    const { value } = await reader.read()
    if (!value) break
    const longer = new Uint8Array(start.length + value.length)
    longer.set(start)
    longer.set(value, start.length)
    start = longer
  }
  const whole = new ReadableStream<Bytes>({
    start: (controller) => controller.enqueue(start.slice()),
    async pull(controller) {
      const { value } = await reader.read()
      if (value) controller.enqueue(value)
      else controller.close()
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return { start, whole }
}
