import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { readAccess, type Access } from './access.ts'
import type { ExportConfig } from './config.ts'
import { ExportError } from './errors.ts'
import { localFileSystem, makeFolder, replaceFile, type FileSystem } from './file-system.ts'
import { acquireLock } from './lock.ts'

/** Who may see which bundle, over all orgs. */
export interface Viewers {
  /** Path of the bundle under the target by user id or e-mail hash. */
  paths: ReadonlyMap<string, string>
  /** How many stand for different bundles in different orgs, and so for none. */
  ambiguous: number
  /** How many no header can carry. */
  unusable: number
}

// A control character cannot be in a header, and nginx limits how long a word of its configuration is.
const usable = (viewer: string) => !/\p{Cc}/u.test(viewer) && Buffer.byteLength(viewer) <= 256

/** Joins the access maps of all orgs. Pure. */
export const joinAccess = (maps: Iterable<Access>): Viewers => {
  const all = new Map<string, Set<string>>()
  for (const { users, emails } of maps)
    for (const [viewer, path] of [...Object.entries(users), ...Object.entries(emails)])
      all.set(viewer, (all.get(viewer) ?? new Set()).add(path))
  const paths = new Map<string, string>()
  let [ambiguous, unusable] = [0, 0]
  for (const [viewer, [path, another]] of all) {
    if (path === undefined || another !== undefined) ambiguous += 1
    else if (!usable(viewer)) unusable += 1
    else paths.set(viewer, path)
  }
  return { paths, ambiguous, unusable }
}

/** A text as a word of nginx's configuration, to be taken as it is. */
const word = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`

/** The same where nginx looks for variables. */
const plain = (text: string) => word(text).replaceAll('$', '${hirescope_dollar}')

const pattern = (text: string) => text.replace(/[^\w/]/g, '\\$&')

const powerOfTwo = (least: number) => 2 ** Math.ceil(Math.log2(least))

const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

const viewerLines = (paths: Viewers['paths']): string[] => {
  const spellings = new Map<string, number>()
  for (const viewer of paths.keys()) spellings.set(lower(viewer), (spellings.get(lower(viewer)) ?? 0) + 1)
  return [...paths].sort().map(([viewer, path]) => {
    const bytes = [...Buffer.from(viewer)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
    // A leading backslash takes special meanings away. Those that differ by case alone must be told apart by patterns.
    const key = spellings.get(lower(viewer)) === 1 ? word(`\\${viewer}`) : word(`~^${bytes.join('')}\\z`)
    return `  ${key} ${plain(`${path} ${viewer}`)};`
  })
}

type Places = NonNullable<ExportConfig['nginx']>

/** What belongs into `http { }`: from `$hirescope_viewer` to what they may have. Pure. */
export const nginxHttp = ({ paths }: Viewers, { data }: Places): string => {
  const longest = Math.max(0, ...[...paths.keys()].map((viewer) => Buffer.byteLength(viewer)))
  const encoded = [...new Set(paths.values())].filter((path) => path.includes('%')).sort()
  return `# Written by hirescope. Include this in http { }, and in server { } server.conf, where $hirescope_viewer must be set.
map_hash_bucket_size ${powerOfTwo(Math.max(128, longest + 32))};
map_hash_max_size ${powerOfTwo(Math.max(2048, 2 * paths.size))};
geo $hirescope_dollar {
  default "$";
}
map $hirescope_viewer $hirescope_entry {
  default "";
${viewerLines(paths).join('\n')}
}
# The map above knows no case: the viewer must be who the entry says.
map "$hirescope_entry $hirescope_viewer" $hirescope_bundle {
  default "";
  "~^(\\S+) (.+) \\2\\z" $1;
}
# Its address: each step of a path is encoded once more.
map $hirescope_bundle $hirescope_address {
  default $hirescope_bundle;
${encoded.map((path) => `  ${word(path)} ${word(path.replaceAll('%', '%25'))};`).join('\n')}
}
map "$hirescope_bundle $uri" $hirescope_file {
  default "";
  "~^(\\S+) ${pattern(data)}(\\1(?:manifest\\.json|[0-9a-f]{64}\\.[a-z.]+))\\z" /$2;
}
map $hirescope_file $hirescope_cache {
  default "private, max-age=31536000, immutable";
  "~/manifest\\.json\\z" "private, no-cache";
}
map $hirescope_viewer $hirescope_stranger {
  default /hirescope/403;
  "" /hirescope/401;
}
map $hirescope_file $hirescope_refusal {
  default /hirescope/404;
  "" $hirescope_stranger;
}
map $hirescope_bundle $hirescope_session {
  default /hirescope/session;
  "" $hirescope_stranger;
}
`
}

/** What belongs into `server { }`. Pure. */
export const nginxServer = (
  target: string,
  { app, data }: Places,
): string => `# Written by hirescope. Include this in server { }.
location = ${app}session.json {
  try_files "" $hirescope_session;
}
location = /hirescope/session {
  internal;
  default_type application/json;
  add_header Cache-Control no-store;
  return 200 '{"data":"${data}$hirescope_address"}';
}
# Addresses of bundles are secrets: none goes into a log.
location ^~ ${data} {
  root ${plain(target)};
  try_files $hirescope_file $hirescope_refusal;
  types {
    application/json json;
  }
  default_type application/octet-stream;
  add_header Cache-Control $hirescope_cache;
  add_header X-Content-Type-Options nosniff;
  access_log off;
  log_not_found off;
}
location = /hirescope/401 {
  internal;
  access_log off;
  return 401;
}
location = /hirescope/403 {
  internal;
  access_log off;
  return 403;
}
location = /hirescope/404 {
  internal;
  access_log off;
  return 404;
}
`

/** Takes a lock that others hold for moments. */
const waitForLock = async (path: string) => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await acquireLock(path)
    } catch (error) {
      if (!(error instanceof ExportError) || attempt === 100) throw error
      await setTimeout(50 + 100 * Math.random())
    }
  }
}

/**
 * Writes `<private>/nginx/http.conf` and `server.conf` from the access maps of all orgs as they are now, also those that other
 * runs wrote. Null where the configuration does not ask for it.
 */
export const writeNginx = async (
  config: ExportConfig,
  files: FileSystem = localFileSystem,
): Promise<Viewers | null> => {
  if (!config.nginx) return null
  // Who reads the maps last writes last.
  const lock = await waitForLock(join(config.private, 'nginx.lock'))
  try {
    const maps: Access[] = []
    for (const entry of await readdir(config.private, { withFileTypes: true })) {
      const map = entry.isDirectory() ? await readAccess(files, join(config.private, entry.name)) : null
      if (map) maps.push(map)
    }
    const viewers = joinAccess(maps)
    const folder = join(config.private, 'nginx')
    await makeFolder(folder, 0o700)
    await replaceFile(files, join(folder, 'server.conf'), nginxServer(resolve(config.target), config.nginx), 0o600)
    await replaceFile(files, join(folder, 'http.conf'), nginxHttp(viewers, config.nginx), 0o600)
    return viewers
  } finally {
    await lock.release()
  }
}
