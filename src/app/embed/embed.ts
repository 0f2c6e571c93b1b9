import '../no-eval.ts'
import { HirescopeCard } from './element.svelte.ts'

// A page may load it twice.
if (!customElements.get('hirescope-card')) customElements.define('hirescope-card', HirescopeCard)
