import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import { ExportError } from '../errors.ts'

/** As libpq's `sslmode` means them. What falls back to plain text by itself is not among them. */
export const tlsModes = ['disable', 'require', 'verify-ca', 'verify-full'] as const
export type TlsMode = (typeof tlsModes)[number]

/** What is said about TLS; what is left out comes from the URL, then from PGSSLMODE, PGSSLROOTCERT … */
export interface TlsSettings {
  tls?: TlsMode | undefined
  /** A file of the authorities that may vouch for the server, in PEM; otherwise those that Node knows. */
  tlsCa?: string | undefined
}

const parameters = ['sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey']

/** Takes what a URL says about TLS out of it: the driver would read `require` and `verify-ca` in its own way. */
export const splitTls = (url: string): { url: string; said: URLSearchParams } => {
  const at = url.indexOf('?')
  if (at < 0) return { url, said: new URLSearchParams() }
  const said = new URLSearchParams(url.slice(at + 1))
  const rest = new URLSearchParams([...said].filter(([name]) => !parameters.includes(name)))
  return { url: rest.size ? `${url.slice(0, at)}?${rest}` : url.slice(0, at), said }
}

/** Whether a host is this machine: a socket's folder, or an address that leads back. */
const isLocal = (host: string) => host.startsWith('/') || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)

const modeOf = (text: string | undefined): TlsMode | undefined => {
  if (!text) return undefined
  // The driver's own names in URLs.
  if (text === 'true' || text === '1') return 'verify-full'
  if (text === 'false' || text === '0') return 'disable'
  if (text === 'no-verify') return 'require'
  const mode = tlsModes.find((each) => each === text)
  if (!mode) throw new ExportError(`postgres: unknown sslmode ${text}; choose one of ${tlsModes.join(', ')}`)
  return mode
}

const read = async (file: string, what: string) => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ExportError(`postgres: the ${what} ${file} cannot be read (${code})`, { cause: error })
  }
}

/** The driver's `ssl` for a host. Where nothing is said: verify-full, but for this machine none. */
export const tlsOptions = async (
  host: string,
  { tls, tlsCa }: TlsSettings,
  said: URLSearchParams,
): Promise<ConnectionOptions | false> => {
  const mode =
    tls ??
    modeOf(said.get('sslmode') ?? said.get('ssl') ?? process.env.PGSSLMODE) ??
    (isLocal(host) ? 'disable' : 'verify-full')
  if (mode === 'disable') return false
  const ca = tlsCa ?? said.get('sslrootcert') ?? process.env.PGSSLROOTCERT
  const cert = said.get('sslcert') ?? process.env.PGSSLCERT
  const key = said.get('sslkey') ?? process.env.PGSSLKEY
  return {
    rejectUnauthorized: mode !== 'require',
    ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    ...(ca && ca !== 'system' && { ca: await read(ca, 'file of authorities') }),
    ...(cert && { cert: await read(cert, 'client certificate') }),
    ...(key && { key: await read(key, 'client key') }),
  }
}

/** What is wrong with a server's TLS, without the address; null for an error that is about something else. */
export const tlsProblem = (error: unknown): string | null => {
  const { code = '', message } = error as { code?: string; message: string }
  if (message === 'The server does not support SSL connections')
    return 'offers no TLS; switch it on there, or set tls to "disable" where the network between is trusted'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'shows a certificate for another host; connect by the name in it, or set tls to "verify-ca"'
  if (code === 'CERT_HAS_EXPIRED') return 'shows a certificate that has expired; renew it'
  if (/SELF_SIGNED_CERT|UNABLE_TO_|CERT_|UNTRUSTED/.test(code))
    return `shows a certificate that nobody known vouches for (${code}); name the file of its authority in tlsCa`
  return null
}
