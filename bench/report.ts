/** From single runs to medians, ratios of the same round, and a page of Markdown. */
import type { Run, Workload } from './suite.ts'

export interface Measured {
  readonly contestant: string
  readonly workload: string
  readonly clients: number
  readonly round: number
  readonly run: Run
  /** The proxy's CPU time per transaction; null when there is no proxy. */
  readonly cpuMicros: number | null
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return Number.NaN
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const tps = (measured: Measured): number | null => (measured.run.ok ? measured.run.outcome.tps : null)

/** The median over rounds of this contestant's throughput divided by another's in the same round. */
export function ratio(rows: readonly Measured[], against: readonly Measured[]): number | null {
  const ratios: number[] = []
  for (const row of rows) {
    const own = tps(row)
    const other = against.find(({ round }) => round === row.round)
    const theirs = other === undefined ? null : tps(other)
    if (own !== null && theirs !== null && theirs > 0) ratios.push(own / theirs)
  }
  return ratios.length === 0 ? null : median(ratios)
}

const whole = (value: number) => Math.round(value).toLocaleString('en')
const show = (value: number | null, digits: number) =>
  value === null || Number.isNaN(value) ? '-' : value.toFixed(digits)

interface ReportOptions {
  readonly titles: ReadonlyMap<string, string>
  readonly clients: readonly number[]
  /** Contestants by whose throughput everybody's is divided. */
  readonly against: readonly string[]
}

function row(measured: readonly Measured[], contestant: string, workload: string, options: ReportOptions): string {
  const cells = options.clients.flatMap((clients) => {
    const here = measured.filter((one) => one.workload === workload && one.clients === clients)
    const of = (name: string) => here.filter((one) => one.contestant === name)
    const own = of(contestant)
    const good = own.flatMap(({ run }) => (run.ok ? [run.outcome] : []))
    if (good.length === 0) return [own.length === 0 ? '-' : 'failed', '-', ...options.against.map(() => '-'), '-']
    const cpu = own.flatMap(({ cpuMicros, run }) => (cpuMicros !== null && run.ok ? [cpuMicros] : []))
    return [
      whole(median(good.map((outcome) => outcome.tps))),
      show(median(good.map((outcome) => outcome.latencyMs)), 3),
      ...options.against.map((other) => show(ratio(own, of(other)), 2)),
      cpu.length === 0 ? '-' : show(median(cpu), 1),
    ]
  })
  return `| ${options.titles.get(contestant) ?? contestant} | ${cells.join(' | ')} |`
}

export function table(measured: readonly Measured[], workload: Workload, options: ReportOptions): string {
  const heads = options.clients.flatMap((clients) => [
    `${clients} clients: tps`,
    'latency ms',
    ...options.against.map((name) => `/ ${options.titles.get(name) ?? name}`),
    'proxy CPU us',
  ])
  const names = [...options.titles.keys()].filter((name) => measured.some((one) => one.contestant === name))
  const rows = names.map((name) => row(measured, name, workload.name, options))
  const line = `|${' --- |'.repeat(heads.length + 1)}`
  const failures = new Set(
    measured.flatMap(({ contestant, workload: of, run }) =>
      of === workload.name && !run.ok ? [`- ${options.titles.get(contestant)} failed: ${run.why}`] : [],
    ),
  )
  return [`## ${workload.title}`, '', `| | ${heads.join(' | ')} |`, line, ...rows, '', ...failures].join('\n').trimEnd()
}
