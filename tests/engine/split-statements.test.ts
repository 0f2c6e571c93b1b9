import { splitStatements } from 'hirescope/engine/wasm/console'
import { expect, it } from 'vitest'

const statements = (text: string) => splitStatements(text).map(({ from, to }) => text.slice(from, to))

it.each([
  ['nothing', ' \n ;; -- nothing; here\n /* nor; here */', []],
  ['one without a semicolon', 'SELECT 1', ['SELECT 1']],
  ['several', 'SELECT 1;\nSELECT 2 ; SELECT 3;', ['SELECT 1', 'SELECT 2', 'SELECT 3']],
  ['strings', "SELECT 'a;b', 'it''s; so'; SELECT 2", ["SELECT 'a;b', 'it''s; so'", 'SELECT 2']],
  ['escapes', "SELECT e'a\\';b'; SELECT 2", ["SELECT e'a\\';b'", 'SELECT 2']],
  ['quoted names', 'SELECT "a;""b" FROM t; SELECT 2', ['SELECT "a;""b" FROM t', 'SELECT 2']],
  ['dollars', 'SELECT $$a;b$$, $tag$;$$;$tag$; SELECT $1', ['SELECT $$a;b$$, $tag$;$$;$tag$', 'SELECT $1']],
  ['comments', 'SELECT 1 -- a;b\n + 2; /* ; /* ; */ ; */ SELECT 3', ['SELECT 1 -- a;b\n + 2', 'SELECT 3']],
  ['what is left open', "SELECT 'a; SELECT 2", ["SELECT 'a; SELECT 2"]],
  ['emoji', "SELECT '🧑‍🍳;'; SELECT 'é'", ["SELECT '🧑‍🍳;'", "SELECT 'é'"]],
])('finds %s', (_, text, expected) => {
  expect(statements(text)).toEqual(expected)
})
