import { z } from 'zod'

/** An operator of a plan as it ran. */
export interface Operator {
  name: string
  /** What it gave to the one above it. */
  rows: number
  /** Rows that it read from a table; 0 for those that read none. */
  scanned: number
  /** Of its own, without those below it. */
  seconds: number
  /** Of all operators' time; 0 where all took none. */
  share: number
  details: readonly { name: string; values: readonly string[] }[]
  below: readonly Operator[]
}

export interface Plan {
  root: Operator
  /** What all operators took, on all threads together. */
  seconds: number
  operators: number
}

const text = z.union([z.string(), z.number(), z.boolean()])
const shape = z.object({
  operator_name: z.string().default(''),
  operator_type: z.string().default(''),
  operator_timing: z.number().default(0),
  operator_cardinality: z.number().default(0),
  operator_rows_scanned: z.number().default(0),
  extra_info: z.record(z.string(), z.union([text, z.array(text)])).default({}),
  get children() {
    return z.array(shape).default([])
  },
})
type Read = z.infer<typeof shape>

const sentence = (name: string) => {
  const words = name.trim().replaceAll('_', ' ').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const nameOf = ({ operator_name, operator_type }: Read) => sentence(operator_name) || sentence(operator_type)

const detailsOf = ({ extra_info }: Read): Operator['details'] =>
  Object.entries(extra_info).flatMap(([name, value]) => {
    const values = (Array.isArray(value) ? value : String(value).split('\n')).map(String).filter((each) => each.trim())
    return values.length ? [{ name: name === 'Estimated Cardinality' ? 'Estimated rows' : name, values }] : []
  })

const secondsOf = (operator: Read): number =>
  operator.operator_timing + operator.children.reduce((sum, child) => sum + secondsOf(child), 0)

const operatorOf = (operator: Read, all: number): Operator => ({
  name: nameOf(operator),
  rows: operator.operator_cardinality,
  scanned: operator.operator_rows_scanned,
  seconds: operator.operator_timing,
  share: all > 0 ? operator.operator_timing / all : 0,
  details: detailsOf(operator),
  below: operator.children.map((child) => operatorOf(child, all)),
})

const count = ({ below }: Operator): number => 1 + below.reduce((sum, child) => sum + count(child), 0)

/**
 * The plan of a statement that ran, from the text that `EXPLAIN (ANALYZE, FORMAT json)` gives.
 * @throws Error where that is no plan
 */
export const readPlan = (json: string): Plan => {
  const found = shape.safeParse(JSON.parse(json))
  if (!found.success) throw new Error('plan: not in the form that the engine gives plans in; look at its text')
  // The outermost of all stands for the query, the one below it for the explaining.
  let top = found.data
  while (top.children.length === 1 && (top.operator_name === '' || top.operator_type === 'EXPLAIN_ANALYZE'))
    top = top.children[0] as Read
  const seconds = secondsOf(top)
  const root = operatorOf(top, seconds)
  return { root, seconds, operators: count(root) }
}

/** An operator in its place of the tree, in the order in which the tree is read. */
export interface PlanLine {
  operator: Operator
  /** "0.1.0": the way from the root. */
  path: string
  level: number
  /** Which of its siblings it is, from 1, and of how many. */
  place: number
  siblings: number
}

/** The operators that a tree shows, apart from what is closed. */
export const planLines = (plan: Plan, closed: ReadonlySet<string> = new Set()): PlanLine[] => {
  const lines: PlanLine[] = []
  const add = (operator: Operator, path: string, level: number, place: number, siblings: number) => {
    lines.push({ operator, path, level, place, siblings })
    if (closed.has(path)) return
    operator.below.forEach((child, index) =>
      add(child, `${path}.${index}`, level + 1, index + 1, operator.below.length),
    )
  }
  add(plan.root, '0', 1, 1, 1)
  return lines
}

/** What one detail of an operator is worth in a line: its table, its conditions. */
export const gist = ({ name: own, details }: Operator): string => {
  const wanted = ['Table', 'Function', 'Conditions', 'Groups', 'Order By', 'Expression', 'Filters', 'Top', 'Join Type']
  const found = wanted.flatMap((name) => details.find((detail) => detail.name === name) ?? [])
  return found
    .map(({ values }) => values.join(', '))
    .filter((text) => text.toLowerCase() !== own.toLowerCase())
    .join(' · ')
}
