import { bundleColumns, bundleDescription, type BundleTableName } from './bundle-tables.ts'

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/** The statements that describe a table of a bundle and those columns of it that are loaded (all, unless some are named). */
export const bundleComments = (table: BundleTableName, loaded?: readonly string[]): string[] => [
  `COMMENT ON TABLE ${table} IS ${literal(bundleDescription(table))};`,
  ...bundleColumns(table)
    .filter(({ name }) => loaded?.includes(name) ?? true)
    .map(({ name, description }) => `COMMENT ON COLUMN ${table}.${name} IS ${literal(description)};`),
]
