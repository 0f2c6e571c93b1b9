import { MediaQuery } from 'svelte/reactivity'

/** Whether the page is being put on paper. */
export const printing = new MediaQuery('print')
