import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  type CompletionSource,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { sql, type SQLDialect } from '@codemirror/lang-sql'
import { bracketMatching, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { lintKeymap } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view'
import { highlightStyle, look } from './look.ts'

/** What the editor asks of who shows it. */
export interface Wishes {
  run(what: 'all' | 'selection'): void
  /** Says whether anything was running. */
  cancel(): boolean
  format(): void
  /** What completes at a place; it may change while the editor stands. */
  completions(): readonly CompletionSource[]
  changed(state: EditorState): void
}

/** The part of the editor that is exchanged when the engine has said which functions it has. */
export const language = new Compartment()

export const languageOf = (dialect: SQLDialect): Extension => sql({ dialect }).language

const does = (act: () => void) => (view: EditorView) => {
  closeCompletion(view)
  act()
  return true
}

/** The editor, with a dialect. */
export const extensionsFor = (wishes: Wishes, dialect: SQLDialect): Extension => [
  Prec.highest(
    keymap.of([
      { key: 'Mod-Enter', run: does(() => wishes.run('selection')), shift: does(() => wishes.run('all')) },
      { key: 'Shift-Alt-f', run: does(() => wishes.format()) },
    ]),
  ),
  // Whatever is open above the text, such as a list of completions, is closed first.
  Prec.low(keymap.of([{ key: 'Escape', run: () => wishes.cancel() }])),
  lineNumbers(),
  highlightActiveLineGutter(),
  history(),
  drawSelection(),
  EditorState.allowMultipleSelections.of(true),
  EditorView.lineWrapping,
  indentUnit.of('  '),
  bracketMatching(),
  closeBrackets(),
  language.of(languageOf(dialect)),
  syntaxHighlighting(highlightStyle),
  highlightSelectionMatches(),
  search({ top: true }),
  autocompletion({
    override: [
      async (context) => {
        const results = await Promise.all(wishes.completions().map((source) => source(context)))
        const found = results.filter((each) => each !== null)
        const from = Math.max(...found.map((each) => each.from))
        if (found.length === 0) return null
        const seen = new Set<string>()
        const options = found
          .filter((each) => each.from === from)
          .flatMap((each) => each.options)
          .filter(({ label, type }) => !seen.has(`${type} ${label}`) && seen.add(`${type} ${label}`))
        return { from, options, validFor: /^\w*$/ }
      },
    ],
    icons: false,
    // As many as there is room for, so that the list need not scroll; keys move on to the others.
    maxRenderedOptions: 9,
  }),
  placeholder('SELECT …'),
  EditorView.contentAttributes.of({ 'aria-label': 'SQL, Escape then Tab leaves the editor' }),
  EditorView.updateListener.of(({ state, docChanged, selectionSet }) => {
    if (docChanged || selectionSet) wishes.changed(state)
  }),
  keymap.of([
    ...closeBracketsKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...completionKeymap,
    ...lintKeymap,
    ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
    indentWithTab,
  ]),
  look,
]
