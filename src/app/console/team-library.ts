import { z } from 'zod'
import { fetchBeside } from '../state/offline.svelte.ts'
import { readQueries, type FiledQuery } from './query-file.ts'

/** `queries/index.json` beside the app: the names of files in that folder, since a static host cannot list them. */
const index = z.strictObject({ files: z.array(z.string().regex(/^[^/\\?#%]+\.sql$/)).max(500) })

/** The queries that a host offers, and what is wrong with some of them. */
export interface TeamLibrary {
  queries: readonly FiledQuery[]
  faults: readonly string[]
}

const isAbsent = (status: number) => status === 404 || status === 410

/** A web page in place of a file is what hosts of single-page apps give for one that is missing. */
const isPage = (text: string) => /^\s*<(!doctype|html)/i.test(text)

const readFile = async (address: URL, name: string): Promise<FiledQuery[]> => {
  const response = await fetchBeside(address)
  if (!response.ok) throw new Error(`queries/${name}: the host answered ${response.status}`)
  const text = await response.text()
  if (isPage(text)) throw new Error(`queries/${name}: a web page instead of the file`)
  return readQueries(text, `queries/${name}`)
}

const said = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** The team's library of a host; null where there is none. It never throws: what is broken is told in words. */
export const readTeamLibrary = async (page: string): Promise<TeamLibrary | null> => {
  const folder = new URL('queries/', new URL('.', page))
  let files: readonly string[]
  try {
    const response = await fetchBeside(new URL('index.json', folder))
    if (isAbsent(response.status)) return null
    const text = await response.text()
    if (response.ok && isPage(text)) return null
    if (!response.ok) throw new Error(`queries/index.json: the host answered ${response.status}`)
    const parsed = index.safeParse(JSON.parse(text))
    if (!parsed.success)
      throw new Error(
        `queries/index.json: expected { "files": ["name.sql", …] }, at ${parsed.error.issues[0]?.path.join('.') || 'the top'} ${parsed.error.issues[0]?.message}`,
      )
    files = parsed.data.files
  } catch (error) {
    // Without a network there may be no library that was kept.
    if (error instanceof TypeError) return null
    const fault = error instanceof SyntaxError ? 'queries/index.json: not JSON' : said(error)
    return { queries: [], faults: [fault] }
  }
  const read = await Promise.allSettled(files.map((name) => readFile(new URL(encodeURIComponent(name), folder), name)))
  return {
    queries: read.flatMap((each) => (each.status === 'fulfilled' ? each.value : [])),
    faults: read.flatMap((each) => (each.status === 'rejected' ? said(each.reason) : [])),
  }
}
