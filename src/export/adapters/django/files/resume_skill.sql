-- resume_json.skills is an array of objects with a name, an array of texts, such an array as text, or "C++, Java,, MySQL".
-- Every element keeps its place; what is blank or no text is delivered blank, so that the exporter counts it.
WITH listed AS (
  SELECT
    CAST(r.id AS VARCHAR) AS resume_id,
    json_type(CAST(r.resume_json AS JSON), '$.skills') AS type,
    CAST(r.resume_json AS JSON) -> '$.skills' AS skills,
    CAST(r.resume_json AS JSON) ->> '$.skills' AS plain
  FROM resumes_resume AS r
  WHERE r.id IN (SELECT resume_id FROM candidates_candidate_resumes)
), split AS (
  SELECT resume_id, CAST(skills AS JSON[]) AS elements
  FROM listed
  WHERE type = 'ARRAY'
  UNION ALL
  SELECT resume_id, list_transform(string_split(plain, ','), lambda part: to_json(part))
  FROM listed
  WHERE type = 'VARCHAR' AND NOT regexp_matches(plain, '^\s*\[') AND trim(plain) <> ''
  UNION ALL
  -- An array as text: its string literals are cut out, because a cast would fail on text that is no JSON. Only what
  -- certainly is a string literal of JSON is read (no lone surrogate, no \u0000).
  SELECT
    resume_id,
    list_transform(
      CASE
        WHEN regexp_matches(plain, '"name"\s*:')
          THEN regexp_extract_all(plain, '"name"\s*:\s*("(?:[^"\\[:cntrl:]]|\\["\\/bfnrt]|\\u(?:[1-9a-cA-Ce-fE-F][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}|0[1-9a-fA-F][0-9a-fA-F]{2}|00[1-9a-fA-F][0-9a-fA-F]|000[1-9a-fA-F])|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*")', 1)
        ELSE regexp_extract_all(plain, '("(?:[^"\\[:cntrl:]]|\\["\\/bfnrt]|\\u(?:[1-9a-cA-Ce-fE-F][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}|0[1-9a-fA-F][0-9a-fA-F]{2}|00[1-9a-fA-F][0-9a-fA-F]|000[1-9a-fA-F])|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*")', 1)
      END,
      lambda part: CAST(part AS JSON)
    )
  FROM listed
  WHERE type = 'VARCHAR' AND regexp_matches(plain, '^\s*\[')
), skill AS (
  SELECT resume_id, generate_subscripts(elements, 1) AS ordinal, unnest(elements) AS element
  FROM split
)
SELECT
  resume_id,
  CAST(ordinal AS INTEGER) AS ordinal,
  coalesce(CASE
    WHEN json_type(element) = 'VARCHAR' THEN element ->> '$'
    WHEN json_type(element, '$.name') = 'VARCHAR' THEN element ->> '$.name'
  END, '') AS skill_raw
FROM skill
