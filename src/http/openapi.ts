import {
  closeFill,
  contractVersion,
  endpointBodies,
  endpointIds,
  jobDetails,
  scopeDetails,
  weeklySeries,
  type EndpointId,
} from 'hirescope/contract'
import { metrics } from 'hirescope/metrics'
import { z } from 'zod'
import { failure } from './failure.ts'
import { defaultBase, type HandlerOptions } from './handler.ts'

/** A part of the document. */
type Json = Record<string, unknown>

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` })

const schemas = (): Json => {
  const named = z.registry<{ id: string }>()
  const add = (id: string, schema: z.ZodType) => named.add(schema, { id })
  endpointIds.forEach((id) => add(id, endpointBodies[id]))
  Object.entries({ jobDetails, scopeDetails, closeFill, weeklySeries, failure }).forEach(([id, schema]) =>
    add(id, schema),
  )
  const made = z.toJSONSchema(named, { uri: (id) => reference(id).$ref })
  return Object.fromEntries(Object.entries(made.schemas).map(([name, { $schema, $id, ...schema }]) => [name, schema]))
}

const tag = { ETag: { description: 'Changes with the dataset.', schema: { type: 'string' } } }
const refused = (description: string, headers?: Json) => ({
  description,
  ...(headers && { headers }),
  content: { 'application/json': { schema: reference('failure') } },
})

const operation = (id: EndpointId, method: 'get' | 'head') => {
  const { title, definition, unit, parameters } = metrics[id]
  const content = { 'application/json': { schema: reference(id) } }
  return {
    operationId: method === 'get' ? id : `${id}-head`,
    summary: title,
    description: `${definition} Unit: ${unit}.`,
    parameters: [
      {
        name: 'job_id',
        in: 'query',
        required: false,
        description: parameters.job_id,
        schema: { type: 'string', minLength: 1 },
      },
      {
        name: 'If-None-Match',
        in: 'header',
        required: false,
        description: 'Tags of answers that the client has.',
        schema: { type: 'string' },
      },
    ],
    responses: {
      200: { description: 'The answer.', headers: tag, ...(method === 'get' && { content }) },
      ...(id === 'details' && { 204: { description: 'No applicant in scope.', headers: tag } }),
      304: { description: 'The client has the answer.', headers: tag },
      400: refused('job_id is empty or given more than once.'),
      404: refused('There is no such job, or it is not visible.'),
      500: refused('The engine failed.'),
    },
  }
}

/** The endpoints as an OpenAPI 3.1 document, made of the schemas of their bodies and the definitions of the metrics. */
export const openApi = ({ base = defaultBase }: HandlerOptions = {}) => ({
  openapi: '3.1.0',
  info: {
    title: 'hirescope',
    description:
      'Recruiting analytics over the jobs that one viewer sees. A path answers with and without its last slash.',
    version: String(contractVersion),
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  paths: Object.fromEntries(
    endpointIds.map((id) => [`${base}${id}/`, { get: operation(id, 'get'), head: operation(id, 'head') }]),
  ),
  components: { schemas: schemas() },
})
