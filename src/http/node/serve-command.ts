import { explain, readFlags, wholeNumber, type Terminal } from './arguments.ts'
import { serveApi } from './serve.ts'

const usage = `usage: npm run serve:api -- --data <folder> [options]

  --data <folder>    the folder of a bundle: that with its manifest.json
  --port <number>    4180 unless given; 0 takes any that is free
  --host <address>   127.0.0.1 unless given: this machine alone
  --origin <origin>  pages of this origin may read the answers, for example http://localhost:5173
  --base <path>      /api/analytics/ unless given
  --help             this text`

const options = {
  data: { type: 'string' },
  port: { type: 'string', default: '4180' },
  host: { type: 'string' },
  origin: { type: 'string' },
  base: { type: 'string' },
  help: { type: 'boolean' },
} as const

/**
 * `npm run serve:api`: serves until the signal aborts, then ends when the requests under way are answered.
 * Gives 0, or 1 with a line that says why it cannot serve.
 */
export const serveCommand = async (
  args: readonly string[],
  { out, error }: Terminal,
  signal: AbortSignal,
): Promise<number> => {
  try {
    const { data, port, help, ...rest } = readFlags(args, options)
    if (help) {
      out(`${usage}\n`)
      return 0
    }
    if (!data) throw new Error('arguments: --data is missing; see --help')
    const server = await serveApi({
      data,
      port: wholeNumber('port', port, 0, 65_535),
      ...rest,
      signal,
      onError: (reason) =>
        error(`serve: the newer dataset cannot be served, the older one stays: ${explain(reason)}\n`),
    })
    out(`the endpoints are at ${server.url}${rest.base ?? '/api/analytics/'} (Ctrl-C ends it)\n`)
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    await server.close()
    return 0
  } catch (reason) {
    if (signal.aborted && reason === signal.reason) return 0
    error(`serve failed: ${explain(reason)}\n`)
    return 1
  }
}
