/** An object of a target as it was read. */
export interface Stored {
  bytes: Uint8Array
  /** Changes whenever the bytes do. */
  version: string
}

/**
 * Where bundles are published. Paths are relative to it, their parts joined by "/". An object is there whole or not at all.
 */
export interface Target {
  /** How messages call a path. */
  nameOf: (path: string) => string
  /** Makes sure that the target can be used. @throws ExportError that says what is wrong. */
  prepare: () => Promise<void>
  /** Null where there is no such object. */
  read: (path: string) => Promise<Stored | null>
  size: (path: string) => Promise<number | null>
  /** The names right under a path, of objects and of what holds more; none where the path is not there. */
  list: (path: string) => Promise<string[]>
  /** Puts a local file where it stays for good, since its name says what is in it. */
  put: (path: string, file: string) => Promise<void>
  /**
   * Replaces an object that readers ask for again and again.
   * @param version what must stand there, null for nothing; without it, whatever stands there is replaced
   * @throws ExportError where something else stands there.
   */
  replace: (path: string, bytes: Uint8Array, version?: string | null) => Promise<void>
  remove: (path: string) => Promise<void>
  /** Removes a path under which nothing is left. */
  removeEmpty: (path: string) => Promise<void>
}
