import { readFile } from 'node:fs/promises'
import { explain, readFlags, wholeNumber, type Terminal } from './arguments.ts'
import { compare, type Difference, type Said } from './parity.ts'

const usage = `usage: npm run parity -- --api <url> --data <folder> [options]

  --api <url>            where the old server's endpoints are, up to "/api/analytics/"
  --data <folder>        the folder of a bundle: that with its manifest.json
  --token-file <file>    holds the value of the header Authorization; a single word becomes "Bearer <word>"
  --concurrency <number> questions to the old server at once; 4 unless given
  --timeout <seconds>    until an answer is given up; 30 unless given
  --help                 this text

The exit code is 0 if both answer alike, 1 if they differ, 2 if they could not be compared.`

const options = {
  api: { type: 'string' },
  data: { type: 'string' },
  'token-file': { type: 'string' },
  concurrency: { type: 'string', default: '4' },
  timeout: { type: 'string', default: '30' },
  help: { type: 'boolean' },
} as const

const readToken = async (file: string): Promise<string> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`arguments: --token-file ${file}: cannot be read (${error.code})`)
  })
  const token = text.trim()
  if (!/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(token))
    throw new Error(`arguments: --token-file ${file}: expected one line of ASCII`)
  return token.includes(' ') ? token : `Bearer ${token}`
}

const checkAddress = (api: string): void => {
  const known = URL.canParse(api) ? new URL(api) : null
  if (!known || !/^https?:$/.test(known.protocol) || known.username || known.password)
    throw new Error('arguments: --api, expected an http or https address without a password')
}

// A report is a log: it names applicants by id alone.
const unnamed = (key: string, value: unknown): unknown => (key === 'name' && value !== null ? '(name)' : value)

const show = (said: Said): string =>
  'wrong' in said ? said.wrong : `${said.status} ${said.body === null ? '' : JSON.stringify(said.body, unnamed)}`.trim()

const describe = ({ endpoint, jobId, old, bundle, at }: Difference): string => {
  const places = at.length > 8 ? [...at.slice(0, 8), `${at.length - 8} more`] : at
  return `${endpoint}, ${jobId === undefined ? 'all jobs' : `job ${JSON.stringify(jobId)}`}: differ in ${places.join(', ')}
  server: ${show(old)}
  bundle: ${show(bundle)}
`
}

/** `npm run parity`: lists what an old server and a bundle answer differently. Gives the exit code. */
export const parityCommand = async (args: readonly string[], { out, error }: Terminal): Promise<number> => {
  try {
    const { api, data, help, concurrency, timeout, ...rest } = readFlags(args, options)
    if (help) {
      out(`${usage}\n`)
      return 0
    }
    if (!api || !data) throw new Error('arguments: --api and --data are needed; see --help')
    checkAddress(api)
    const { asked, differences } = await compare({
      api,
      data,
      authorization: rest['token-file'] === undefined ? undefined : await readToken(rest['token-file']),
      concurrency: wholeNumber('concurrency', concurrency, 1, 64),
      timeout: 1000 * wholeNumber('timeout', timeout, 1, 3600),
    })
    differences.forEach((difference) => out(describe(difference)))
    out(`${asked} questions, ${differences.length} answered differently\n`)
    return differences.length === 0 ? 0 : 1
  } catch (reason) {
    error(`parity failed: ${explain(reason)}\n`)
    return 2
  }
}
