// Runs before anything is installed, so it is plain JavaScript without dependencies.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const stamp = join(root, 'node_modules', '.hirescope-setup')

const stop = (message) => {
  console.error(`setup: ${message}`)
  process.exit(1)
}

const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options }).status === 0

const onPath = (...names) =>
  names.some((name) =>
    (process.env.PATH ?? '').split(delimiter).some((folder) => {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return true
      } catch {
        return false
      }
    }),
  )

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) stop(`Node ${process.versions.node} is too old; install 20.19 or newer`)

const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('setup: installing packages by the lock file')
  if (!run('npm', ['ci', '--no-audit', '--no-fund'], { shell: process.platform === 'win32' }))
    stop('the packages could not be installed; see above')
  writeFileSync(stamp, wanted)
}

const apt = (packages) => {
  if (!onPath('apt-get')) return false
  const sudo = process.getuid?.() === 0 ? [] : onPath('sudo') ? ['sudo', '-n'] : null
  if (!sudo) return false
  console.log(`setup: installing ${packages.join(', ')} through apt`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const call = (args) => {
    const [command, ...rest] = [...sudo, 'apt-get', ...args]
    return run(command, rest, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  // Debian starts a server as soon as it is installed, unless this script says no. The tests start their own.
  const policy = '/usr/sbin/policy-rc.d'
  const asRoot = (...args) => run([...sudo, ...args][0], [...sudo, ...args].slice(1), { stdio: 'ignore' })
  const ours = !existsSync(policy)
  if (ours && !asRoot('sh', '-c', `printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod 755 ${policy}`)) return false
  try {
    return call(['update']) && call(['install', '-y', '--no-install-recommends', ...packages])
  } finally {
    if (ours) asRoot('rm', '-f', policy)
  }
}

if (process.argv.includes('--tests')) {
  const chromium = ['chromium-headless-shell', 'chromium', 'chromium-browser']
  if (!onPath(...chromium) && !apt(['chromium-headless-shell', 'fonts-liberation']))
    stop('the browser tests need Chromium; install it so that "chromium" is on the PATH')
  // Debian keeps it in /usr/sbin, which is not on everyone's path.
  if (!onPath('nginx') && !existsSync('/usr/sbin/nginx') && !apt(['nginx']))
    console.log('setup: no nginx; the tests on it will be skipped')
  const servers = '/usr/lib/postgresql'
  const server =
    onPath('postgres') ||
    (existsSync(servers) &&
      readdirSync(servers).some((version) => existsSync(join(servers, version, 'bin', 'postgres'))))
  if (!server && !apt(['postgresql']))
    console.log('setup: no PostgreSQL server programs; the tests on a real server will be skipped')
  if (!onPath('radosgw') && !apt(['radosgw', 'ceph-mon', 'ceph-osd']))
    console.log('setup: no Ceph; the tests on its S3-compatible object gateway will be skipped')
}
