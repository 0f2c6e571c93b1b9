import { readFile } from 'node:fs/promises'

const schema = await readFile(new URL('../../src/demo/schema.sql', import.meta.url), 'utf8')

const text = (value: unknown) => `'${JSON.stringify(value).replaceAll("'", "''")}'`

/** What Candidate.location may hold (as JSON) and the city in it. */
export const locations: [unknown, string | null][] = [
  [{ city: 'Pune', state: 'Maharashtra' }, 'Pune'],
  [{ city: ' ' }, ' '],
  [{ city: null }, null],
  [{ city: 5 }, null],
  [{ state: 'Kerala' }, null],
  ['India', 'India'],
  ['', ''],
  ['{"city": "M\\u00fcnchen"}', 'München'],
  [' {"state": "x", "city" : "Pu\\"ne\\\\"}', 'Pu"ne\\'],
  ['{"city": "\\ud83d\\ude00 town"}', '😀 town'],
  ['{"city": "lone \\ud83d surrogate"}', null],
  ['{"city": "nothing \\u0000 here"}', null],
  ['{"city": "cut o', null],
  ['{"city": null, "state": "x"}', null],
  ['{city: Pune}', null],
  ["{'city': 'Pune'}", null],
  ['{', null],
  [[{ city: 'Pune' }], null],
  [7, null],
  [null, null],
]

/** What resume_json may hold and the skills in it. */
export const resumes: [unknown, string[]][] = [
  [{ skills: [{ name: 'Java' }, 'SQL', 5, null, { n: 1 }, { name: null }, ''] }, ['Java', 'SQL', '', '', '', '', '']],
  [{ skills: 'C++, Java,, MySQL' }, ['C++', ' Java', '', ' MySQL']],
  [{ skills: 'Java' }, ['Java']],
  [{ skills: ' ' }, []],
  [{ skills: '["a", "b\\u00e9", "c' }, ['a', 'bé']],
  [{ skills: '[{"name": "x", "relevance": "High"}, {"name" : "y"}]' }, ['x', 'y']],
  [{ skills: '[]' }, []],
  [{ skills: '[' }, []],
  [{ skills: ['\\u0000', '\\ud800'] }, ['\\u0000', '\\ud800']],
  [{ skills: '["fine", "\\ud800"]' }, ['fine']],
  [{ skills: {} }, []],
  [{ skills: 7 }, []],
  [{ skills: null }, []],
  [{}, []],
  [[], []],
  ['text', []],
  [null, []],
]

/** What overall_score may hold and the number that it is. */
export const scores: [string | null, string | null][] = [
  ['8.900', '8.900'],
  [' 7.5 ', '7.500'],
  ['-1', '-1.000'],
  ['0', '0.000'],
  ['1e3', null],
  ['8,9', null],
  ['', null],
  ['(none)', null],
  ['NaN', null],
  ['1234567', null],
  ['.', null],
  [null, null],
]

/** A database of them all. */
export const rowsSql = [
  schema,
  `INSERT INTO accounts_organization VALUES (1, 'o', 'd', 0, true, '2026-01-01Z');
   INSERT INTO accounts_myuser VALUES (1, 1, 'u', 'u@example.org', NULL, true, false);
   INSERT INTO jobs_job VALUES (1, 't', NULL, NULL, NULL, true, NULL, '2026-01-01Z', 1, false);`,
  ...locations.map(
    ([location], place) =>
      `INSERT INTO candidates_candidate VALUES (${place + 1}, 'n', 'e', ${location === null ? 'NULL' : text(location)}, NULL, '2026-01-01Z', false);
       INSERT INTO candidates_candidate_applied_jobs VALUES (${place + 1}, ${place + 1}, 1);`,
  ),
  ...resumes.map(
    ([json], place) =>
      `INSERT INTO resumes_resume VALUES (${place + 1}, 1, NULL, ${text(json)}, NULL, '2026-01-02Z');
       INSERT INTO candidates_candidate_resumes (candidate_id, resume_id) VALUES (1, ${place + 1});`,
  ),
  ...scores.map(
    ([score], place) =>
      `INSERT INTO resumes_resume VALUES (${place + 101}, 1, ${score === null ? 'NULL' : `'${score}'`}, NULL, NULL, '2026-01-02Z');
       INSERT INTO candidates_candidate_resumes (candidate_id, resume_id) VALUES (1, ${place + 101});`,
  ),
].join('\n')
