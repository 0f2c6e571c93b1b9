export { default as Console } from './Console.svelte'
export { default as Pinned } from './components/Pinned.svelte'
export { Desk } from './state/desk.svelte.ts'
