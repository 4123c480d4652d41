/** Style as a test: the import table of the design, the size of files, and what must not be left lying around. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'

const LINES_MAX = 400
/** 70 is the aim; a transition table may be a little longer. */
const FUNCTION_LINES_MAX = 80

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

interface Import {
  readonly from: string
  readonly typeOnly: boolean
}

/** Static, dynamic and re-exporting imports; `import { type A }` with nothing but types counts as types only. */
function importsOf(text: string): Import[] {
  const found: Import[] = []
  const statement = /^(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s*'([^']+)'/gm
  for (const [, type, names, from] of text.matchAll(statement)) {
    const listed = /^\{([\s\S]*)\}$/.exec(names!.trim())?.[1]?.split(',') ?? null
    const allTypes = listed?.every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false
    found.push({ from: from!, typeOnly: type !== undefined || allTypes })
  }
  for (const [, from] of text.matchAll(/(?:^import\s+|\bimport\()'([^']+)'/gm))
    found.push({ from: from!, typeOnly: false })
  return found
}

interface Folder {
  /** Folders of src/ (or files in it) whose values may be imported. */
  readonly values: readonly string[]
  /** Those of which types may be imported, besides. */
  readonly types: readonly string[]
  /** Packages and node: modules; null: any but what `net/` alone may have. */
  readonly outside: readonly string[] | null
}

const none: readonly string[] = []
const EVERYTHING = [
  'wire',
  'sql',
  'routing',
  'postgres',
  'mysql',
  'net',
  'pool',
  'fleet',
  'session',
  'admin',
  'config',
  'observe',
  'cli',
  'dialect.ts',
]

/** The design's table. `units.ts` may be imported everywhere; types of `config/types.ts` by all who are configured. */
const TABLE: Readonly<Record<string, Folder>> = {
  'units.ts': { values: none, types: none, outside: none },
  'dialect.ts': { values: none, types: ['sql', 'routing', 'config'], outside: none },
  wire: { values: none, types: none, outside: none },
  sql: { values: none, types: ['routing'], outside: none },
  routing: { values: none, types: ['sql', 'dialect.ts'], outside: none },
  postgres: {
    values: ['wire', 'dialect.ts', 'sql', 'routing'],
    types: ['config', 'observe', 'net'],
    outside: ['node:crypto', 'node:util', 'node:module', 'node:url', 'libpg-query', 'pg'],
  },
  mysql: {
    values: ['wire', 'dialect.ts', 'sql', 'routing'],
    types: ['config', 'observe', 'net'],
    outside: [
      'node:crypto',
      'node:util',
      'node:module',
      'node:url',
      'node:zlib',
      'node-sql-parser/build/mysql.js',
      'node-sql-parser/build/mariadb.js',
      'mysql2',
      'mysql2/promise',
    ],
  },
  net: {
    values: ['observe'],
    types: ['config'],
    outside: ['node:net', 'node:tls', 'node:fs', 'node:fs/promises', 'node:v8', 'node:vm'],
  },
  pool: { values: ['dialect.ts', 'net', 'observe'], types: ['config', 'sql', 'routing', 'wire'], outside: none },
  fleet: { values: ['dialect.ts', 'net', 'observe', 'routing'], types: ['config', 'routing'], outside: none },
  session: {
    values: ['dialect.ts', 'sql', 'routing', 'pool', 'observe'],
    types: ['config', 'fleet', 'net', 'wire'],
    outside: ['node:crypto'],
  },
  admin: {
    values: ['config', 'observe', 'routing', 'sql', 'dialect.ts'],
    types: EVERYTHING,
    outside: ['node:http', 'node:fs', 'node:url'],
  },
  config: { values: ['routing', 'sql'], types: EVERYTHING, outside: null },
  observe: { values: ['routing'], types: EVERYTHING, outside: null },
  cli: { values: EVERYTHING, types: EVERYTHING, outside: null },
}

/**
 * Who alone may import these. `postgres/` and `mysql/` have no sockets: their probes, on the cold path, watch and question servers through a driver
 * that brings its own.
 */
const ONLY_IN: Readonly<Record<string, RegExp>> = {
  'node:net': /^src\/(net|cli\/demo)\//,
  'node:tls': /^src\/net\//,
  'node:http': /^src\/admin\//,
  'node:dgram': /^$/,
  'node:cluster': /^$/,
  pg: /^src\/(postgres\/probe|cli\/demo\/)/,
  mysql2: /^src\/(mysql\/probe|cli\/demo\/)/,
  'mysql2/promise': /^src\/(mysql\/probe|cli\/demo\/)/,
}

const sources = filesUnder('src').filter((path) => path.endsWith('.ts'))
const everything = ['src', 'test', 'bench', 'bin', '.ci', 'config', 'docs'].flatMap((folder) => {
  try {
    return filesUnder(folder)
  } catch {
    return []
  }
})
const written = [...everything, 'README.md', 'Dockerfile'].filter((path) =>
  /\.(ts|js|yaml|html|md|json|sh)$|run$|Dockerfile$/.test(path),
)

const folderOf = (path: string): string => path.split('/')[1]!

