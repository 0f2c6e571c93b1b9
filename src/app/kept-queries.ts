import type { Manifest } from 'hirescope/contract'

/** The name under which this browser keeps the queries of a scope. */
export const shelfName = ({ org, scope }: Pick<Manifest, 'org' | 'scope'>): string =>
  `hirescope-sql:${org.id}/${scope.id}`

/** Forgets the tabs, queries and history of a scope. */
export const removeQueries = (manifest: Pick<Manifest, 'org' | 'scope'>): Promise<void> =>
  new Promise((resolve) => {
    if (!('indexedDB' in globalThis)) return resolve()
    const request = indexedDB.deleteDatabase(shelfName(manifest))
    request.onsuccess = request.onerror = () => resolve()
  })
