import { expect, it } from 'vitest'
import { createFolder, fold, tidy } from '../../src/export/fold.ts'

it('tidies texts: composed, trimmed, and runs of any white space made one space', () => {
  expect(tidy('  New \t\n York ')).toBe('New York')
  expect(tidy('\u3000São\u00a0\u2003Paulo\u2028')).toBe('São Paulo')
  expect(tidy('Zu\u0308rich')).toBe('Z\u00fcrich')
  expect(tidy('\u200bOslo')).toBe('\u200bOslo')
  expect(tidy(' \u0085 ')).toBe('')
})

it('folds what is tidied to lower case, and nothing further', () => {
  expect(fold(' PUNE ')).toBe('pune')
  expect(fold('ZU\u0308RICH')).toBe('z\u00fcrich')
  expect(fold('Straße')).toBe('straße')
  expect(fold('ΣΑΣ')).toBe('σας')
  expect(fold('C++')).not.toBe(fold('C#'))
  expect(fold('São Paulo')).not.toBe(fold('Sao Paulo'))
})

it('groups texts by their folded form and keeps how each is spelt', () => {
  const folder = createFolder('list', {})
  expect(folder(' new  YORK')).toEqual({ group: 'new york', spelling: 'new YORK', alias: null })
  expect(folder('\u2003')).toEqual({ group: null, spelling: '', alias: null })
})

it('leads aliases to the name that the list writes, and drops what it drops', () => {
  const folder = createFolder('list', { ' BOMBAY ': 'Mumbai', bombai: 'Mumbai', remote: null, 'N/A': null })
  expect(folder('Bombay')).toEqual({ group: 'mumbai', spelling: 'Bombay', alias: 'Mumbai' })
  // The name itself joins the group without being listed.
  expect(folder('mumbai')).toEqual({ group: 'mumbai', spelling: 'mumbai', alias: 'Mumbai' })
  expect(folder(' REMOTE')).toMatchObject({ group: null, alias: null })
  expect(folder('n/a').group).toBe(null)
  expect(folder('Remote Bay').group).toBe('remote bay')
})

it('takes names for texts, whatever JavaScript means by them', () => {
  const folder = createFolder('list', JSON.parse('{"__proto__": "Prototype"}') as Record<string, string>)
  expect(folder('__PROTO__').group).toBe('prototype')
  expect(folder('constructor').group).toBe('constructor')
})

it('refuses a list that means two things', () => {
  const refused = (aliases: Record<string, string | null>) => () => createFolder('city-aliases.json', aliases)
  expect(refused({ bombay: 'Mumbai', 'Bombay ': 'Pune' })).toThrow(
    'city-aliases.json: "bombay" has two meanings; keep one',
  )
  expect(refused({ bombay: 'Mumbai', bombai: 'MUMBAI' })).toThrow(/"MUMBAI" and "Mumbai" are two spellings of one name/)
  expect(refused({ a: 'b', b: 'c' })).toThrow('"a" leads to "b", which is an alias itself; lead it to the end')
  expect(refused({ a: 'b', b: null })).toThrow('"a" leads to "b", which is an alias itself; lead it to the end')
  expect(refused({ a: ' ' })).toThrow('"a" leads to a blank; write null to drop it')
  expect(refused({ mumbai: 'Mumbai', bombay: 'Mumbai' })).not.toThrow()
})
