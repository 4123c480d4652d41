/**
 * The YAML document behind a configuration: its values with `${...}` expanded, and the line and column of every key, for errors.
 * Expansion happens after YAML was parsed, so what a variable holds is always one value and never more YAML.
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml'
import type { Problem } from './problems.ts'

type Path = readonly (string | number)[]
type Environment = Readonly<Record<string, string | undefined>>

const EXPANDED_BYTES_MAX = 1024 * 1024

export interface ConfigDocument {
  readonly problems: readonly Problem[]
  readonly data: unknown
  /** `file:line:column` of the value at this path (or of its key), or of the nearest thing around it that exists. */
  where(path: Path, atKey?: boolean): string
  /** The value as it stands in the file, short, before expansion; null for lists, sections and what is not there. */
  source(path: Path): string | null
}

/** What `${...}` stands for, or what is wrong. */
function reference(
  name: string,
  directory: string,
  env: Environment,
): { value: string } | { wrong: string; right: string } {
  if (name.startsWith('file:')) {
    const path = resolve(directory, name.slice('file:'.length))
    try {
      const text = readFileSync(path, 'utf8')
      if (text.length > EXPANDED_BYTES_MAX) return { wrong: `\${${name}} is larger than 1 MiB`, right: '' }
      return { value: text.replace(/\r?\n$/, '') }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      return { wrong: `\${${name}} cannot be read (${code})`, right: `the file ${path} must exist and be readable` }
    }
  }
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/.exec(name)
  if (!match)
    return { wrong: `\${${name}} is not understood`, right: `write \${NAME}, \${NAME:-default} or \${file:PATH}` }
  const value = env[match[1]!] ?? match[2]
  if (value !== undefined) return { value }
  return { wrong: `the environment variable ${match[1]} is not set`, right: `set it, or write \${NAME:-default}` }
}

type Expanded = { readonly text: string; readonly wrongs: { wrong: string; right: string }[] }

/** `$${` stands for a literal `${`. */
function expand(text: string, directory: string, env: Environment): Expanded {
  const wrongs: Expanded['wrongs'] = []
  const expanded = text.replace(/\$(\$\{)|\$\{([^}]*)\}/g, (_whole, literal: string | undefined, name: string) => {
    if (literal !== undefined) return literal
    const found = reference(name, directory, env)
    if ('value' in found) return found.value
    wrongs.push(found)
    return ''
  })
  return { text: expanded, wrongs }
}

/** A section or list entry on the way to a path. */
function child(
  document: Document,
  parent: Node | null,
  key: string | number,
): { pair: Pair | null; node: Node | null } {
  const none = { pair: null, node: null }
  const node = parent && isAlias(parent) ? (parent.resolve(document) ?? null) : parent
  if (isSeq(node) && typeof key === 'number') return { pair: null, node: (node.items[key] as Node | undefined) ?? null }
  if (!isMap(node)) return none
  for (const pair of node.items) {
    if (isScalar(pair.key) && String(pair.key.value) === String(key)) return { pair, node: pair.value as Node | null }
  }
  const merged = node.items.find((pair) => isScalar(pair.key) && pair.key.value === '<<')
  return merged ? child(document, merged.value as Node, key) : none
}

export function readDocument(text: string, fileName: string, directory: string, env: Environment): ConfigDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${fileName}:${line}:${col}`
  }
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    where: at(error.pos[0]),
    key: '',
    wrong: `is not valid YAML: ${error.message}`,
    right: '',
  }))

  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return
      const expanded = expand(node.value, directory, env)
      node.value = expanded.text
      for (const wrong of expanded.wrongs) problems.push({ where: at(node.range?.[0] ?? 0), key: '', ...wrong })
    },
  })

  const find = (path: Path) => {
    let node: Node | null = document.contents
    let offset = node?.range?.[0] ?? 0
    let keyOffset = offset
    for (const key of path) {
      const next = child(document, node, key)
      if (!next.pair && !next.node) return { node: null, offset: keyOffset, keyOffset }
      keyOffset = (next.pair?.key as Node | undefined)?.range?.[0] ?? next.node?.range?.[0] ?? keyOffset
      offset = next.node?.range?.[0] ?? keyOffset
      node = next.node
    }
    return { node, offset, keyOffset }
  }

  let data: unknown
  try {
    data = problems.length > 0 && document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    problems.push({ where: at(0), key: '', wrong: `is not usable: ${(error as Error).message}`, right: '' })
  }
  return {
    problems,
    data,
    where(path, atKey = false) {
      const found = find(path)
      return at(atKey ? found.keyOffset : found.offset)
    },
    source(path) {
      const { node } = find(path)
      if (!node || !isScalar(node) || !node.range) return null
      const source = text.slice(node.range[0], node.range[1]).trim()
      return source.length > 60 || source.includes('\n') ? `${source.slice(0, 57).replaceAll('\n', ' ')}...` : source
    },
  }
}

export const directoryOf = (path: string): string => dirname(resolve(path))
