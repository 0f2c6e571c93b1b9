import { ExportError } from './errors.ts'

const whiteSpace = /\p{White_Space}+/gu
const edges = /^\p{White_Space}+|\p{White_Space}+$/gu

/** A text as one would write it: Unicode NFC, trimmed, runs of white space made one space. */
export const tidy = (text: string): string => text.normalize('NFC').replace(edges, '').replace(whiteSpace, ' ')

/** The form by which texts are grouped. */
export const fold = (text: string): string => tidy(text).toLowerCase()

/** What a raw text stands for. */
export interface Folded {
  /** The group, by its folded form; null: blank, or dropped by the alias list. */
  group: string | null
  /** How this text spells it. */
  spelling: string
  /** How the alias list writes the group, which then is how it is shown. */
  alias: string | null
}

/**
 * Makes the folding function of an alias list: text → name as shown, or null to drop it. Keys are folded like texts.
 * @throws ExportError for one key with two meanings, two spellings of one name, or an alias of an alias.
 */
export const createFolder = (subject: string, aliases: Record<string, string | null>) => {
  const known = new Map<string, string | null>()
  for (const [key, name] of Object.entries(aliases)) {
    const folded = fold(key)
    if (known.has(folded) && known.get(folded) !== name)
      throw new ExportError(`${subject}: "${folded}" has two meanings; keep one`)
    known.set(folded, name)
  }
  const written = new Map<string, string>()
  for (const [key, name] of known) {
    if (name === null) continue
    const group = fold(name)
    if (group === '') throw new ExportError(`${subject}: "${key}" leads to a blank; write null to drop it`)
    const other = written.get(group)
    if (other !== undefined && other !== name)
      throw new ExportError(`${subject}: "${name}" and "${other}" are two spellings of one name; keep one`)
    const further = known.get(group)
    if (further !== undefined && further !== name)
      throw new ExportError(`${subject}: "${key}" leads to "${name}", which is an alias itself; lead it to the end`)
    written.set(group, name)
  }
  return (raw: string): Folded => {
    const spelling = tidy(raw)
    const folded = spelling.toLowerCase()
    const alias = known.get(folded)
    const group = alias === null || folded === '' ? null : alias === undefined ? folded : fold(alias)
    return { group, spelling, alias: group === null ? null : (written.get(group) ?? null) }
  }
}