/** What is wrong with one import of one file; null when nothing is. */
function importFault(path: string, { from, typeOnly }: Import): string | null {
  const rule = TABLE[folderOf(path)]
  if (!rule) return `src/${folderOf(path)} is not in the design's table`
  if (!from.startsWith('.')) {
    const only = ONLY_IN[from]
    if (only && !only.test(path)) return `${from} may be imported by ${only} only`
    if (typeOnly || rule.outside === null || rule.outside.includes(from)) return null
    return `${from} may not be imported here`
  }
  if (!from.endsWith('.ts')) return `${from} has no .ts extension`
  const target = normalize(join(dirname(path), from))
  if (!target.startsWith('src/')) return `${from} leaves src/`
  const folder = folderOf(target)
  if (folder === folderOf(path) || folder === 'units.ts' || rule.values.includes(folder)) return null
  if (typeOnly && rule.types.includes(folder)) return null
  return `${typeOnly ? 'types' : 'values'} of ${folder}/ may not be imported here`
}

/** Longest stretch between a line that opens a function and the line that closes it at the same indent. */
function longFunctions(text: string): string[] {
  const lines = text.split('\n')
  const long: string[] = []
  const opens =
    /^(\s*)(?:export )?(?:default )?(?:async )?(?:function\*? (\w+)|(?:const (\w+) = .*=> \{$)|(?:(\w+)\([^;]*\)[^;=]*\{$))/
  for (const [at, line] of lines.entries()) {
    const match = opens.exec(line)
    if (!match || /^\s*(if|for|while|switch|catch|return|else)\b/.test(line)) continue
    const end = lines.findIndex((other, index) => index > at && other.startsWith(`${match[1]}}`))
    // A function that only makes and returns closures is a small module: its parts are measured one by one.
    const body = lines.slice(at + 1, end)
    const nested = body.filter(
      (inner) => opens.test(inner) && !/^\s*(if|for|while|switch|catch|return)\b/.test(inner),
    ).length
    if (end - at > FUNCTION_LINES_MAX && nested < 3)
      long.push(`${match[2] ?? match[3] ?? match[4]} (${end - at} lines)`)
  }
  return long
}

describe('tidy', () => {
  test.each(sources)('%s imports only what the design allows', (path) => {
    const faults = importsOf(readFileSync(path, 'utf8'))
      .map((one) => importFault(path, one))
      .filter((fault) => fault !== null)
    expect(faults).toEqual([])
  })

  test('sql/ and routing/ are pure: no clock, no randomness, no timers, no process', () => {
    const impure =
      /\b(Date\.now|new Date\b|performance\.|Math\.random|setTimeout|setInterval|setImmediate|process\.|queueMicrotask|console\.|fetch\()/
    const guilty = sources
      .filter((path) => /^src\/(sql|routing)\//.test(path))
      .flatMap((path) => {
        const code = withoutComments(readFileSync(path, 'utf8'))
        const found = impure.exec(code)
        const clock = importsOf(code).length > 0 && /import \{[^}]*\bnow\b[^}]*\} from '[./]*units\.ts'/.test(code)
        return [...(found ? [`${path}: ${found[0]}`] : []), ...(clock ? [`${path}: now()`] : [])]
      })
    expect(guilty).toEqual([])
  })

  test('the standard output belongs to the commands', () => {
    const guilty = sources.filter(
      (path) =>
        !path.startsWith('src/cli/') && /\bconsole\.|process\.stdout/.test(withoutComments(readFileSync(path, 'utf8'))),
    )
    expect(guilty).toEqual([])
  })

  test(`no file is longer than ${LINES_MAX} lines`, () => {
    const long = written
      .filter((path) => /\.(ts|js)$/.test(path) && !/-tables?\.ts$/.test(path))
      .map((path) => ({ path, lines: readFileSync(path, 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > LINES_MAX)
    expect(long).toEqual([])
  })

  test(`no function is longer than ${FUNCTION_LINES_MAX} lines`, () => {
    const long = sources.flatMap((path) => longFunctions(readFileSync(path, 'utf8')).map((name) => `${path}: ${name}`))
    expect(long).toEqual([])
  })

  test('names are kebab-case', () => {
    const odd = everything.filter((path) => {
      if (!/\.(ts|js|yaml|html)$/.test(path)) return false
      return path.split('/').some((part) => !/^\.?[a-z0-9]+([.-][a-z0-9]+)*$/.test(part))
    })
    expect(odd).toEqual([])
  })

  test('nothing is left for later, skipped or focused', () => {
    const marks = new RegExp(
      ['TO', 'DO|FIX', 'ME|\\bX', 'XX\\b|\\b(test|it|describe)\\.(sk', 'ip|on', 'ly)\\b'].join(''),
    )
    const guilty = written.filter((path) => /\.(ts|js|html|yaml)$/.test(path) && marks.test(readFileSync(path, 'utf8')))
    expect(guilty).toEqual([])
  })

  test('no registry and no path of some machine is named', () => {
    // In parts, so that this file does not find itself.
    const hosts = new RegExp(
      ['\\b(regis', 'try|npm|pypi|proxy)\\.[a-z0-9.-]+\\.(org|com|io|dev)\\b|/wo', 'rk/'].join(''),
    )
    const guilty = written.filter((path) => hosts.test(readFileSync(path, 'utf8')))
    expect(guilty).toEqual([])
  })

  test('nobody silences the compiler', () => {
    const silenced = new RegExp(['@ts-', '(ignore|nocheck|expect-error)|\\bas an', 'y\\b|: an', 'y\\b'].join(''))
    const guilty = sources.filter((path) => silenced.test(withoutComments(readFileSync(path, 'utf8'))))
    expect(guilty).toEqual([])
  })
})

/** Good enough for these searches: line comments after white space, and block comments. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}
