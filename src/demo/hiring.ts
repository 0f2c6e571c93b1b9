import { apply, type Target } from './applications.ts'
import type { CandidateFact, DemoOptions, LocationForm } from './facts.ts'
import type { Companies, Opening, Organisation } from './organisations.ts'
import { createDraw, item } from './random.ts'
import { rates } from './rates.ts'
import { createResume, createSkills, type Profile } from './resumes.ts'
import { spellCity } from './spelling.ts'
import { createWorld, noJob, type World } from './world.ts'

// The time in seconds and the number of the job in one double, to be sorted by time.
const jobsAtMost = 65_536

/** The jobs and times to which candidates apply first, in order of time. */
const firstApplications = ({ random, calendars }: World, count: number): Float64Array => {
  const drawJob = createDraw(calendars.map(({ weight }) => weight))
  const keys = new Float64Array(count)
  for (let each = 0; each < count; each += 1) {
    const job = drawJob(random)
    keys[each] = (item(calendars, job).draw(random) / 1000) * jobsAtMost + job
  }
  return keys.sort()
}

/** Draws a second job of an organisation that is not among those applied to; null where there is none. */
const createSecondDraw = ({ random, openings, calendars }: World, { organisations }: Companies) => {
  const draws = organisations.map((organisation) =>
    createDraw(openings.map((each, job) => (each.organisation === organisation ? item(calendars, job).weight : 0))),
  )
  return (organisation: Organisation, targets: readonly Target[]): Target | null => {
    const wanted = item(draws, organisations.indexOf(organisation))(random)
    for (let step = 0; step < openings.length; step += 1) {
      const index = (wanted + step) % openings.length
      const opening = item(openings, index)
      const calendar = item(calendars, index)
      if (opening.organisation !== organisation || calendar.weight === 0) continue
      if (targets.some((target) => target.opening === opening)) continue
      return { opening, at: calendar.draw(random), jobId: opening.fact.id }
    }
    return null
  }
}

/**
 * The candidates of the demo with all that hangs on them, one after the other, so that a million need no more memory than
 * one. As many applications as the options say; nine candidates apply for every ten of them.
 */
export function* createCandidates(options: DemoOptions, companies: Companies): Generator<CandidateFact> {
  const world = createWorld(options, companies)
  const { random, openings } = world
  const candidates = Math.round(options.applications * 0.9)
  const first = firstApplications(world, candidates)
  const drawSecond = createSecondDraw(world, companies)
  let previous: CandidateFact | null = null
  let more = options.applications - candidates
  for (let each = 0; each < candidates; each += 1) {
    const opening = item(openings, item(first, each) % jobsAtMost)
    const at = Math.floor(item(first, each) / jobsAtMost) * 1000
    const targets: Target[] = [{ opening, at, jobId: opening.fact.id }]
    // Further applications fall on candidates so that in the end exactly as many are made as there should be.
    while (more > 0 && random.next() < more / (more + candidates - each - 1)) {
      const others = companies.organisations.filter((other) => other !== opening.organisation)
      const elsewhere = others.length > 0 && random.chance(rates.candidateOfTwoOrgs)
      const organisation = elsewhere ? random.pick(others) : opening.organisation
      const target = drawSecond(organisation, targets)
      if (!target) break
      more -= 1
      if (random.chance(rates.applicationToNoJob) && !targets.some(({ jobId }) => jobId === noJob)) target.jobId = noJob
      targets.push(target)
    }
    const candidate = createCandidate(world, opening, at, targets)
    // A résumé that this candidate shares with the one before, who keeps it: theirs is the lower id.
    const shared = previous?.resumes.find(({ candidateIds }) => candidateIds.length === 1)
    if (previous && shared && BigInt(previous.id) < BigInt(candidate.id) && random.chance(rates.resumeShared))
      candidate.sharedResumeIds.push(shared.id)
    previous = candidate
    yield candidate
    if (random.chance(rates.candidateWithoutApplication)) yield createCandidate(world, opening, at, [])
  }
}

const drawLocationForm = ({ random }: World): LocationForm => {
  let rate = random.next()
  const below = (limit: number) => (rate -= limit) < 0
  if (below(rates.locationMissing)) return 'none'
  if (below(rates.locationAsJsonText)) return 'json-text'
  return below(rates.locationAsText) ? 'text' : 'object'
}

const orgOf = (targets: readonly Target[]): string | null =>
  targets
    .filter(({ jobId }) => jobId !== noJob)
    .map(({ opening }) => opening.fact.orgId)
    .sort((a, b) => Number(a) - Number(b))[0] ?? null

/** A candidate who came through an opening, with their applications (of which there may be none). */
const createCandidate = (world: World, opening: Opening, at: number, targets: Target[]): CandidateFact => {
  const { random } = world
  const { organisation, family } = opening
  const id = random.chance(rates.candidateIdBeyondDoubles) ? world.nextBeyondDoubles() : world.next('candidate')
  const earliest = targets.reduce((least, target) => Math.min(least, target.at), at)
  // Twice a draw: the names at the head of the lists are the common ones.
  const name = (list: readonly string[]) => item(list, random.below(1 + random.below(list.length)))
  const { cities, country } = organisation.region
  const { city, state } = world.drawCity(cities)
  const locationForm = drawLocationForm(world)
  const spelled = spellCity(random, city, country)
  const candidate: CandidateFact = {
    id,
    present: targets.length === 0 || !random.chance(rates.candidateGone),
    orgId: orgOf(targets),
    name: random.chance(rates.nameBlank) ? ' ' : `${name(organisation.names.first)} ${name(organisation.names.family)}`,
    email: `candidate.${id}@example.org`,
    city: locationForm === 'none' ? null : spelled,
    state,
    locationForm,
    createdAt: earliest - random.below(7200) * 1000,
    hiredFlag: false,
    sharedResumeIds: [],
    applications: [],
    events: [],
    statuses: [],
    resumes: [],
    assessments: [],
    screenings: [],
    credits: [],
  }
  const profile: Profile = { quality: random.normal(), skills: createSkills(world, family), cities, city, country }
  for (const target of targets) apply(world, candidate, profile, target)
  addStrays(world, candidate, profile, opening, targets, earliest)
  const hired = candidate.applications.some(({ outcome }) => outcome === 'hired')
  candidate.hiredFlag = random.chance(rates.hiredFlagWrong) ? !hired : hired
  return candidate
}

/** Rows that belong to no application of the candidate. */
const addStrays = (
  world: World,
  candidate: CandidateFact,
  profile: Profile,
  opening: Opening,
  targets: Target[],
  earliest: number,
) => {
  const { random } = world
  const read = (jobId: string | null) => createResume(world, profile, candidate.id, jobId, earliest)
  if (random.chance(targets.length === 0 ? 0.1 : rates.resumeWithoutJob)) candidate.resumes.push(read(null))
  if (targets.length === 0) return
  if (random.chance(rates.resumeWithoutCandidate))
    candidate.resumes.push({ ...read(opening.fact.id), candidateIds: [] })
  const jobId = targets.some((target) => target.jobId === '1') ? '2' : '1'
  if (random.chance(rates.eventOfNoApplication) && !targets.some((target) => target.jobId === jobId))
    candidate.events.push({
      id: world.next('event'),
      jobId,
      applicationId: `none:${candidate.id}:${jobId}`,
      seq: 1,
      stage: 'resume_screening',
      status: 'pending',
      at: earliest,
    })
}
