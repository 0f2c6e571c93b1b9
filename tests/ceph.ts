import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePort } from './postgres.ts'
import type { TestStore } from './s3-store.ts'

const programs = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'monmaptool', 'ceph']

/** Why tests on Ceph's object gateway are skipped here; null where they run. */
export const whyNoCeph = (): string | null => {
  const lacking = programs.filter((program) => {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'pipe' })
      return false
    } catch {
      return true
    }
  })
  return lacking.length ? `${lacking.join(', ')} not on this machine` : null
}

const gone = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

const configuration = (folder: string, monitor: number, gateway: number) => `[global]
fsid = ${randomUUID()}
run dir = ${folder}
log file =
admin socket =
crash dir =
mon host = v1:127.0.0.1:${monitor}
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail crit = 1
mon data avail warn = 2
paxos propose interval = 0.05
paxos min wait = 0.01
[mon.a]
mon data = ${folder}/mon
[osd.0]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 1G
osd crush update on start = false
osd class update on start = false
[client.gateway]
rgw frontends = beast endpoint=127.0.0.1:${gateway}
`

/**
 * Starts Ceph's object gateway over a cluster of one monitor and one store in memory, in a folder of its own; null where Ceph is not
 * installed. A start that gets stuck is begun anew.
 */
export const startCeph = async (): Promise<TestStore | null> => {
  if (whyNoCeph() !== null) return null
  return start().catch(start)
}

const start = async (): Promise<TestStore> => {
  const folder = mkdtempSync(join(tmpdir(), 'hirescope-ceph-'))
  const [monitor, gateway] = [await freePort(), await freePort()]
  const config = join(folder, 'ceph.conf')
  const text = configuration(folder, monitor, gateway)
  writeFileSync(config, text)
  for (const data of ['mon', 'osd']) mkdirSync(join(folder, data))
  const env = { ...process.env, CEPH_CONF: config, CEPH_ARGS: `-c ${config}` }
  const call = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe', timeout: 60_000 })
  const running: ChildProcess[] = []
  const launch = (program: string, ...args: string[]) => {
    const log = openSync(join(folder, `${program}.log`), 'w')
    running.push(spawn(program, [...args, '-f'], { cwd: folder, env, stdio: ['ignore', log, log] }))
    closeSync(log)
  }
  const kill = () => running.forEach((process) => process.kill('SIGKILL'))
  process.once('exit', kill)
  const stop = async () => {
    process.removeListener('exit', kill)
    kill()
    await Promise.all(running.map((child) => gone(child) || new Promise((resolve) => child.once('exit', resolve))))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const fsid = /^fsid = (.*)$/m.exec(text)?.[1] ?? ''
    call('monmaptool', '--create', '--fsid', fsid, '--addv', 'a', `[v1:127.0.0.1:${monitor}]`, 'monmap')
    call('ceph-mon', '--mkfs', '-i', 'a', '--monmap', 'monmap')
    launch('ceph-mon', '-i', 'a')
    call('ceph', 'osd', 'create')
    call('ceph-osd', '-i', '0', '--mkfs')
    call('ceph', 'osd', 'crush', 'add', 'osd.0', '1.0', 'host=here', 'root=default')
    launch('ceph-osd', '-i', '0')
    launch('radosgw', '-n', 'client.gateway')
    const endpoint = `http://127.0.0.1:${gateway}`
    const deadline = performance.now() + 90_000
    const up = () =>
      fetch(endpoint, { signal: AbortSignal.timeout(5000) }).then(
        ({ ok }) => ok,
        () => false,
      )
    while (!(await up())) {
      if (running.some(gone) || performance.now() > deadline) throw new Error('ceph: the gateway does not answer')
      await setTimeout(200)
    }
    const keys = { accessKeyId: 'canary-key', secretAccessKey: 'canary-secret' }
    // prettier-ignore
    call('radosgw-admin', 'user', 'create', '--uid=test', '--display-name=test',
      `--access-key=${keys.accessKeyId}`, `--secret-key=${keys.secretAccessKey}`)
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: keys })
    await client.send(new CreateBucketCommand({ Bucket: 'bundles', ACL: 'public-read-write' }))
    return { endpoint, bucket: 'bundles', ...keys, client, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
