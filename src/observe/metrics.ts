/**
 * The numbers that Prometheus reads. Hot paths only add to plain numbers in typed arrays (a statement costs a few nanoseconds, no
 * label objects, no hashing); prom-client's registry turns them into text when somebody asks. Gauges are not kept here at all: the
 * parts that own the truth register callbacks, which are called once per scrape.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ObservedCount, ObservedTarget } from '../routing/observe.ts'
import { REASONS, type Reason } from '../routing/reasons.ts'
import type { ServerId } from '../units.ts'

/** Where a statement ran; `local` when Freshet answered it itself. */
export type Target = 'primary' | 'replica' | 'local'

/** What is read once per scrape. Each part registers the sources that it owns. */
export interface GaugeSources {
  clientConnections(): number
  serverConnections(): Iterable<{ readonly server: string; readonly state: string; readonly count: number }>
  /** `stalenessSeconds`: null for servers that are no replica, Infinity when nothing is proved. */
  servers(): Iterable<{
    readonly server: string
    readonly role: string
    readonly up: boolean
    readonly stalenessSeconds: number | null
  }>
  pinnedSessions(): Iterable<{ readonly cause: string; readonly count: number }>
  /** Reads on connections that they share, per such connection. */
  laneDepths(): Iterable<{ readonly server: string; readonly depth: number }>
  /** Names of the configured servers by ServerId, for the per-server statement counter. */
  serverNames(): readonly string[]
}

export interface ClusterMetrics {
  /** Counts one finished statement. Under 50 ns. `server` (where it ran) also counts it for that server. */
  statement(target: Target, reason: Reason, server?: ServerId | null): void
  /** Counts what would have been done with a statement while its cluster only observes. */
  observed(target: ObservedTarget, reason: Reason): void
  /** Zero counts are left out. */
  observations(): ObservedCount[]
  /** How long it took from its last request byte to its last reply byte. */
  statementSeconds(target: Target, seconds: number): void
  /** How long a read waited for a replica's horizon. */
  horizonWait(seconds: number): void
  /** A unit of work that was run again elsewhere; `cause` is a short kebab-case word (at most 32 different ones are told apart). */
  rerun(cause: string): void
  /** Registers callbacks for gauges; later ones replace earlier ones of the same name. */
  sources(sources: Partial<GaugeSources>): void
  /** The counts so far, for the dashboard. Zero counts are left out. */
  totals(): { readonly target: Target; readonly reason: Reason; readonly count: number }[]
  /** Statements run on this server so far. */
  ranOn(server: ServerId): number
}

export interface Metrics {
  cluster(name: string): ClusterMetrics
  /** Forgets a cluster that a reload removed. */
  forget(name: string): void
  /** Everything in Prometheus' text format. */
  render(): Promise<string>
  readonly contentType: string
}

export const SERVERS_MAX = 256
const CAUSES_MAX = 32

const TARGETS: readonly Target[] = ['primary', 'replica', 'local']
const TARGET_INDEX: Readonly<Record<Target, number>> = { primary: 0, replica: 1, local: 2 }
const OBSERVED_TARGETS: readonly ObservedTarget[] = ['replica', 'wait', 'primary', 'refuse']
const OBSERVED_INDEX: Readonly<Record<ObservedTarget, number>> = { replica: 0, wait: 1, primary: 2, refuse: 3 }
const REASON_NAMES = Object.keys(REASONS) as Reason[]
const REASON_INDEX = Object.fromEntries(REASON_NAMES.map((name, index) => [name, index])) as Readonly<
  Record<Reason, number>
>

/** Upper bounds in seconds. The first ones are narrow because a read on a warm cache takes about 100 us. */
const STATEMENT_BOUNDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300,
]
const WAIT_BOUNDS = [0.0005, 0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.25, 1]

/** One histogram: counts per bucket (the last is +Inf), and their sum. */
interface Buckets {
  readonly bounds: readonly number[]
  readonly counts: Float64Array
  sum: number
}

const buckets = (bounds: readonly number[]): Buckets => ({
  bounds,
  counts: new Float64Array(bounds.length + 1),
  sum: 0,
})

function observe(into: Buckets, value: number): void {
  const { bounds, counts } = into
  let index = 0
  while (index < bounds.length && value > bounds[index]!) index++
  counts[index] = counts[index]! + 1
  into.sum += value
}

interface ClusterCounts {
  readonly metrics: ClusterMetrics
  readonly reruns: Map<string, number>
  readonly seconds: readonly Buckets[]
  readonly waits: Buckets
  readonly sources: Partial<GaugeSources>
}

