import type { ResumeFact, SkillsForm } from './facts.ts'
import type { Random } from './random.ts'
import { rates } from './rates.ts'
import { spellCity, spellSkill } from './spelling.ts'
import { createDraw, item, longTail } from './random.ts'
import { otherSkills, type Family } from './work.ts'
import type { World } from './world.ts'

const drawSkillCount = createDraw([5, 13, 22, 25, 17, 10, 5, 3])
const drawOtherSkill = createDraw(longTail(otherSkills.length, 6))

/** What a candidate's résumés are written from. */
export interface Profile {
  quality: number
  skills: readonly string[]
  /** "City|State", most common first. */
  cities: readonly string[]
  city: string
  country: string
}

/** A résumé as it was read, of a candidate and perhaps for a job. */
export const createResume = (
  world: World,
  { quality, skills, cities, city, country }: Profile,
  candidateId: string,
  jobId: string | null,
  createdAt: number,
): ResumeFact => {
  const { random } = world
  const differs = random.chance(rates.resumeCityDiffers)
  const written = spellCity(random, differs ? world.drawCity(cities).city : city, country)
  return {
    id: world.next('resume'),
    jobId,
    candidateIds: [candidateId],
    createdAt,
    city: random.chance(rates.resumeCityMissing) ? null : written,
    ...createScore(random, quality),
    ...createSkillsForm(random, skills),
  }
}

/** The skills of a candidate for this kind of job. */
export const createSkills = ({ random, drawSkill }: World, family: Family): string[] => {
  const count = 1 + drawSkillCount(random)
  const skills: string[] = []
  while (skills.length < count) {
    const skill = random.chance(0.15) ? item(otherSkills, drawOtherSkill(random)) : drawSkill(family)
    if (!skills.includes(skill) || random.chance(rates.skillRepeated)) skills.push(skill)
  }
  return skills
}

const createSkillsForm = (random: Random, skills: readonly string[]): { skills: string[]; skillsForm: SkillsForm } => {
  const spelled = skills.map((skill) => spellSkill(random, skill))
  let rate = random.next()
  const below = (limit: number) => (rate -= limit) < 0
  if (below(rates.skillsMissing)) return { skills: [], skillsForm: 'none' }
  if (below(rates.skillsAsTexts)) return { skills: spelled, skillsForm: 'texts' }
  if (below(rates.skillsAsJsonText)) {
    const cut = random.chance(rates.skillsJsonCut)
    return { skills: spelled, skillsForm: cut ? 'cut-json-text' : 'json-text' }
  }
  if (below(rates.skillsAsText)) {
    // Joined by commas: what comes after one begins with a space, and two commas make a gap.
    const listed = spelled.map((skill, place) => (place === 0 ? skill : ` ${skill}`))
    if (listed.length > 1 && random.chance(rates.skillsTextWithGap))
      listed.splice(1 + random.below(listed.length - 1), 0, '')
    return { skills: listed, skillsForm: 'text' }
  }
  return { skills: spelled, skillsForm: 'objects' }
}

const createScore = (random: Random, fit: number): { scoreText: string | null; score: string | null } => {
  const odd = random.next()
  if (odd < rates.scoreMissing) return { scoreText: null, score: null }
  if (odd < rates.scoreMissing + rates.scoreNotANumber)
    return { scoreText: random.pick(['', 'N/A', 'pending', '8,9']), score: null }
  const tenths = Math.min(100, Math.max(0, Math.round(60 + 15 * fit + 6 * random.normal())))
  const value = random.chance(rates.scoreTooHigh) ? 110 : tenths
  const score = `${Math.floor(value / 10)}.${value % 10}00`
  return { scoreText: score, score }
}
