-- resume_json.skills is an array of objects with a name, an array of texts, such an array as text, or "C++, Java,, MySQL".
-- Every element keeps its place; what is blank or no text is delivered blank, so that the exporter counts it.
WITH listed AS (
  SELECT r.id, r.resume_json -> 'skills' AS skills, r.resume_json ->> 'skills' AS plain
  FROM resumes_resume r
  WHERE r.resume_json ? 'skills'
    AND EXISTS (SELECT FROM candidates_candidate_resumes o WHERE o.resume_id = r.id)
)
SELECT
  l.id::text AS resume_id,
  e.ordinal::integer AS ordinal,
  coalesce(CASE
    WHEN jsonb_typeof(e.skill) = 'string' THEN e.skill #>> '{}'
    WHEN jsonb_typeof(e.skill -> 'name') = 'string' THEN e.skill ->> 'name'
  END, '') AS skill_raw
FROM listed l
CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(l.skills) = 'array' THEN l.skills END)
  WITH ORDINALITY AS e(skill, ordinal)
UNION ALL
SELECT l.id::text, e.ordinal::integer, e.skill
FROM listed l
CROSS JOIN LATERAL string_to_table(l.plain, ',') WITH ORDINALITY AS e(skill, ordinal)
WHERE jsonb_typeof(l.skills) = 'string' AND l.plain !~ '^\s*\[' AND btrim(l.plain) <> ''
UNION ALL
-- An array as text: its string literals are cut out, because a cast would fail on text that is no JSON. Only what
-- certainly is a string literal of JSON is cast (no lone surrogate, no \u0000).
SELECT l.id::text, e.ordinal::integer, ('"' || e.skill[1] || '"')::jsonb #>> '{}'
FROM listed l
CROSS JOIN LATERAL regexp_matches(
  l.plain,
  CASE WHEN l.plain ~ '"name"\s*:' THEN '"name"\s*:\s*' ELSE '' END
    || '"((?:[^"\\[:cntrl:]]|\\["\\/bfnrt]|\\u(?!0000|d[89a-fA-F]|D[89a-fA-F])[0-9a-fA-F]{4}|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*)"',
  'g'
) WITH ORDINALITY AS e(skill, ordinal)
WHERE jsonb_typeof(l.skills) = 'string' AND l.plain ~ '^\s*\['
