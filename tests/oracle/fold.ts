import { byCodePoint } from './text-order.ts'

/** A city or skill of one row: its group and the spelling that may be shown. */
export interface Term {
  key: string
  spelling: string
}

/** Whether a text is empty but for Unicode white space. JavaScript's trim() is another set. */
export const isBlank = (text: string): boolean => /^\p{White_Space}*$/u.test(text)

const tidy = (text: string) =>
  text
    .normalize('NFC')
    .replace(/\p{White_Space}+/gu, ' ')
    .replace(/^ | $/g, '')

const fold = (text: string) => tidy(text).toLowerCase()

/** One alias list and the spellings it prescribes. */
export interface Vocabulary {
  /** The term of a raw text; null when blank or dropped. */
  read(raw: string | null): Term | null
  /** How each group among the terms of a bundle's rows is shown; one element a row. */
  spellings(terms: Iterable<Term>): Map<string, string>
}

export const vocabulary = (aliases: Record<string, string | null> = {}): Vocabulary => {
  const targets = new Map(Object.entries(aliases).map(([from, to]) => [fold(from), to] as const))
  const written = new Map<string, string>()
  for (const target of Object.values(aliases)) if (target !== null) written.set(fold(target), target)
  const terms = new Map<string, Term | null>()

  const readNew = (raw: string): Term | null => {
    const folded = fold(raw)
    if (folded === '') return null
    const target = targets.get(folded)
    if (target === null) return null
    return { key: target === undefined ? folded : fold(target), spelling: tidy(raw) }
  }

  return {
    read(raw) {
      if (raw === null) return null
      let term = terms.get(raw)
      if (term === undefined) {
        term = readNew(raw)
        terms.set(raw, term)
      }
      return term
    },
    spellings(rows) {
      const counts = new Map<string, Map<string, number>>()
      for (const { key, spelling } of rows) {
        const group = counts.get(key) ?? new Map<string, number>()
        group.set(spelling, (group.get(spelling) ?? 0) + 1)
        counts.set(key, group)
      }
      const shown = new Map<string, string>()
      for (const [key, group] of counts) {
        const [first] = [...group].sort(([a, m], [b, n]) => n - m || byCodePoint(a, b))
        shown.set(key, written.get(key) ?? first![0])
      }
      return shown
    },
  }
}
