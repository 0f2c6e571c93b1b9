const storedAs = 'hirescope:pins'

/** Whether anything is pinned in this browser, which a page without pins must not load anything to find out. */
export const hasPins = (): boolean => {
  try {
    return localStorage.getItem(storedAs) !== null
  } catch {
    return false
  }
}

/** Remembers how many pins this browser keeps. */
export const notePins = (count: number): void => {
  try {
    if (count > 0) localStorage.setItem(storedAs, String(count))
    else localStorage.removeItem(storedAs)
  } catch {
    // A browser that forbids storage keeps no pins either.
  }
}
