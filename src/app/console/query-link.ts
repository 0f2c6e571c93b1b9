import { readQueries, writeQuery, type FiledQuery } from './query-file.ts'

/** A link that is longer is cut by programs that hand it on. */
export const longestLink = 8_000

/** A packed text may not unpack to more. */
const mostCharacters = 200_000

const key = '#sql='

const toBase64 = (bytes: Uint8Array): string => {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))

const pack = async (text: string): Promise<Uint8Array> => {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

const unpack = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    text += decoder.decode(value, { stream: !done })
    if (text.length > mostCharacters) {
      await reader.cancel()
      throw new RangeError('too long')
    }
    if (done) return text
  }
}

/** The fragment of an address that holds a query with its title: "#sql=…", packed. */
export const linkFragment = async (query: FiledQuery): Promise<string> => key + toBase64(await pack(writeQuery(query)))

/**
 * The address of the SQL page with a query in its fragment, which no host is sent. Of what a page's address says, it takes over
 * whose view of the demo it is.
 * @throws RangeError for a query that is too long
 */
export const linkTo = async (page: string, query: FiledQuery): Promise<string> => {
  const address = new URL(page)
  for (const name of [...address.searchParams.keys()])
    if (name !== 'org' && name !== 'viewer') address.searchParams.delete(name)
  address.searchParams.set('page', 'sql')
  address.hash = await linkFragment(query)
  if (address.href.length <= longestLink) return address.href
  throw new RangeError(
    `link: ${address.href.length} characters, expected ${longestLink} at most; export the query as a file instead`,
  )
}

/** The query of such a fragment. @throws Error for one that holds none */
export const readLink = async (fragment: string): Promise<FiledQuery> => {
  try {
    const [query] = readQueries(await unpack(fromBase64(fragment.slice(key.length))), 'link')
    if (query) return query
  } catch (error) {
    throw new Error('link: no query in it; it was cut on its way, ask for it again', { cause: error })
  }
  throw new Error('link: no query in it; ask for it again')
}
