import { serveCommand } from 'hirescope/http/node'

const end = new AbortController()
// The second signal ends the process at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort())

const terminal = {
  out: (text: string) => process.stdout.write(text),
  error: (text: string) => process.stderr.write(text),
}
process.exitCode = await serveCommand(process.argv.slice(2), terminal, end.signal)
