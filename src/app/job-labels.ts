interface Facts {
  job_id: string
  title: string
  location: string | null
  status: string | null
}

const facts: readonly ((job: Facts) => string | null)[] = [
  ({ location }) => location,
  ({ status }) => status?.replace('_', ' ') ?? null,
  ({ job_id }) => `id ${job_id}`,
]

/** Titles of jobs in their order; where they repeat, with what tells the jobs apart: location, else status, else id. */
export const jobLabels = (jobs: readonly Facts[]): string[] => {
  let named = jobs.map((job) => ({ job, details: [] as string[], label: job.title }))
  for (const fact of facts) {
    const values = new Map<string, Set<string | null>>()
    for (const { job, label } of named) values.set(label, (values.get(label) ?? new Set()).add(fact(job)))
    named = named.map((each) => {
      const value = fact(each.job)
      if (value === null || (values.get(each.label)?.size ?? 0) < 2) return each
      const details = [...each.details, value]
      return { ...each, details, label: `${each.job.title} (${details.join(' · ')})` }
    })
  }
  return named.map(({ label }) => label)
}
