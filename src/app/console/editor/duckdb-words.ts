// The editor's grammar parts words at single spaces.
const words = (text: string) => text.trim().split(/\s+/).join(' ')

/** The words of DuckDB 1.4's grammar that read as keywords (`duckdb_keywords()`). */
export const keywords = words(`
  add all alter analyse analyze and anti any array as asc asof asymmetric at authorization begin between both by
  call cascade case cast character check coalesce collate collation column columns comment commit concurrently
  constraint copy create cross cube default deferrable delete desc describe distinct do drop else end except
  exclude execute exists explain export extract false fetch filter first following for foreign freeze from full
  generated glob group grouping grouping_id having if ignore ilike import in initially inner inout insert
  intersect into is isnull join lambda last lateral leading left like limit macro matched materialized merge
  national natural nchar no none not notnull nullif nulls offset on only or order ordinality others out outer over
  overlaps overlay partition pivot pivot_longer pivot_wider placing position positional pragma preceding precision
  prepare primary qualify range recursive references rename repeatable replace reset respect restrict returning
  right rollback rollup rows sample schema select semi sequence set setof sets show similar some substring
  summarize symmetric table tablesample temp temporary then ties to trailing transaction treat trim true truncate
  try_cast type unbounded unique unpack unpivot update use using vacuum values variadic verbose view when where
  window with within without xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi
  xmlroot xmlserialize xmltable`)

/** The names of its types (`duckdb_types()`). */
export const types = words(`
  bigint bignum binary bit bitstring blob bool boolean bpchar bytea char date datetime dec decimal double float
  float4 float8 guid hugeint int int1 int128 int16 int2 int32 int4 int64 int8 integer integral json logical long
  numeric nvarchar oid real short signed smallint string text time time_ns timestamp timestamp_ms timestamp_ns
  timestamp_s timestamp_us timestamptz timetz tinyint ubigint uhugeint uint128 uint16 uint32 uint64 uint8 uinteger
  usmallint utinyint uuid varbinary varchar varint list map struct union enum interval`)
