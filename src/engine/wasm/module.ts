import { DatasetError } from '../dataset-error.ts'

/** Told of the bytes of a module as they arrive; their total is 0 where the host does not say it. */
export type OnBytes = (loadedBytes: number, totalBytes: number) => void

/**
 * Fetches a WebAssembly module, under its own type whatever type the host gives it.
 * @throws DatasetError engine, where the host gives something else or nothing
 */
export const fetchModule = async (url: string, onBytes: OnBytes = () => {}): Promise<Blob> => {
  const unloaded = (wrong: string, cause?: unknown) =>
    new DatasetError('engine', `engine file ${url.slice(url.lastIndexOf('/') + 1)}: ${wrong}`, { cause })
  const response = await fetch(url).catch((cause) => {
    throw unloaded('no answer from the host; check the connection and try again', cause)
  })
  if (!response.ok) throw unloaded(`the host answers ${response.status}; ${advice}`)
  const total = Number(response.headers.get('content-length') ?? 0)
  let loaded = 0
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      loaded += chunk.length
      onBytes(loaded, total)
      controller.enqueue(chunk)
    },
  })
  const headers = { 'content-type': 'application/wasm' }
  const module = await new Response(response.body?.pipeThrough(counting), { headers }).blob().catch((cause) => {
    throw unloaded('the host broke off; check the connection and try again', cause)
  })
  const start = new Uint8Array(await module.slice(0, magic.length).arrayBuffer())
  if (!magic.every((byte, index) => start[index] === byte)) throw unloaded(`not WebAssembly; ${advice}`)
  return module
}

const magic = [0, 0x61, 0x73, 0x6d]
const advice = 'check that the .wasm files of the app were uploaded unaltered'
