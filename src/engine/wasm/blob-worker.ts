/**
 * Starts a worker from its source text. A page's `<meta>` CSP binds it, unlike a worker that is started by its URL.
 * What it does not catch reaches `error` on the worker, also from promises.
 */
export const startWorker = (source: string, type: WorkerType): Worker => {
  const rethrow = 'self.addEventListener("unhandledrejection", (event) => { throw event.reason });'
  const url = URL.createObjectURL(new Blob([rethrow, source], { type: 'text/javascript' }))
  try {
    return new Worker(url, { type })
  } finally {
    // The worker has its source as soon as it is constructed only in some browsers.
    setTimeout(() => URL.revokeObjectURL(url), 60_000)
  }
}
