/** What became of merge pointers. */
export interface Merges {
  /** Merged-away row → survivor. */
  survivors: Map<string, string>
  /** Rows whose pointer is no merge because it leads back to them. */
  circular: string[]
}

/**
 * Follows merge pointers (row → row it was merged into, both existing) to their ends. Pointers on a circle are no merge;
 * a row that leads to a circle ends where it enters it.
 */
export const followMerges = (pointers: ReadonlyMap<string, string>): Merges => {
  const ends = new Map<string, string>()
  const circular: string[] = []
  for (const start of pointers.keys()) {
    const path: string[] = []
    const position = new Map<string, number>()
    let at = start
    while (!ends.has(at) && !position.has(at)) {
      const next = pointers.get(at)
      if (next === undefined) {
        ends.set(at, at)
        break
      }
      position.set(at, path.length)
      path.push(at)
      at = next
    }
    const entry = position.get(at)
    if (entry !== undefined && !ends.has(at))
      for (const row of path.slice(entry)) {
        ends.set(row, row)
        circular.push(row)
      }
    let end = ends.get(at) ?? at
    for (const row of path.reverse()) {
      const known = ends.get(row)
      if (known === undefined) ends.set(row, end)
      else end = known
    }
  }
  const survivors = new Map<string, string>()
  for (const row of pointers.keys()) {
    const end = ends.get(row)
    if (end !== undefined && end !== row) survivors.set(row, end)
  }
  return { survivors, circular }
}
