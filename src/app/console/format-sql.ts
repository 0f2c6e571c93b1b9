/** SQL in the layout of the house. What does it is loaded when first used. @throws Error for what cannot be read as SQL */
export const formatSql = async (sql: string): Promise<string> => {
  const { duckdb, formatDialect } = await import('sql-formatter')
  return formatDialect(sql, { dialect: duckdb, keywordCase: 'upper', tabWidth: 2, linesBetweenQueries: 1 })
}
