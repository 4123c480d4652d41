/** From a file's text to a Config, or to everything that is wrong with it at once. */
import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { buildConfig, fileIssues } from './build.ts'
import { crossIssues, type Issue, isRecord } from './cross-checks.ts'
import { type ConfigDocument, directoryOf, readDocument } from './document.ts'
import { knownKeys } from './known-keys.ts'
import { nearest, type Problem } from './problems.ts'
import { configSchema } from './schema.ts'
import type { Config } from './types.ts'

export type Loaded =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

const CONFIG_BYTES_MAX = 4 * 1024 * 1024
const SECRET_KEYS = new Set(['password'])

/** Empty sections and keys (`limits:` with nothing after it) mean the default, like keys that are not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, item]) => item !== null)
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]))
}

/** A cluster with nothing after its name has no defaults to stand in for it: what it must have is missing. */
function withClusters(data: unknown): unknown {
  if (!isRecord(data) || !isRecord(data.clusters)) return data
  const clusters = Object.entries(data.clusters).map(([name, cluster]) => [name, cluster ?? {}])
  return { ...data, clusters: Object.fromEntries(clusters) }
}

const RIGHT_TYPE: Readonly<Record<string, string>> = {
  object: 'a section with keys of its own belongs here',
  record: 'a section with keys of its own belongs here',
  array: 'a list belongs here',
}

function fromZod(issue: z.core.$ZodIssue): Issue[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol') as (string | number)[]
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path)
    return issue.keys.map((key) => {
      const meant = nearest(key, known)
      const right = meant ? `did you mean ${meant}?` : `known here: ${known.join(', ')}`
      return { path: [...path, key], wrong: 'is not a known key', right, atKey: true }
    })
  }
  if (issue.code === 'invalid_type') {
    const missing = issue.message === 'is missing' || issue.message.endsWith('received undefined')
    const wrong = missing ? 'is missing' : 'is not what belongs here'
    return [{ path, wrong, right: RIGHT_TYPE[issue.expected] ?? `a ${issue.expected} belongs here` }]
  }
  const params = issue.code === 'custom' ? issue.params : undefined
  return [{ path, wrong: issue.message, right: typeof params?.right === 'string' ? params.right : '' }]
}

type Locate = Pick<ConfigDocument, 'where' | 'source'>

function toProblem(issue: Issue, document: Locate): Problem {
  const key = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')
  const secret = SECRET_KEYS.has(String(issue.path.at(-1)))
  const source = issue.atKey || secret || issue.wrong === 'is missing' ? null : document.source(issue.path)
  return {
    where: document.where(issue.path, issue.atKey),
    key: key.replace(/^\./, ''),
    wrong: source === null ? issue.wrong : `${source} ${issue.wrong}`,
    right: issue.right,
  }
}

/** Validates data that was read from anywhere; `locate` says where each value came from. */
export function validate(data: unknown, directory: string, locate: Locate, earlier: readonly Problem[] = []): Loaded {
  const parsed = configSchema.safeParse(data ?? {})
  const issues = [...(parsed.success ? [] : parsed.error.issues.flatMap(fromZod)), ...crossIssues(data)]
  const built = parsed.success ? buildConfig(parsed.data, directory) : null
  const found = [...issues, ...(built?.issues ?? fileIssues(data, directory))].map((issue) => toProblem(issue, locate))
  // A value whose expansion failed is empty, and whatever else is said of it would only confuse.
  const known = new Set(earlier.map(({ where }) => where))
  const problems = [...earlier, ...found.filter(({ where }) => !known.has(where))]
  if (!built || problems.length > 0) return { ok: false, problems: inOrder(problems) }
  return { ok: true, config: built.config, warnings: built.warnings.map((issue) => toProblem(issue, locate)) }
}

export interface LoadOptions {
  /** Shown in errors. */
  readonly fileName: string
  /** What relative paths start from. */
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export function parseConfig(text: string, { fileName, directory, env }: LoadOptions): Loaded {
  const document = readDocument(text, fileName, directory, env)
  if (document.data === undefined) return { ok: false, problems: document.problems }
  return validate(withoutNulls(withClusters(document.data)), directory, document, document.problems)
}

/** By line and column, as a person reads the file. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const place = ({ where }: Problem) => {
    const [line = 0, column = 0] = where.split(':').slice(-2).map(Number)
    return line * 100_000 + column
  }
  return [...problems].sort((a, b) => place(a) - place(b))
}

export function loadConfig(path: string, env: LoadOptions['env'] = process.env): Loaded {
  const unusable = (wrong: string, right: string): Loaded => ({
    ok: false,
    problems: [{ where: path, key: '', wrong, right }],
  })
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return unusable(`cannot be read (${code})`, 'name an existing file with --config')
  }
  if (text.length > CONFIG_BYTES_MAX) return unusable('is larger than 4 MiB', 'that cannot be a configuration')
  return parseConfig(text, { fileName: path, directory: directoryOf(path), env })
}
