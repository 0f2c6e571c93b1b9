import { mount, unmount } from 'svelte'
import { painted } from './painted.ts'
import type { ShownList } from './shown-lists.ts'
import type { Board } from './state/board.svelte.ts'
import type { SqlPage } from './state/sql-page.svelte.ts'

/** Whether the rows behind numbers can be listed: the engine stands. */
export const canList = (board: Board | null): boolean => board?.dataset != null && board.standing !== null

/** What opens the rows behind a number; null while none can be listed. */
export const listerOf = (board: Board | null, sql?: SqlPage): ((list: ShownList | null) => void) | null =>
  canList(board) && board?.lively ? (list) => list && void showList(board, list, sql) : null

/**
 * Opens the rows behind a number above the page. What it takes is loaded now; the focus returns to where it was. Where there is
 * an SQL page, it can open their statement.
 */
export const showList = async (board: Board, list: ShownList, sql?: SqlPage): Promise<void> => {
  const { dataset, standing, jobs } = board
  if (!dataset || !standing) return
  // What it was asked in has closed by then and given the focus back, which the dialog remembers.
  const loading = import('./components/Applicants.svelte').catch(() => null)
  const [loaded] = await Promise.all([loading, painted()])
  const { life } = board
  // The page says that a part of it did not load.
  if (!loaded || life.aborted) return
  const close = () => {
    life.removeEventListener('abort', close)
    void unmount(dialog)
  }
  const dialog = mount(loaded.default, {
    target: document.body,
    props: { dataset, standing, jobs, list, sql, onclose: close },
  })
  life.addEventListener('abort', close)
}
