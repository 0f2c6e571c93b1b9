import { adapterCommand } from 'hirescope/export'

process.exitCode = await adapterCommand(process.argv.slice(2), {
  live: false,
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
})
