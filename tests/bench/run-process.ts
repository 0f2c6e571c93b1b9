import { fork } from 'node:child_process'
import type { ExportReply } from './stage-needs.ts'

export type Done = Extract<ExportReply, { type: 'done' }>

/** Runs a file that exports, in a process of its own. */
export const runProcess = (file: string, args: string[], say: (line: string) => void): Promise<Done> =>
  new Promise((resolve, reject) => {
    const child = fork(file, args, { execArgv: ['--import', 'tsx'] })
    let last: ExportReply | undefined
    child.on('message', (message: ExportReply) => {
      last = message
      if (message.type === 'stage') say(`export: ${message.stage}`)
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (last?.type === 'done') resolve(last)
      else if (last?.type === 'failed') reject(new Error(last.message))
      else reject(new Error(`export process: ended by ${signal ?? `exit code ${code}`} while it was exporting`))
    })
  })
