/** What `freshet explain` prints: pure text, for people and as JSON. */
import { REASONS, type Reason } from '../../routing/reasons.ts'
import type { Facts } from '../../sql/facts.ts'
import { adviceFor } from './advice.ts'
import type { Judge } from './judge.ts'
import { bytesOf, type DigestSum, type Judged, type Kept, type Sum, type Totals } from './workload.ts'

const VERDICTS: Readonly<Record<Facts['verdict'], string>> = {
  read: 'a plain read: may run on a replica',
  'read-in-transaction': 'may run on a replica inside a read-only transaction, else on the primary',
  primary: 'runs on the primary',
}

const list = (names: readonly string[]): string => (names.length === 0 ? '-' : names.join(', '))
const why = (reason: Reason): string => `${reason}: ${REASONS[reason]}`

/** One fact per row. */
export function rowsOf({ facts, hint, placement }: Judged, catalog: boolean): [string, string][] {
  const rows: [string, string][] = [
    ['verdict', VERDICTS[facts.verdict]],
    ['because', why(facts.because)],
    ['command', facts.command],
    ['statements', String(facts.statements)],
    ['tables', list(facts.tables)],
    ['functions', list(facts.functions)],
  ]
  if (placement.because !== facts.because) rows.splice(2, 0, ['here', `${placement.to}: ${why(placement.because)}`])
  if (facts.usesClock) rows.push(['clock', "asks for the time: on replicas only while the servers' clocks agree"])
  if (facts.effect.kind !== 'none') rows.push(['session', `its effect on the session: ${facts.effect.kind}`])
  if (facts.pins?.length) rows.push(['pins', `holds its server connection: ${list(facts.pins)}`])
  if (facts.asksPrevious?.length)
    rows.push(['previous', `asks about the statement before it: ${list(facts.asksPrevious)}`])
  if (facts.commitsImplicitly) rows.push(['commits', 'an open transaction, as this statement does'])
  if (hint) rows.push(['hint', hint.map(({ name, value }) => `${name}=${value}`).join(', ')])
  if (!catalog && (facts.because === 'unknown-relation' || facts.because === 'unknown-function')) {
    rows.push(['note', 'without a server nothing of your own is known: --catalog, or EXPLAIN ROUTE through Freshet'])
  }
  return rows
}

export const textOf = (rows: readonly (readonly [string, string])[]): string =>
  rows.map(([fact, value]) => `${fact.padEnd(12)}${value}\n`).join('')

/** A log may hold anything; a terminal should not act on it. */
const printable = (text: string): string => text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd')

/** One statement of several. */
export function blockOf(judged: Judged, catalog: boolean): string {
  const { entry, database, ms } = judged
  const where = [
    `line ${entry.line}`,
    ...(entry.session === null ? [] : [`session ${entry.session}`]),
    ...(database === null ? [] : [`database ${database}`]),
    ...(ms === null ? [] : [`${ms.toFixed(3)} ms`]),
  ]
  return `-- ${printable(where.join(', '))}\n${printable(bytesOf(entry.text).toString('utf8'))}\n${textOf(rowsOf(judged, catalog))}\n`
}

export function jsonOf({ entry, facts, hint, placement, database, ms }: Judged): string {
  return `${JSON.stringify({
    line: entry.line,
    session: entry.session,
    database,
    ms,
    statement: bytesOf(entry.text).toString('utf8'),
    target: placement.to,
    reason: placement.because,
    class: facts.verdict,
    because: facts.because,
    command: facts.command,
    statements: facts.statements,
    tables: facts.tables,
    functions: facts.functions,
    uses_clock: facts.usesClock,
    pins: facts.pins ?? [],
    effect: facts.effect.kind,
    hint: hint ?? [],
  })}\n`
}

export interface Source {
  /** The file's name, for people. */
  readonly name: string
  readonly format: string
  readonly tellsSessions: boolean
}

const byCount = (a: Kept, b: Kept): number => b.count - a.count || b.ms - a.ms
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
const round = (value: number): number => Math.round(value * 1e4) / 1e4

const counted = ({ count, ms }: Sum) => ({ count, ms: round(ms) })