/** Counts per target and reason; zero counts are left out. */
function counted<T>(
  counts: Float64Array,
  targets: readonly T[],
): { readonly target: T; readonly reason: Reason; readonly count: number }[] {
  return targets.flatMap((target, t) =>
    REASON_NAMES.map((reason, r) => ({ target, reason, count: counts[t * REASON_NAMES.length + r]! })).filter(
      ({ count }) => count > 0,
    ),
  )
}

function createCluster(): ClusterCounts {
  const statements = new Float64Array(TARGETS.length * REASON_NAMES.length)
  const observed = new Float64Array(OBSERVED_TARGETS.length * REASON_NAMES.length)
  const perServer = new Float64Array(SERVERS_MAX)
  const reruns = new Map<string, number>()
  const seconds = TARGETS.map(() => buckets(STATEMENT_BOUNDS))
  const waits = buckets(WAIT_BOUNDS)
  const sources: Partial<GaugeSources> = {}
  const metrics: ClusterMetrics = {
    statement(target, reason, server) {
      const index = TARGET_INDEX[target] * REASON_NAMES.length + REASON_INDEX[reason]
      statements[index] = statements[index]! + 1
      if (server !== undefined && server !== null) perServer[server] = perServer[server]! + 1
    },
    statementSeconds(target, value) {
      observe(seconds[TARGET_INDEX[target]]!, value)
    },
    horizonWait(value) {
      observe(waits, value)
    },
    rerun(cause) {
      const name = reruns.has(cause) || reruns.size < CAUSES_MAX ? cause : 'other'
      reruns.set(name, (reruns.get(name) ?? 0) + 1)
    },
    sources(more) {
      Object.assign(sources, more)
    },
    totals: () => counted(statements, TARGETS),
    observed(target, reason) {
      const index = OBSERVED_INDEX[target] * REASON_NAMES.length + REASON_INDEX[reason]
      observed[index] = observed[index]! + 1
    },
    observations: () => counted(observed, OBSERVED_TARGETS),
    ranOn: (server) => perServer[server] ?? 0,
  }
  return { metrics, reruns, seconds, waits, sources }
}

type Clusters = ReadonlyMap<string, ClusterCounts>

/** prom-client's own histogram cannot be filled from outside, so its two ways of reading it are replaced. */
function registerHistogram(
  registry: Registry,
  name: string,
  help: string,
  series: () => Iterable<{ readonly labels: Record<string, string>; readonly from: Buckets }>,
): void {
  const histogram = new Histogram({ name, help, labelNames: [], registers: [registry] })
  const read = async () => {
    const values: { labels: Record<string, string | number>; value: number; metricName: string }[] = []
    for (const { labels, from } of series()) {
      let count = 0
      from.bounds.forEach((bound, index) => {
        count += from.counts[index]!
        values.push({ metricName: `${name}_bucket`, labels: { le: bound, ...labels }, value: count })
      })
      count += from.counts[from.bounds.length]!
      values.push({ metricName: `${name}_bucket`, labels: { le: '+Inf', ...labels }, value: count })
      values.push({ metricName: `${name}_sum`, labels, value: from.sum })
      values.push({ metricName: `${name}_count`, labels, value: count })
    }
    return { name, help, type: 'histogram', values, aggregator: 'sum' }
  }
  Object.assign(histogram, { get: read, getForPromString: read })
}

function registerCounters(registry: Registry, clusters: Clusters): void {
  const registers = [registry]
  new Counter({
    name: 'freshet_statements_total',
    help: 'Statements by where they ran and why',
    labelNames: ['cluster', 'target', 'reason'],
    registers,
    collect() {
      this.reset()
      for (const [cluster, counts] of clusters) {
        for (const { target, reason, count } of counts.metrics.totals()) this.inc({ cluster, target, reason }, count)
      }
    },
  })
  new Counter({
    name: 'freshet_observed_total',
    help: 'With mode: observe, statements by what would have been done with them and why',
    labelNames: ['cluster', 'target', 'reason'],
    registers,
    collect() {
      this.reset()
      for (const [cluster, counts] of clusters) {
        for (const { target, reason, count } of counts.metrics.observations()) {
          this.inc({ cluster, target, reason }, count)
        }
      }
    },
  })
  new Counter({
    name: 'freshet_server_statements_total',
    help: 'Statements by the server that ran them',
    labelNames: ['cluster', 'server'],
    registers,
    collect() {
      this.reset()
      for (const [cluster, counts] of clusters) {
        const names = counts.sources.serverNames?.() ?? []
        names.forEach((server, id) => {
          this.inc({ cluster, server }, counts.metrics.ranOn(id as ServerId))
        })
      }
    },
  })
  new Counter({
    name: 'freshet_reruns_total',
    help: 'Units of work that were run again elsewhere because a replica refused or lost them',
    labelNames: ['cluster', 'cause'],
    registers,
    collect() {
      this.reset()
      for (const [cluster, counts] of clusters) {
        for (const [cause, count] of counts.reruns) this.inc({ cluster, cause }, count)
      }
    },
  })
}

