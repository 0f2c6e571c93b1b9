import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { endpointIds } from 'hirescope/contract'
import { openApi } from 'hirescope/http'
import { serveApi } from 'hirescope/http/node'
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder, tinyRows, writeBundle } from '../fixtures/bundle.ts'

interface Operation {
  responses: Record<string, { headers?: object; content?: { 'application/json': { schema: { $ref: string } } } }>
}
type Document = Omit<ReturnType<typeof openApi>, 'paths'> & { paths: Record<string, Record<'get' | 'head', Operation>> }

/** What a server of a bundle says of its endpoints, and how to ask it. */
const served = async (options: Parameters<typeof writeBundle>[1] = {}) => {
  const folder = await temporaryFolder()
  await writeBundle(folder, options)
  const { url, close } = await serveApi({ data: folder, port: 0 })
  onTestFinished(async () => {
    await close()
    await rm(folder, { recursive: true })
  })
  return { url, document: (await (await fetch(`${url}/openapi.json`)).json()) as Document }
}

/** Checks an answer against the document: its status is there, and its body is as the schema of that status says. */
const checker = (document: Document) => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
  formats.default(ajv)
  ajv.addVocabulary(['openapi', 'info', 'servers', 'paths', 'components'])
  ajv.addSchema(document, 'document')
  return async (path: string, method: 'get' | 'head', response: Response): Promise<string[]> => {
    const described = document.paths[path]?.[method].responses[response.status]
    if (!described) return [`status ${response.status} is not in the document`]
    const body = await response.text()
    const { $ref } = described.content?.['application/json'].schema ?? {}
    if ($ref === undefined || method === 'head') return body === '' ? [] : ['a body, expected none']
    const validate = ajv.getSchema(`document${$ref}`)
    if (!validate) throw new Error(`no schema ${$ref}`)
    return validate(JSON.parse(body))
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}

it('is a valid OpenAPI 3.1 document, with all nine endpoints', async () => {
  const document = openApi()
  const validator = new Validator()
  const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>)
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined })
  expect(validator.version).toBe('3.1')
  expect(Object.keys(document.paths)).toEqual(endpointIds.map((id) => `/api/analytics/${id}/`))
})

it.each(['paths', 'info', 'openapi'])('would not be valid without its %s', async (part) => {
  const { [part]: _, ...rest } = openApi() as Record<string, unknown>
  if (part === 'paths') rest.components = { schemas: 7 }
  expect((await new Validator().validate(rest)).valid).toBe(false)
})

const lacking = { resume: false, resume_skill: false, assessment: false, screening: false, credit_event: false }

it.each([
  ['a bundle', {}],
  [
    'a bundle of a source without optional tables',
    { manifest: { source_tables: { ...lacking, job_share: false, stage_event: false } } },
  ],
  ['an empty bundle', { rows: {} }],
  ['a bundle without applications', { rows: { jobs: tinyRows.jobs! } }],
] as [string, Parameters<typeof writeBundle>[1]][])('describes every answer about %s', async (_, options) => {
  const { url, document } = await served(options)
  const check = checker(document)
  const seen = new Set<number>()
  for (const path of Object.keys(document.paths))
    for (const query of ['', '?job_id=10', '?job_id=11', '?job_id=no', '?job_id='])
      for (const method of ['get', 'head'] as const)
        for (const headers of [new Headers(), new Headers({ 'if-none-match': '*' })]) {
          const response = await fetch(`${url}${path}${query}`, { method, headers })
          seen.add(response.status)
          expect(await check(path, method, response), `${method} ${path}${query}`).toEqual([])
        }
  for (const status of [200, 304, 400, 404]) expect([...seen]).toContain(status)
})

it('tells an answer that is another endpoint’s, or lacks a field, from a good one', async () => {
  const { document } = await served()
  const check = checker(document)
  const path = '/api/analytics/top-location/'
  expect(await check(path, 'get', Response.json({ total_applicants: 1 }))).not.toEqual([])
  expect(await check(path, 'get', Response.json({ top_location: 'Oslo', applicant_count: 1.5 }))).toEqual([
    '/applicant_count must be integer',
  ])
  expect(await check(path, 'get', new Response(null, { status: 204 }))).toEqual(['status 204 is not in the document'])
})

it('is what npm run openapi prints, and follows the base path', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/openapi.ts'])
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(openApi())))
  expect(Object.keys(openApi({ base: '/v2/' }).paths)[0]).toBe('/v2/total-applicants/')
})