export function summaryJson(totals: Totals, judge: Judge, source: Source, top: number): string {
  const { replica, primary, local, timed } = totals
  const count = replica.count + primary.count
  const ms = replica.ms + primary.ms
  const reasons = [...totals.kept.values()].sort(byCount).map((kept) => ({
    reason: kept.because,
    ...counted(kept),
    advice: adviceFor(kept.because, judge.catalog !== null),
    digests: kept.digests.top(top).map((digest) => ({ ...counted(digest), text: digest.text })),
    others: counted(othersOf(kept, kept.digests.top(top))),
  }))
  return `${JSON.stringify({
    source: source.name,
    format: source.format,
    engine: judge.engine,
    catalog: judge.catalog,
    statements: count,
    timed,
    replica: {
      ...counted(replica),
      share: round(share(replica.count, count)),
      time_share: timed === 0 ? null : round(share(replica.ms, ms)),
    },
    primary: {
      ...counted(primary),
      share: round(share(primary.count, count)),
      time_share: timed === 0 ? null : round(share(primary.ms, ms)),
    },
    local: counted(local),
    reasons,
    notes: notesOf(totals, judge, source),
  })}\n`
}

function othersOf(kept: Kept, shown: readonly DigestSum[]): Sum {
  const sum = (of: (one: Sum) => number) => shown.reduce((rest, one) => rest - of(one), of(kept))
  return {
    count: sum(({ count }) => count),
    ms: Math.max(
      0,
      sum(({ ms }) => ms),
    ),
  }
}

const number = (value: number): string => value.toLocaleString('en')
const percent = (part: number, whole: number): string => `${(100 * share(part, whole)).toFixed(1)} %`.padStart(8)

export function summaryText(totals: Totals, judge: Judge, source: Source, top: number): string {
  const { replica, primary, local } = totals
  const all: Sum = { count: replica.count + primary.count, ms: replica.ms + primary.ms }
  const row = (name: string, sum: Sum) => {
    const time = totals.timed === 0 ? '' : `   ${percent(sum.ms, all.ms)} of the time`
    return `${name.padEnd(28)}${number(sum.count).padStart(12)}   ${percent(sum.count, all.count)}${time}\n`
  }
  const known = judge.catalog === null ? 'by their text alone' : `with the catalog of ${judge.catalog.server}`
  const lines = [
    `${number(all.count)} statements of ${source.name} (${source.format}), judged ${known}\n\n`,
    row('would run on replicas', replica),
    row('would stay on the primary', primary),
  ]
  if (local.count > 0) {
    lines.push(
      `${'answered by Freshet'.padEnd(28)}${number(local.count).padStart(12)}   BEGIN and the like, not counted above\n`,
    )
  }
  const reasons = [...totals.kept.values()].sort(byCount)
  if (reasons.length > 0) lines.push('\nWhat stays on the primary, why, and what to do about it:\n')
  for (const kept of reasons) {
    lines.push(`\n${row(`  ${kept.because}`, kept)}`, `    ${REASONS[kept.because]}\n`)
    const advice = adviceFor(kept.because, judge.catalog !== null)
    if (advice !== null) lines.push(`    -> ${advice}\n`)
    lines.push(...digestLines(kept, top))
  }
  const notes = notesOf(totals, judge, source)
  if (notes.length > 0) lines.push('\n', ...notes.map((note) => `Note: ${note}\n`))
  return lines.join('')
}

function digestLines(kept: Kept, top: number): string[] {
  const shown = kept.digests.top(top)
  const lines = shown.map(
    ({ count, text }) => `${number(count).padStart(12)}  ${printable(text.replace(/\s+/g, ' '))}\n`,
  )
  const others = othersOf(kept, shown)
  if (others.count > 0) {
    const kinds = kept.digests.forgot ? 'many more' : `${number(kept.digests.size - shown.length)} more`
    lines.push(`${number(others.count).padStart(12)}  (others: ${kinds} kinds)\n`)
  }
  return lines
}

function notesOf(totals: Totals, judge: Judge, source: Source): string[] {
  const notes: string[] = []
  const unknown = ['unknown-relation', 'unknown-function'].some((reason) => totals.kept.has(reason as Reason))
  if (judge.catalog === null && unknown) {
    notes.push(
      'without --catalog no table, view or function of your own is known, and what is not known stays on the primary',
    )
  }
  if (source.tellsSessions && totals.withSession > 0 && totals.transactionControls === 0) {
    notes.push(
      'the log shows no transactions. If the application uses any, it leaves out fast statements such as BEGIN: log all of them',
    )
  }
  if (source.tellsSessions && totals.withSession === 0) {
    notes.push(
      'no process id was found in the log (log_line_prefix with %p): sessions, and so transactions, are not told apart',
    )
  }
  if (totals.elsewhere > 0) {
    notes.push(
      `${number(totals.elsewhere)} statements are of other databases than ${judge.catalog?.database}, and were judged by their text alone`,
    )
  }
  if (totals.replica.count > 0) {
    notes.push(
      'a log does not tell how fresh replicas are: reads right behind a write of their own session go to the primary. mode: observe counts that, too',
    )
  }
  return notes
}
