/**
 * The time as the host has it, which sends it with every file: a browser's own clock may be wrong, and the age of the numbers
 * would be, too. Without word of the host it is the browser's.
 */
export class Clock {
  #now = $state.raw(Date.now())
  #ahead = 0

  constructor() {
    setInterval(() => this.refresh(), 60_000)
  }

  /** Milliseconds since 1970, refreshed once a minute. */
  get now() {
    return this.#now
  }

  /** Hears the time of the host: the header `Date` of an answer that has just come. */
  hear(date: string | null) {
    const host = date === null ? NaN : Date.parse(date)
    if (Number.isNaN(host)) return
    const ahead = Date.now() - host
    // Seconds are the header's grain, and an answer may have been some on its way.
    this.#ahead = Math.abs(ahead) < 60_000 ? 0 : ahead
    this.refresh()
  }

  refresh() {
    this.#now = Date.now() - this.#ahead
  }
}
