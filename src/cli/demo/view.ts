/** How the demo looks: pure functions from what is known to lines of text. */
import type { ServerReading } from './readings.ts'
import type { Counts } from './workload.ts'

export interface Picture {
  /** Product and version. */
  readonly servedBy: string
  readonly elapsedMs: number
  /** Ends by itself after this; null: only when asked. */
  readonly lengthMs: number | null
  readonly dashboard: string
  /** A command that connects to it. */
  readonly command: string
  /** What is happening to the replicas. */
  readonly scene: string
  readonly maxLagMs: number
  readonly servers: readonly (ServerReading & { readonly perSecond: number })[]
  /** Of the last second, 0 to 1. */
  readonly share: number | null
  /** The same of every second so far, oldest first. */
  readonly shares: readonly (number | null)[]
  readonly counts: Readonly<Counts>
}

type Paint = (text: string) => string
const paint =
  (code: string): Paint =>
  (text) =>
    `\x1b[${code}m${text}\x1b[0m`
const bold = paint('1')
const dim = paint('2')
const red = paint('1;31')
const green = paint('32')
const yellow = paint('33')
const blue = paint('34')
const cyan = paint('36')

const BAR_WIDTH = 20
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']
const STEPS = [...'▁▂▃▄▅▆▇█']
const HISTORY = 40

/** A bar of eighths of a character, at most BAR_WIDTH long, filled up with spaces. */
function bar(value: number, full: number, color: Paint): string {
  const eighths = Math.round(Math.min(1, full > 0 ? value / full : 0) * BAR_WIDTH * 8)
  const text = '█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7]
  return color(text) + ' '.repeat(BAR_WIDTH - text.length)
}

const percent = (share: number | null): string => (share === null ? '-' : `${(share * 100).toFixed(1)} %`)
const count = (value: number): string => Math.round(value).toLocaleString('en-US')
const ratio = (part: number, of: number): string => percent(of > 0 ? part / of : null)

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}

/** `12 ms`, `3.4 s`, or `?` when nothing is proved. */
function age(ms: number): string {
  if (!Number.isFinite(ms)) return '?'
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

const sparkline = (shares: readonly (number | null)[]): string =>
  shares
    .slice(-HISTORY)
    .map((share) => (share === null ? ' ' : STEPS[Math.round(share * (STEPS.length - 1))]))
    .join('')

function serverLine(server: Picture['servers'][number], busiest: number, maxLagMs: number): string {
  const primary = server.role === 'primary'
  const rate = `${bar(server.perSecond, busiest, primary ? blue : green)} ${count(server.perSecond).padStart(6)}`
  const name = server.name.padEnd(11)
  if (!server.up) return `  ${name}${rate}   ${red('does not answer')}`
  if (primary) return `  ${name}${rate}   ${dim('the primary: writes, and reads that no replica may serve')}`
  if (server.stalenessMs === null) return `  ${name}${rate}   ${dim(server.role)}`
  const tooOld = server.stalenessMs > maxLagMs
  const color = tooOld ? red : server.stalenessMs > maxLagMs / 10 ? yellow : green
  return `  ${name}${rate}   ${bar(server.stalenessMs, maxLagMs, color)} ${age(server.stalenessMs)}${tooOld ? dim(', not used') : ''}`
}

const verdict = (wrong: number): string => (wrong === 0 ? green('0') : red(String(wrong)))

/** The whole screen, for a terminal. */
export function liveView(picture: Picture): string[] {
  const { counts, servers, lengthMs } = picture
  const busiest = Math.max(1, ...servers.map(({ perSecond }) => perSecond))
  const time = clock(picture.elapsedMs) + (lengthMs === null ? '' : ` of ${clock(lengthMs)}`)
  const head = `  ${'server'.padEnd(11)}${'statements per second'.padEnd(BAR_WIDTH + 7)}   data at most this old (bar: up to ${age(picture.maxLagMs)})`
  return [
    '',
    `  ${bold('Freshet')}  ${picture.servedBy}, a primary and two replicas behind one address   ${dim(time)}`,
    '',
    `  connect    ${cyan(picture.command)}`,
    `  dashboard  ${cyan(picture.dashboard)}`,
    '',
    `  now        ${bold(picture.scene)}`,
    '',
    dim(head),
    ...servers.map((server) => serverLine(server, busiest, picture.maxLagMs)),
    '',
    `  ${bold(percent(picture.share).padStart(7))}  of the reads run on replicas   ${green(sparkline(picture.shares))}`,
    '',
    `  ${count(counts.writes).padStart(7)}  writes, all on the primary`,
    `  ${count(counts.readsOfOwnWrite).padStart(7)}  reads of a row that the same session had just written: ${bold('stale reads:')} ${verdict(counts.stale)}`,
    `  ${count(counts.reads).padStart(7)}  reads in all; gone back in time: ${verdict(counts.backwards)}`,
    dim(
      `  ${count(counts.naiveReads).padStart(7)}  reads sent to just any replica, for comparison: ${counts.naiveStale} stale (${ratio(counts.naiveStale, counts.naiveReads)})`,
    ),
    ...(counts.lastFailure === null
      ? []
      : [red(`  ${count(counts.failures)} failures; the last: ${counts.lastFailure}`)]),
    '',
    dim('  Ctrl-C ends everything and leaves nothing behind.'),
  ]
}

/** One line per moment, for a log or a pipe. */
export function plainLine({ elapsedMs, servers, share, counts }: Picture): string {
  const each = servers.map(({ name, perSecond, stalenessMs }) => {
    const old = stalenessMs === null ? '' : ` (${age(stalenessMs)} old)`
    return `${name} ${count(perSecond)}/s${old}`
  })
  return `${clock(elapsedMs)}  ${each.join(', ')}; reads on replicas: ${percent(share)}; stale reads: ${counts.stale}`
}

/** The last words. `share` is that of the whole run. */
export function summary(seconds: number, share: number | null, counts: Readonly<Counts>): string[] {
  return [
    `Freshet demo: ${seconds.toFixed(1)} s, ${count(counts.writes)} writes, ${count(counts.reads)} reads`,
    `reads on replicas: ${percent(share)}`,
    `stale reads: ${counts.stale} of ${count(counts.readsOfOwnWrite)} right after a write; gone back in time: ${counts.backwards}`,
    `sent to just any replica, for comparison: ${counts.naiveStale} of ${count(counts.naiveReads)} stale (${ratio(counts.naiveStale, counts.naiveReads)})`,
    ...(counts.lastFailure === null ? [] : [`failures: ${count(counts.failures)}; the last: ${counts.lastFailure}`]),
  ]
}
