import { DatasetError } from 'hirescope/engine'
import type { Found } from './bundle-address.ts'

/** Why the page has no numbers, in words for the viewer. */
export interface Failure {
  title: string
  /** What failed and what to do. */
  advice: string
  /** For whoever runs the site; names no address. */
  detail: string | null
  /** Whether asking again can help. */
  retry: boolean
}

type Words = Omit<Failure, 'detail'>

/** What the code of an error, which is also for other callers than a page, does not tell apart. */
type Kind = DatasetError['code'] | 'engine-file' | 'host' | 'unknown-manifest'

const kindOf = ({ code, message }: DatasetError): Kind => {
  // A worker whose script does not come gives no reason.
  if (/^(engine file |dataset worker: stopped;)/.test(message)) return 'engine-file'
  if (/: the host answers \d/.test(message)) return 'host'
  if (code === 'not-a-bundle' && !/^manifest: (a web page|not JSON);/.test(message)) return 'unknown-manifest'
  return code
}

const datasetFailures: Record<Kind, Words> = {
  'not-found': {
    title: 'The data was not found',
    advice:
      'There is no dataset at the address this page was given. It may have moved, or your access may have changed. Open hirescope again from where you usually do; if that does not help, tell whoever runs it.',
    retry: true,
  },
  'not-a-bundle': {
    title: 'The address does not lead to a dataset',
    advice:
      'Something answered, but it is not a dataset of hirescope: often a host that sends a web page for every address. Whoever runs this site should check that the exported folder was uploaded beside the app.',
    retry: true,
  },
  version: {
    title: 'The data is of another version',
    advice:
      'The dataset was written by a version of hirescope that this page cannot read. Reload the page to get the newest app; if the message stays, the app and the exporter need to be brought to the same version.',
    retry: false,
  },
  'unknown-manifest': {
    title: 'The data does not fit this page',
    advice:
      'The manifest of the dataset is not as this page expects it, often because the app and the exporter are of different versions. Reload the page to get the newest app; if the message stays, whoever runs this site should bring both to the same version and export anew.',
    retry: false,
  },
  altered: {
    title: 'The data is damaged',
    advice:
      'A file of the dataset is not the one that was exported: it was cut short or altered on its way. Nothing of it is shown, since its numbers could be wrong. Try again; if it stays so, the export has to be published anew.',
    retry: true,
  },
  'no-webassembly': {
    title: 'This browser cannot run WebAssembly',
    advice:
      'hirescope computes its numbers in the browser and needs WebAssembly, which is missing or switched off here. Use a current version of Chrome, Edge, Firefox or Safari, or ask your administrator to allow it.',
    retry: false,
  },
  engine: {
    title: 'The query engine failed',
    advice:
      'The engine that computes the numbers failed in this browser, perhaps for want of memory. Close other tabs and try again.',
    retry: true,
  },
  'engine-file': {
    title: 'The engine could not be loaded',
    advice:
      'The host did not give a file of the engine that computes the numbers, perhaps since there is a newer version of this page. Reload the page; if it stays so, whoever runs this site should check that the .wasm.gz files of the app’s assets folder were uploaded unaltered.',
    retry: true,
  },
  host: {
    title: 'The host answered with an error',
    advice:
      'The host was reached but answered with an error instead of the data; nothing is wrong with your connection or this browser. Try again in a few minutes; if it stays so, tell whoever runs this site to look into the host’s log.',
    retry: true,
  },
  timeout: {
    title: 'Loading took too long',
    advice: 'The data or the query engine did not arrive in time. Check your connection and try again.',
    retry: true,
  },
  network: {
    title: 'The connection failed',
    advice: 'The data could not be fetched. Check your connection and try again.',
    retry: true,
  },
}

const refusals: Record<(Found & { kind: 'refused' })['reason'], Words> = {
  elsewhere: {
    title: 'The data lies on another site',
    advice:
      'This page opens data of its own site alone, and the address it was given leads elsewhere. Do not trust a link that you did not expect.',
    retry: false,
  },
  'signed-out': {
    title: 'You are not signed in',
    advice: 'The host did not say which data is yours. Sign in and reload the page.',
    retry: true,
  },
  host: {
    title: datasetFailures.host.title,
    advice:
      'The host was reached but could not say which data is yours. Try again in a few minutes; if it stays so, tell whoever runs this site to look into the host’s log.',
    retry: true,
  },
  unreadable: {
    title: 'The session could not be read',
    advice: 'The host said which data is yours in a way this page does not understand. Tell whoever runs it.',
    retry: true,
  },
}

const nothing: Words = {
  title: 'No data to show yet',
  advice:
    'This page was opened without saying which dataset is yours. Open it from your recruiting system, or with the link you were given. If you are setting hirescope up: run the exporter and put a session.json beside the app.',
  retry: true,
}

