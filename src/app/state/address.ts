import { jobStatuses } from 'hirescope/contract'
import type { Question } from './question.ts'

const parameters = (address: string) => new URL(address).searchParams

const withValues = (address: string, values: Readonly<Record<string, readonly string[]>>): string => {
  const changed = new URL(address)
  for (const [key, each] of Object.entries(values)) {
    changed.searchParams.delete(key)
    for (const value of each) changed.searchParams.append(key, value)
  }
  return changed.href
}

/** What the page at an address is asked. */
export const readQuestion = (address: string): Question => {
  const named = parameters(address)
  const statuses = new Set(named.getAll('status'))
  return { jobs: [...new Set(named.getAll('job'))], statuses: jobStatuses.filter((status) => statuses.has(status)) }
}

/** An address with a question in it. */
export const withQuestion = (address: string, { jobs, statuses }: Question): string =>
  withValues(address, { job: jobs, status: statuses })

/** The words under a key of an address that are among the allowed ones, in the order of these. */
export const readWords = <Word extends string>(address: string, key: string, allowed: readonly Word[]): Word[] => {
  const words = new Set(parameters(address).get(key)?.split('.'))
  return allowed.filter((word) => words.has(word))
}

/** An address with words, which have no dots, under a key; without words the key goes. */
export const withWords = (address: string, key: string, words: Iterable<string>): string => {
  const value = [...words].join('.')
  return withValues(address, { [key]: value ? [value] : [] })
}

/** An organisation and a viewer of the demo, by id. */
export interface Choice {
  org: string | null
  viewer: string | null
}

/** The choice that a page's address names. */
export const readChoice = (address: string): Choice => {
  const named = parameters(address)
  return { org: named.get('org'), viewer: named.get('viewer') }
}

/** The page's address with a choice in it. */
export const withChoice = (address: string, { org, viewer }: { org: string; viewer: string }): string =>
  withValues(address, { org: [org], viewer: [viewer] })
