import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExportConfigInput } from 'hirescope/export'
import { rowsOf } from '../oracle/case.ts'
import { writeRows } from '../oracle/index.ts'
import { madeOnce } from '../shared.ts'

/** The script of the export command, compiled once in a run; the packages that it does not hold are found beside it. */
export const compiledExporter = async (): Promise<string> => {
  const folder = await madeOnce('exporter', async (outDir) => {
    const { build } = await import('vite')
    await build({
      configFile: false,
      logLevel: 'warn',
      publicDir: false,
      ssr: { noExternal: true, external: ['@aws-sdk/client-s3', '@duckdb/node-api', '@electric-sql/pglite'] },
      build: { ssr: 'scripts/export.ts', outDir, emptyOutDir: false },
    })
    await symlink(join(import.meta.dirname, '../../node_modules'), join(outDir, 'node_modules'))
  })
  return join(folder, 'export.js')
}

/** A run of the command in a process of its own. */
export interface Run {
  child: ChildProcess
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>
}

export const startExporter = (script: string, config: string, env: Record<string, string> = {}): Run => {
  const child = spawn(process.execPath, [script, '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<Awaited<Run['ended']>>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, output }))
  })
  return { child, ended }
}

/** A source of one org with so many applicants, one application each, all of them in the one scope of the org. */
const applicants = (count: number) =>
  rowsOf({
    candidate: Array.from({ length: count }, (_, index) => ({ candidate_id: `c${index}` })),
    application: Array.from({ length: count }, (_, index) => ({
      application_id: `a${index}`,
      candidate_id: `c${index}`,
    })),
  })

/** A folder of its own under the system's, gone with `remove`. */
export const temporaryFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), 'hirescope-faults-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** The configuration that exports so many applicants, under `folder`. */
export const configOf = async (
  folder: string,
  count: number,
  more: Partial<ExportConfigInput> = {},
): Promise<ExportConfigInput> => {
  const { adapterFolder, dataFolder } = await writeRows(applicants(count), join(folder, `source-${count}`))
  return {
    source: { kind: 'files', folder: dataFolder },
    adapter: adapterFolder,
    target: join(folder, 'target'),
    private: join(folder, 'private'),
    asOf: '2026-01-01T00:00:00Z',
    maxDrop: 1,
    threads: 1,
    ...more,
  }
}

/** The same in a file for the command. */
export const configFile = async (folder: string, name: string, config: ExportConfigInput): Promise<string> => {
  const file = join(folder, `${name}.json`)
  await writeFile(file, JSON.stringify(config))
  return file
}
