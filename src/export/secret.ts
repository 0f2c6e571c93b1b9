import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ExportError } from './errors.ts'
import { localFileSystem, makeFolder } from './file-system.ts'

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

const base32 = (bytes: Uint8Array): string => {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(value >>> (bits - 5)) & 31]
    value &= (1 << bits) - 1
  }
  return bits ? text + alphabet[(value << (5 - bits)) & 31] : text
}

const makeSecret = async (path: string) => {
  // Exporters in containers share process ids as well as this folder.
  const made = `${path}.${randomBytes(8).toString('hex')}`
  await localFileSystem.write(made, `${randomBytes(32).toString('hex')}\n`, 0o600)
  await localFileSystem.link(made, path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  })
  await localFileSystem.remove(made)
}

/** The exporter-wide secret; null before the first run. */
export const findSecret = async (folder: string): Promise<Buffer | null> => {
  const path = join(folder, 'secret')
  if ((await localFileSystem.size(path)) === null) return null
  const text = (await readFile(path, 'utf8')).trim()
  if (!/^[0-9a-f]{64}$/.test(text)) throw new ExportError(`secret: ${path} is not 64 hexadecimal digits; restore it`)
  return Buffer.from(text, 'hex')
}

/** The exporter-wide secret in `<private>/secret`, made on first use. Machines that share a target share this file. */
export const readSecret = async (folder: string): Promise<Buffer> => {
  await makeFolder(folder, 0o700)
  const found = await findSecret(folder)
  if (found) return found
  await makeSecret(join(folder, 'secret'))
  return readSecret(folder)
}

/** The id of a scope: unguessable, and the same for the same jobs of the same org under the same secret. */
export const scopeId = (secret: Uint8Array, orgId: string, sortedJobIds: readonly string[]): string => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', JSON.stringify(['hirescope scope', orgId]), 32))
  return base32(createHmac('sha256', key).update(JSON.stringify(sortedJobIds)).digest())
}

/** Whether a name could be that of a scope. */
export const isScopeId = (name: string): boolean => /^[a-z2-7]{52}$/.test(name)
