import type { Candidate } from './records.ts'

/** The survivor of every candidate. A pointer that dangles or lies on a circle is no merge. */
export const survivors = (candidates: Map<string, Candidate>): Map<Candidate, Candidate> => {
  const next = new Map<Candidate, Candidate>()
  for (const candidate of candidates.values()) {
    const target = candidate.mergedInto === null ? undefined : candidates.get(candidate.mergedInto)
    if (target && target.org === candidate.org) next.set(candidate, target)
  }
  const onCircle = [...next.keys()].filter((candidate) => {
    const seen = new Set<Candidate>()
    let at = next.get(candidate)
    while (at && at !== candidate && !seen.has(at)) {
      seen.add(at)
      at = next.get(at)
    }
    return at === candidate
  })
  for (const candidate of onCircle) next.delete(candidate)

  const ends = new Map<Candidate, Candidate>()
  for (const candidate of candidates.values()) {
    let end = candidate
    for (let at = next.get(end); at; at = next.get(end)) end = at
    ends.set(candidate, end)
  }
  return ends
}