const unforeseen: Words = {
  title: 'Something went wrong',
  advice: 'The page could not show its numbers. Try again; if it happens once more, tell whoever runs it.',
  retry: true,
}

const withoutAddresses = (text: string) => text.replace(/\b(?:https?|blob|file):\S+/g, '…')

/** Puts what was thrown into words. */
export const describeError = (error: unknown): Failure => {
  const detail = withoutAddresses(error instanceof Error ? error.message : String(error))
  if (error instanceof DatasetError) return { ...datasetFailures[kindOf(error)], detail }
  if (error instanceof TypeError) return { ...datasetFailures.network, detail }
  return { ...unforeseen, detail }
}

const without =
  'The numbers below were computed when the data was exported. Single jobs cannot be shown without the engine.'

const engineAdvice: Partial<Record<Kind, string>> = {
  'not-found': 'A file of the dataset was not found. Try again; if it stays so, tell whoever runs this site.',
  'not-a-bundle': 'The dataset could not be read again. Try again; if it stays so, tell whoever runs this site.',
  version: 'The dataset has been published in another version meanwhile. Reload the page.',
  altered:
    'A table of the dataset is not the one that was exported, so nothing is computed from it. Try again; if it stays so, the export has to be published anew.',
  'no-webassembly':
    'Use a current version of Chrome, Edge, Firefox or Safari, or ask your administrator to allow WebAssembly.',
  engine: 'It failed in this browser, perhaps for want of memory. Close other tabs and try again.',
  timeout: 'It did not arrive in time. Check your connection and try again.',
  network: 'It could not be fetched. Check your connection and try again.',
}

/** Puts into words why the numbers of the export stand on the page without an engine behind them. */
export const describeEngineError = (error: unknown): Failure => {
  const failure = describeError(error)
  const advice = engineAdvice[error instanceof DatasetError ? kindOf(error) : 'engine'] ?? failure.advice
  return { ...failure, advice: `${without} ${advice}` }
}

/** Puts into words why the page waited for the engine: the numbers that were computed at the export are of no use. */
export const describeUnusableAnswers = (error: unknown, unpacked: boolean): Failure => ({
  title: 'The numbers of the export could not be used',
  advice: `The page computes its numbers from the tables of the dataset instead, which are sound but come later. ${
    unpacked
      ? 'The host marks the .json.gz file with the header “Content-Encoding: gzip”, so browsers unpack it on the way and its hash no longer matches. Whoever runs this site should make the host send .json.gz files as they are, without that header.'
      : 'Whoever runs this site should check that the .json.gz file was uploaded unaltered and that the host sends it as it is; if so, export anew.'
  }`,
  detail: describeError(error).detail,
  retry: false,
})

/** What stands above the numbers when the viewer has stopped the engine on its way. */
export const describeStopped = (): Failure => ({
  title: 'The engine was not loaded',
  advice: `You stopped it. ${without}`,
  detail: null,
  retry: true,
})

/** Puts into words that the engine failed, was started anew and failed again. */
export const describeCrash = (error: unknown): Failure => ({
  title: 'The query engine failed twice',
  advice: `The engine that computes the numbers stopped, was started anew and stopped again, perhaps for want of memory. ${without} Close other tabs and try again; if it fails at once, ask about fewer jobs.`,
  detail: describeError(error).detail,
  retry: true,
})

/** Puts into words that the bundle was taken away while it was open. */
export const describeWithdrawn = (error: unknown): Failure => ({
  title: 'The data is no longer there for you',
  advice:
    'It was taken away since this page was opened: it may have moved, or your access may have changed. Its numbers are therefore not shown any more. Open hirescope again from where you usually do; if that does not help, tell whoever runs it.',
  detail: describeError(error).detail,
  retry: true,
})

/** Loading was stopped by the viewer before there was anything to show. */
export const describeCancelled = (): Failure => ({
  title: 'Loading was stopped',
  advice: 'You stopped it before the first numbers had arrived.',
  detail: null,
  retry: true,
})

/** Puts into words why no bundle was found. */
export const describeMissing = (found: Exclude<Found, { kind: 'bundle' | 'directory' }>): Failure =>
  found.kind === 'refused' ? { ...refusals[found.reason], detail: found.detail } : { ...nothing, detail: null }

/** What stands on the page of a viewer who sees no job: nothing failed, but there is nothing to show. */
export const describeNoJobs = (org: string): Failure => ({
  title: 'No job is shared with you yet',
  advice: `This page shows the numbers of the jobs of ${org} that you may see, and so far there is none. Once a job is shared with you, its numbers appear here after the next export, usually overnight. If you expected a job, ask its owner to share it with you.`,
  detail: null,
  retry: false,
})
