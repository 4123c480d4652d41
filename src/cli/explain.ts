/** `freshet explain`: what statements count as and where they would run: one, a file of them, or a log; offline, or with a catalog. */
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { REASONS } from '../routing/reasons.ts'
import { detect, FORMATS, type Format, type FormatName, HEAD_BYTES, isMariadb } from './explain/detect.ts'
import {
  ENGINE_NAMES,
  type EngineName,
  type Judge,
  judgeOffline,
  judgeWithCatalog,
  NoCatalog,
  readCatalogUrl,
} from './explain/judge.ts'
import { blockOf, jsonOf, rowsOf, type Source, summaryJson, summaryText, textOf } from './explain/report.ts'
import { type Judged, Totals, Workload } from './explain/workload.ts'
import { because } from './finding.ts'
import { parseUsage, UsageError } from './usage.ts'

const HELP = `usage: freshet explain [OPTIONS] 'SELECT ...'           one statement (several together count as when sent together)
       freshet explain [OPTIONS] --file FILE           each statement of a file or log; - is standard input
       freshet explain [OPTIONS] --summary --file FILE which share of them replicas could run, and what keeps the rest

  -f, --file FILE      a file of statements with ; between them (dollar quotes, comments, psql's \\ lines, DELIMITER are understood),
                       a slow or general query log of MySQL or MariaDB, or PostgreSQL's log (stderr, csvlog, jsonlog). Which, is found out.
                       Sessions are told apart, and statements between BEGIN and COMMIT stay on the primary unless it is READ ONLY
  -s, --summary        shares by count, and by time where the log has it; reasons, the most frequent statements without literals, advice
  -c, --catalog URL    read the functions, views and tables of your own once, as the monitor: 'postgres://monitor:secret@db1:5432/app',
                       'mysql://monitor:secret@db1:3306' (what serve takes). Without it only what the text alone proves counts
  -e, --engine ENGINE  ${ENGINE_NAMES.join(', ')}. Needed for files of statements only (default: the catalog's, or postgres)
      --format FORMAT  when it is not found out: ${Object.keys(FORMATS).join(', ')}
      --sql-mode MODE  MySQL: the sql_mode in which the statements were written, such as ANSI_QUOTES
      --top N          statements shown for each reason of a summary (5)
      --json           one JSON object per statement, or one for the summary

to begin:  freshet explain --summary --file /var/log/mysql/slow.log --catalog 'mysql://freshet:secret@db1'
           zcat postgresql-*.log.gz | freshet explain --summary --file -

What it says of a transaction is as good as the log: log every statement for a while (long_query_time = 0; log_statement = 'all').
How often replicas would be fresh enough no log knows: mode: observe counts that on live traffic (docs/operations.md).
Through a running Freshet, EXPLAIN ROUTE SELECT ... says which server would run a statement now; so does /api/v1/explain.
Exit codes: 0 done, 1 the catalog cannot be read, 2 wrong usage, or a file that cannot be read or understood.
`

/** The rows for one statement, by its text alone. */
export async function explainText(sql: string, engine: EngineName = 'postgres'): Promise<[string, string][]> {
  return explainOne(Buffer.from(sql).toString('latin1'), await judgeOffline(engine)).rows
}

function explainOne(text: string, judge: Judge): { readonly rows: [string, string][]; readonly json: string } {
  let found: Judged | null = null
  const workload = new Workload(judge, judge, (judged) => {
    found = judged
    return null
  })
  workload.take({ kind: 'statement', text, line: 1, session: null, database: null, ms: null })
  const judged = found as Judged | null
  if (judged === null) throw new UsageError('there is no statement in it')
  if (judged.placement.to !== 'local' || judged.facts.transaction !== null) {
    // Alone it begins no transaction that anything would follow.
    const alone: Judged = { ...judged, placement: { to: judged.placement.to, because: judged.facts.because } }
    return { rows: rowsOf(alone, judge.catalog !== null), json: jsonOf(judged) }
  }
  const rows: [string, string][] = [
    ['verdict', 'answered by Freshet itself'],
    ['because', `local: ${REASONS.local}`],
  ]
  return { rows, json: jsonOf(judged) }
}

type Chunks = AsyncIterator<Buffer>

interface Input {
  readonly name: string
  readonly head: string
  /** What comes behind the head. */
  readonly rest: Chunks
}

/** Opens it and reads as much as it takes to know what it is. */
async function open(file: string): Promise<Input> {
  const name = file === '-' ? 'standard input' : file
  const stream = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 })
  const rest = stream[Symbol.asyncIterator]() as Chunks
  let head = ''
  while (head.length < HEAD_BYTES) {
    const { value, done } = await next(rest, name)
    if (done) break
    head += value.toString('latin1')
  }
  if (head.startsWith('\xef\xbb\xbf')) head = head.slice(3)
  if (head.trim() === '') throw new UsageError(`${name} is empty`)
  return { name, head, rest }
}

