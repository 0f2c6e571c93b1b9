import type { Surroundings } from './bundle-address.ts'
import { fetchBeside } from './offline.svelte.ts'

const tabMemory = () => {
  try {
    return sessionStorage
  } catch {
    return null
  }
}

/** The browser that finding a bundle goes on in. */
export const browserSurroundings = (): Surroundings => {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return {
    page: new URL(location.href),
    fetch: fetchBeside,
    tab: tabMemory(),
    returning: navigation?.type === 'reload' || navigation?.type === 'back_forward',
    replace: (url) => history.replaceState(history.state, '', url),
  }
}
