import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

type Aliases = Record<string, string | null>

/** The alias lists of an adapter folder, read without the exporter. */
export const readAliases = async (folder: string): Promise<{ city: Aliases; skill: Aliases }> => {
  const read = async (file: string) => JSON.parse(await readFile(join(folder, file), 'utf8')) as Aliases
  return { city: await read('city-aliases.json'), skill: await read('skill-aliases.json') }
}