async function next(chunks: Chunks, name: string): Promise<IteratorResult<Buffer>> {
  try {
    return await chunks.next()
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${because(error)}`)
  }
}

interface Wishes {
  readonly engine: EngineName | undefined
  readonly format: FormatName | undefined
  readonly catalog: string | undefined
  readonly sqlMode: string
}

function formatOf({ name, head }: Input, { format }: Wishes): FormatName {
  if (format !== undefined) return format
  const found = detect(head.slice(0, HEAD_BYTES))
  if (typeof found === 'string') return found
  throw new UsageError(`${name}: ${found.unknown}\nsee --help; --format says what it is when that is not found out`)
}

const familyOf = (engine: EngineName): Format['engine'] => (engine === 'postgres' ? 'postgres' : 'mysql')

/** The judge that the wishes, the catalog and the file agree on. @throws UsageError when they do not. */
async function judgeFor(wishes: Wishes, format: Format | null, head: string): Promise<Judge> {
  const { catalog, sqlMode, engine } = wishes
  const cluster = catalog === undefined ? null : readCatalogUrl(catalog)
  const asked = engine === undefined ? undefined : familyOf(engine)
  const given = asked ?? cluster?.engine ?? format?.engine ?? 'postgres'
  if (format?.engine != null && format.engine !== given) {
    const by = asked === undefined ? `--catalog is one of ${given}` : `--engine ${engine}`
    throw new UsageError(`${by}, but this is ${format.name}`)
  }
  if (cluster !== null && cluster.engine !== given)
    throw new UsageError(`--engine ${engine}, but --catalog is one of ${cluster.engine}`)
  if (sqlMode !== '' && given === 'postgres') throw new UsageError('--sql-mode is for MySQL and MariaDB')
  if (cluster !== null) return judgeWithCatalog(cluster, sqlMode)
  return judgeOffline(engine ?? (given === 'postgres' ? 'postgres' : isMariadb(head) ? 'mariadb' : 'mysql'), sqlMode)
}

/** Waits where whoever reads the output is slower than the file. False: nobody reads it any more. */
async function drained(): Promise<boolean> {
  const { stdout } = process
  if (stdout.writableNeedDrain && !stdout.errored) await once(stdout, 'drain').catch(() => {})
  return !stdout.destroyed && !stdout.errored
}

async function readAll(input: Input, format: Format, judge: Judge, workload: Workload): Promise<void> {
  const engine = judge.engine === 'postgres' ? 'postgres' : 'mysql'
  const reader = format.reader(workload.take, { engine, escapes: workload.escapes })
  reader.feed(input.head)
  while (await drained()) {
    const { value, done } = await next(input.rest, input.name)
    if (done) break
    reader.feed(value.toString('latin1'))
  }
  reader.end()
}

async function explainFile(
  file: string,
  wishes: Wishes,
  how: { readonly summary: boolean; readonly json: boolean; readonly top: number },
): Promise<void> {
  const input = await open(file)
  const format: Format = FORMATS[formatOf(input, wishes)]
  const judge = await judgeFor(wishes, format, input.head)
  const textOnly = judge.catalog === null ? judge : await judgeOffline(judge.engine, wishes.sqlMode)
  const totals = new Totals(judge)
  let found = 0
  const workload = new Workload(judge, textOnly, (judged) => {
    found++
    if (how.summary) return totals.add(judged)
    process.stdout.write(how.json ? jsonOf(judged) : blockOf(judged, judge.catalog !== null))
    return null
  })
  await readAll(input, format, judge, workload)
  if (found === 0) throw new UsageError(`${input.name} (${format.name}) holds no statement`)
  if (!how.summary) return
  const source: Source = { name: input.name, format: format.name, tellsSessions: format.tellsSessions }
  process.stdout.write((how.json ? summaryJson : summaryText)(totals, judge, source, how.top))
}

const OPTIONS = {
  file: { type: 'string', short: 'f' },
  summary: { type: 'boolean', short: 's' },
  catalog: { type: 'string', short: 'c' },
  engine: { type: 'string', short: 'e' },
  format: { type: 'string' },
  'sql-mode': { type: 'string' },
  top: { type: 'string' },
  json: { type: 'boolean' },
} as const

function oneOf<Name extends string>(
  option: string,
  given: string | undefined,
  names: readonly Name[],
): Name | undefined {
  const found = names.find((name) => name === given)
  if (given !== undefined && found === undefined)
    throw new UsageError(`--${option} ${given}: there are ${names.join(', ')}`)
  return found
}

function topOf(given: string | undefined): number {
  const top = Number(given ?? 5)
  if (!Number.isInteger(top) || top < 0 || top > 1000) throw new UsageError(`--top ${given}: a number up to 1000`)
  return top
}

export async function explain(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseUsage(args, OPTIONS)
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const [statement, ...more] = positionals
  const file = values.file ?? (statement === '-' ? '-' : undefined)
  if (values.file !== undefined && statement !== undefined)
    throw new UsageError('either a statement or --file, not both')
  if (more.length > 0) throw new UsageError('one statement, in quotes; see --help')
  const wishes: Wishes = {
    engine: oneOf('engine', values.engine, ENGINE_NAMES),
    format: oneOf('format', values.format, Object.keys(FORMATS) as FormatName[]),
    catalog: values.catalog,
    sqlMode: values['sql-mode'] ?? '',
  }
  const top = topOf(values.top)
  try {
    if (file !== undefined) {
      await explainFile(file, wishes, { summary: values.summary ?? false, json: values.json ?? false, top })
      return 0
    }
    if (statement === undefined) throw new UsageError('one statement, in quotes, or --file; see --help')
    if (values.summary) throw new UsageError('--summary is for a --file')
    const judge = await judgeFor(wishes, null, '')
    const { rows, json } = explainOne(Buffer.from(statement).toString('latin1'), judge)
    process.stdout.write(values.json ? json : textOf(rows))
    return 0
  } catch (error) {
    if (!(error instanceof NoCatalog)) throw error
    process.stderr.write(`freshet explain: ${error.message}\n`)
    return 1
  }
}
