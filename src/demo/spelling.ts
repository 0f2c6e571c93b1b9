import { otherSpellings } from './places.ts'
import type { Random } from './random.ts'
import { rates } from './rates.ts'

const placeholders = ['0', '(none)', '', 'N/A']

const otherSkillSpellings: Readonly<Record<string, readonly string[]>> = {
  JavaScript: ['js', 'JS', 'Javascript', 'Java Script'],
  TypeScript: ['ts', 'Typescript'],
  'Node.js': ['NodeJS', 'Node'],
  React: ['ReactJS', 'React.js'],
  PostgreSQL: ['Postgres', 'postgresql'],
  MySQL: ['mysql', 'My SQL'],
  Python: ['python3', 'Python 3'],
  Kubernetes: ['k8s', 'K8S'],
  AWS: ['Amazon Web Services'],
  'Google Cloud': ['GCP'],
  'Machine Learning': ['ML'],
  'Natural Language Processing': ['NLP'],
  Excel: ['MS Excel', 'Microsoft Excel'],
  HTML: ['HTML5'],
  CSS: ['CSS3'],
  'REST APIs': ['REST API', 'RESTful APIs'],
  'Search Engine Optimisation': ['SEO'],
  'C++': ['CPP'],
}

const stray = (random: Random, text: string) =>
  random.chance(0.5) ? text.toLowerCase() : random.chance(0.5) ? text.toUpperCase() : ` ${text}`

/** A city as somebody typed it. */
export const spellCity = (random: Random, city: string, country: string): string => {
  const odd = random.next()
  if (odd < rates.countryForCity) return country
  if (odd < rates.countryForCity + rates.cityPlaceholder) return random.pick(placeholders)
  const others = otherSpellings[city]
  const spelled = others && random.chance(rates.cityOtherSpelling) ? random.pick(others) : city
  if (random.chance(rates.cityStrayCase)) return random.chance(0.5) ? spelled.toLowerCase() : spelled.toUpperCase()
  if (random.chance(rates.cityStraySpace)) return random.chance(0.5) ? `${spelled} ` : ` ${spelled.replace(' ', '  ')}`
  return spelled
}

/** A skill as somebody typed it. */
export const spellSkill = (random: Random, skill: string): string => {
  const odd = random.next()
  if (odd < rates.skillPlaceholder) return random.pick(['0', '(none)'])
  const others = otherSkillSpellings[skill]
  if (others && random.chance(rates.skillOtherSpelling)) return random.pick(others)
  return odd > 1 - rates.skillStrayCase ? stray(random, skill) : skill
}
