/** Resolves when what the page shows now has been drawn; in a page that nobody looks at, soon. */
export const painted = (): Promise<void> =>
  new Promise((resolve) => {
    const soon = setTimeout(resolve, 200)
    requestAnimationFrame(() => {
      clearTimeout(soon)
      // Frames are drawn after their callbacks.
      setTimeout(resolve)
    })
  })
