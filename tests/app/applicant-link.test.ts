import { describe, expect, it } from 'vitest'
import { readApplicantLink } from '../../src/app/applicant-link.ts'

const linkOf = (applicant_url: unknown) => readApplicantLink(JSON.stringify({ applicant_url }))

describe('links to the ATS', () => {
  it('hold the id, encoded', () => {
    const link = linkOf('https://ats.example/applicants/{candidate_id}?tab={candidate_id}')
    expect(link?.('12')).toBe('https://ats.example/applicants/12?tab=12')
    expect(link?.('a/../b?x=1&#$&"<')).toBe(
      'https://ats.example/applicants/a%2F..%2Fb%3Fx%3D1%26%23%24%26%22%3C?tab=a%2F..%2Fb%3Fx%3D1%26%23%24%26%22%3C',
    )
    expect(link?.('..')).toBeNull()
    expect(linkOf('http://localhost:8000/a#{candidate_id}')?.('é')).toBe('http://localhost:8000/a#%C3%A9')
  })

  it.each([
    'javascript:alert("{candidate_id}")',
    'data:text/html,{candidate_id}',
    'https://{candidate_id}.example/',
    'https://ats.example:{candidate_id}/',
    'https://user:{candidate_id}@ats.example/',
    'https://ats.example/',
    '/applicants/{candidate_id}',
    12,
  ])('are refused as %s', (template) => {
    expect(() => linkOf(template)).toThrow(/^config\.json: applicant_url: /)
  })

  it('are none where the file has none, is a page, or says something else', () => {
    expect(readApplicantLink('{}')).toBeNull()
    expect(readApplicantLink('<!doctype html>')).toBeNull()
    expect(() => readApplicantLink('{"aplicant_url": "x"}')).toThrow(/^config\.json: /)
    expect(() => readApplicantLink('{')).toThrow('config.json: not JSON')
  })
})
