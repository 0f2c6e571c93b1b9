import type { z } from 'zod'

/**
 * Parses a value from outside by its schema.
 * @throws Error "subject: path: what is wrong", one clause per problem, without the offending values.
 */
export const parse = <Schema extends z.ZodType>(schema: Schema, value: unknown, subject: string): z.infer<Schema> => {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) =>
    issue.path.length ? `${issue.path.join('.')}: ${issue.message}` : issue.message,
  )
  throw new Error(`${subject}: ${problems.join('; ')}`)
}
