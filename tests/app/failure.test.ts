import { DatasetError, httpSource } from 'hirescope/engine'
import { describe, expect, it } from 'vitest'
import { describeEngineError, describeError, describeMissing } from '../../src/app/state/failure.ts'

/** What the page says when the host gives this for the manifest. */
const onManifest = async (response: () => Response) => {
  const error = await httpSource('https://host.example/secret/', async () => response())
    .manifest()
    .catch((error: unknown) => error)
  return describeError(error)
}
const json = (value: unknown) => () => new Response(JSON.stringify(value))

describe('what the host gives for the manifest', () => {
  it('is told apart as a fault of the host', async () => {
    const { title, advice, detail } = await onManifest(() => new Response('', { status: 500 }))
    expect(title).toBe('The host answered with an error')
    expect(advice).toContain('nothing is wrong with your connection')
    expect(detail).toContain('500')
  })

  it('is told apart as a manifest of another version', async () => {
    const { title, advice } = await onManifest(json({ contract_version: 1, newest: true }))
    expect(title).toBe('The data does not fit this page')
    expect(advice).toContain('bring both to the same version')
  })

  it.each([['<!doctype html>'], ['{"org":']])('is told apart as no dataset at all: %s', async (text) => {
    const { title } = await onManifest(() => new Response(text))
    expect(title).toBe('The address does not lead to a dataset')
  })
})

it('does not blame memory for an engine that the host does not give', () => {
  const error = new DatasetError('engine', 'engine file x.wasm: not WebAssembly; check it')
  const { title, advice } = describeEngineError(error)
  expect(title).toBe('The engine could not be loaded')
  expect(advice).toContain('.wasm.gz files')
  expect(advice).not.toContain('memory')
  expect(describeEngineError(new DatasetError('engine', 'engine: stopped')).advice).toContain('memory')
})

it('does not blame the session for a fault of the host', () => {
  const { title } = describeMissing({ kind: 'refused', reason: 'host', detail: 'session.json: the host answered 500' })
  expect(title).toBe('The host answered with an error')
})

it('names no address', () => {
  const { detail } = describeError(new Error('failed at https://host.example/secret/x and blob:https://y/z'))
  expect(detail).toBe('failed at … and …')
})
