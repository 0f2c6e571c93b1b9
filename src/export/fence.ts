import type { Lock } from './lock.ts'

type Effect = (...args: never[]) => Promise<unknown>

/**
 * The same effects, of which the named ones happen only while a lock is still held: a run that slept until its lock was given to another
 * changes nothing any more.
 */
export const whileHeld = <Effects extends { [name in Name]: Effect }, Name extends keyof Effects>(
  lock: Lock,
  effects: Effects,
  ...names: Name[]
): Effects => {
  const guarded = names.map((name) => [
    name,
    async (...args: never[]) => {
      await lock.check()
      return effects[name](...args)
    },
  ])
  return { ...effects, ...Object.fromEntries(guarded) }
}
