import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import type { FileSystem } from './file-system.ts'
import { readPrivate, writePrivate } from './private-file.ts'
import type { Scope } from './scopes.ts'
import type { Staging } from './staging.ts'

const paths = z.record(z.string(), z.string())
export const access = z.object({ users: paths, emails: paths.default({}) })

/**
 * Who sees which bundle of an org: path under the target (`<org>/<scope>/`), by user id and by `emailHash`. Whoever is not in
 * it sees none.
 */
export type Access = z.infer<typeof access>

/** How an e-mail address stands in the access map: SHA-256 in hexadecimal of the address without white space around it, in lower case. */
export const emailHash = (email: string): string =>
  createHash('sha256').update(email.trim().toLowerCase()).digest('hex')

/** The e-mail addresses of the active users of an org, by user id, as far as they have one. */
export const readEmails = async (staging: Staging, orgKey: number): Promise<Map<string, string>> => {
  const rows = await staging.rows(`SELECT user_id, email FROM staged.app_user
    WHERE org_k = ${orgKey} AND is_active AND email IS NOT NULL`)
  return new Map(rows.map(({ user_id, email }) => [String(user_id), String(email)]))
}

/** The access map of scopes, and how many e-mail addresses are left out since users of several scopes share them. Pure. */
export const accessOf = (org: string, scopes: readonly Scope[], emails: ReadonlyMap<string, string>) => {
  const users = new Map<string, string>()
  const seen = new Map<string, Set<string>>()
  for (const { id, userIds } of scopes)
    for (const user of userIds) {
      const path = `${org}/${id}/`
      users.set(user, path)
      const email = emails.get(user)
      if (email !== undefined) {
        const hash = emailHash(email)
        seen.set(hash, (seen.get(hash) ?? new Set()).add(path))
      }
    }
  const single = [...seen].flatMap(([hash, own]) =>
    own.size === 1 ? [...own].map((path) => [hash, path] as const) : [],
  )
  const map: Access = { users: Object.fromEntries(users), emails: Object.fromEntries(single.sort()) }
  return { access: map, ambiguous: seen.size - single.length }
}

const fileIn = (folder: string) => join(folder, 'access.json')

/** Null where the org was never published. */
export const readAccess = (files: FileSystem, folder: string): Promise<Access | null> =>
  readPrivate(files, fileIn(folder), access)

export const writeAccess = (files: FileSystem, folder: string, value: Access): Promise<void> =>
  writePrivate(files, fileIn(folder), value)
