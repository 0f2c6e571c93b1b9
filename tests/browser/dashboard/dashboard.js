// A dashboard as it was written against the server: it knows the paths and nothing else.
const endpoints = [
  'total-applicants',
  'top-location',
  'top-skill',
  'most-recent-applicant',
  'details',
  'weekly-graph',
  'applicants-stage-graph',
  'score-distribution-graph',
  'applicants-stage-graph-overview',
]

const ask = async (endpoint, job) => {
  const query = job ? `?job_id=${encodeURIComponent(job)}` : ''
  const response = await fetch(`/api/analytics/${endpoint}/${query}`)
  return { status: response.status, body: response.status === 200 ? await response.json() : null }
}

const numbers = document.querySelector('#numbers')
const choice = document.querySelector('#job')

const refresh = async () => {
  numbers.dataset.state = 'asking'
  const answers = await Promise.all(endpoints.map((endpoint) => ask(endpoint, choice.value)))
  numbers.replaceChildren(
    ...endpoints.flatMap((endpoint, index) => {
      const [name, value] = [document.createElement('dt'), document.createElement('dd')]
      name.textContent = endpoint
      value.textContent = JSON.stringify(answers[index])
      return [name, value]
    }),
  )
  numbers.dataset.state = 'done'
}

const start = async () => {
  const { body } = await ask('applicants-stage-graph-overview')
  for (const { job_id, job_name } of body?.results ?? []) choice.append(new Option(job_name, job_id))
  await refresh()
}

document.querySelector('#refresh').addEventListener('click', refresh)
choice.addEventListener('change', refresh)
start().catch((error) => {
  numbers.dataset.state = 'failed'
  numbers.textContent = String(error)
})
