import { openApi } from 'hirescope/http'

process.stdout.write(`${JSON.stringify(openApi(), null, 2)}\n`)
