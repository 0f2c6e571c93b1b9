import { openFolder } from 'hirescope/engine/native'
import { metrics, runAll, type AnyMetric } from 'hirescope/metrics'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Application, ReflectionKind, type DeclarationReflection, type ProjectReflection } from 'typedoc'
import { z } from 'zod'
import { temporaryFolder, writeBundle } from '../tests/fixtures/bundle.ts'

// Writes the reference into dist-docs (or another folder): the entry points from their docstrings, the metrics from themselves.

const root = resolve(import.meta.dirname, '..')
const folder = resolve(process.argv[2] ?? join(root, 'dist-docs'))

const { exports: doors } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string>
}

/** The exports of the entry points that have no docstring. */
const undocumented = (project: ProjectReflection): string[] => {
  const described = (each: DeclarationReflection) =>
    each.kindOf(ReflectionKind.Reference) || [each, ...(each.signatures ?? [])].some((part) => part.hasComment())
  return (project.children ?? []).flatMap((door) =>
    (door.children ?? []).filter((each) => !described(each)).map(({ name }) => `${door.name}: ${name}`),
  )
}

/** Whether every public export has a docstring, and the page of each entry point could be written. */
const writeEntryPoints = async (): Promise<boolean> => {
  const typedoc = await Application.bootstrapWithPlugins({
    entryPoints: Object.values(doors).map((file) => join(root, file)),
    tsconfig: join(root, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    out: join(folder, 'api'),
    readme: 'none',
    disableSources: true,
    excludeInternal: true,
    logLevel: 'Warn',
    validation: { notDocumented: false, notExported: false, invalidLink: true },
  })
  const project = await typedoc.convert()
  if (!project) return false
  typedoc.validate(project)
  for (const name of undocumented(project)) typedoc.logger.error(`${name} has no docstring` as never)
  if (typedoc.logger.hasErrors() || typedoc.logger.hasWarnings()) return false
  await typedoc.generateOutputs(project)
  return !typedoc.logger.hasErrors()
}

const json = (value: unknown) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``

const schema = (type: z.ZodType) => {
  const { $schema, ...rest } = z.toJSONSchema(type)
  void $schema
  return json(rest)
}

const pageOf = (
  metric: AnyMetric,
  example: { status: number; body: unknown; basis: object | null },
) => `# ${metric.title}

\`${metric.id}/\`, \`metrics['${metric.id}']\`; counts ${metric.unit}.

${metric.definition}

## Parameters

${Object.entries(metric.parameters)
  .map(([name, meaning]) => `- \`${name}\`: ${String(meaning)}`)
  .join('\n')}

## SQL

\`\`\`sql
${metric.sql}
\`\`\`

## Result

The body of a 200 answer, as JSON Schema:

${schema(metric.body)}

## Example

\`\`\`ts
const { status, body, basis } = await run(dataset, metrics['${metric.id}'], { job_id: '11' })
\`\`\`

gives the status ${example.status}, the body

${json(example.body)}

and the basis

${json(example.basis)}
`

const writeMetrics = async () => {
  const bundle = await temporaryFolder()
  await writeBundle(bundle)
  const dataset = await openFolder(bundle)
  const examples = await runAll(dataset, metrics, { job_id: '11' })
  await dataset.close()
  await rm(bundle, { recursive: true })
  mkdirSync(join(folder, 'metrics'), { recursive: true })
  const lines = Object.entries(metrics).map(([id, metric]) => {
    const { status, body, basis } = examples[id as keyof typeof examples]
    // The duration is another each time.
    const shown = basis && { ...basis, milliseconds: undefined }
    writeFileSync(join(folder, 'metrics', `${id}.md`), pageOf(metric, { status, body, basis: shown }))
    return `- [${metric.title}](metrics/${id}.md): ${metric.definition}`
  })
  const index = ['# hirescope', '', '- [Entry points](api/README.md)', '', '## Metrics', '', ...lines, '']
  writeFileSync(join(folder, 'README.md'), index.join('\n'))
}

rmSync(folder, { recursive: true, force: true })
await writeMetrics()
if (await writeEntryPoints()) console.log(`docs: the reference is in ${folder}`)
else {
  console.error('docs: see above; every public export needs a docstring')
  process.exitCode = 1
}
