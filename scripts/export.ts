import { exportCommand, stopOnSignals } from 'hirescope/export'

process.exitCode = await exportCommand(
  process.argv.slice(2),
  {
    live: process.stdout.isTTY,
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
  },
  stopOnSignals(),
)
