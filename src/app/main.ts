import './no-eval.ts'
import './fonts.css'
import './app.css'
import { mount } from 'svelte'
import { Workspace } from './state/workspace.svelte.ts'

const target = document.getElementById('app')
if (!target) throw new Error('page: no element with the id "app"')

// The data is on its way before the page that shows it.
const workspace = new Workspace()
const { default: App } = await import('./App.svelte')
// Numbers that come at once need no skeleton before them.
await Promise.race([workspace.opened, new Promise((resolve) => setTimeout(resolve, 100))])
mount(App, { target, props: { workspace } })
