import { parityCommand } from 'hirescope/http/node'

process.exitCode = await parityCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
})