function registerHistograms(registry: Registry, clusters: Clusters): void {
  const statementHelp = 'Time from the last byte of a request to the last byte of its reply'
  registerHistogram(registry, 'freshet_statement_seconds', statementHelp, function* () {
    for (const [cluster, counts] of clusters) {
      for (const target of TARGETS) yield { labels: { cluster, target }, from: counts.seconds[TARGET_INDEX[target]]! }
    }
  })
  registerHistogram(
    registry,
    'freshet_horizon_wait_seconds',
    "Time reads waited for a replica's horizon",
    function* () {
      for (const [cluster, counts] of clusters) yield { labels: { cluster }, from: counts.waits }
    },
  )
}

/** A gauge whose values are asked for at each scrape. */
function registerGauge(
  registry: Registry,
  clusters: Clusters,
  gauge: { readonly name: string; readonly help: string; readonly labels: readonly string[] },
  read: (sources: Partial<GaugeSources>, set: (labels: Record<string, string>, value: number) => void) => void,
): void {
  new Gauge({
    name: gauge.name,
    help: gauge.help,
    labelNames: ['cluster', ...gauge.labels],
    registers: [registry],
    collect() {
      this.reset()
      for (const [cluster, { sources }] of clusters) {
        read(sources, (labels, value) => this.set({ cluster, ...labels }, value))
      }
    },
  })
}

function registerGauges(registry: Registry, clusters: Clusters): void {
  const gauge = registerGauge.bind(null, registry, clusters)
  gauge({ name: 'freshet_client_connections', help: 'Client connections now', labels: [] }, (sources, set) => {
    if (sources.clientConnections) set({}, sources.clientConnections())
  })
  const serverConnections = { name: 'freshet_server_connections', help: 'Connections to servers now, by state' }
  gauge({ ...serverConnections, labels: ['server', 'state'] }, (sources, set) => {
    for (const { server, state, count } of sources.serverConnections?.() ?? []) set({ server, state }, count)
  })
  const staleness = {
    name: 'freshet_replica_staleness_seconds',
    help: 'Age of the newest instant at which the replica provably had every acknowledged commit; +Inf when nothing is proved',
  }
  gauge({ ...staleness, labels: ['server'] }, (sources, set) => {
    for (const { server, stalenessSeconds } of sources.servers?.() ?? []) {
      if (stalenessSeconds !== null) set({ server }, stalenessSeconds)
    }
  })
  const up = { name: 'freshet_server_up', help: '1 when the server answers, with the role it has now' }
  gauge({ ...up, labels: ['server', 'role'] }, (sources, set) => {
    for (const server of sources.servers?.() ?? []) {
      set({ server: server.server, role: server.role }, server.up ? 1 : 0)
    }
  })
  const lanes = { name: 'freshet_lane_depth', help: 'Reads under way per connection that reads of many clients share' }
  gauge({ ...lanes, labels: ['server'] }, (sources, set) => {
    for (const { server, depth } of sources.laneDepths?.() ?? []) set({ server }, depth)
  })
  const pinned = { name: 'freshet_pinned_sessions', help: 'Sessions that hold one server connection, by cause' }
  gauge({ ...pinned, labels: ['cause'] }, (sources, set) => {
    for (const { cause, count } of sources.pinnedSessions?.() ?? []) set({ cause }, count)
  })
}

/** @param processMetrics also the process's own (memory, CPU, event loop), under prom-client's usual names. */
export function createMetrics({ processMetrics = true }: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry()
  const clusters = new Map<string, ClusterCounts>()
  registerCounters(registry, clusters)
  registerHistograms(registry, clusters)
  registerGauges(registry, clusters)
  if (processMetrics) collectDefaultMetrics({ register: registry })
  return {
    cluster(name) {
      let counts = clusters.get(name)
      if (!counts) {
        counts = createCluster()
        clusters.set(name, counts)
      }
      return counts.metrics
    },
    forget(name) {
      clusters.delete(name)
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
