/** What the demo shows of the proxy, taken from its metrics: the demo sees no more than any operator does. */
import type { Reason } from '../../routing/reasons.ts'
import { type Sample, total } from './metrics-page.ts'

export interface ServerReading {
  readonly name: string
  readonly role: string
  readonly up: boolean
  /** Statements that ran there since the proxy started. */
  readonly statements: number
  /** How old its data may be; Infinity when nothing is proved; null for the primary. */
  readonly stalenessMs: number | null
}

export interface Reading {
  /** On this process's monotonic clock. */
  readonly at: number
  readonly servers: readonly ServerReading[]
  readonly onReplicas: number
  /** Plain reads that ran on the primary because no replica was proved fresh enough. */
  readonly readsOnPrimary: number
}

/** Why a plain read runs on the primary although it is one. */
const READ_AFTER_ALL: readonly Reason[] = ['behind-floor', 'stale', 'no-replica', 'older-epoch', 'clock-skew', 're-run']

function serverReadings(samples: readonly Sample[]): ServerReading[] {
  return samples
    .filter(({ name }) => name === 'freshet_server_up')
    .map(({ labels, value }) => {
      const server = labels.server ?? ''
      const staleness = samples.find(
        (one) => one.name === 'freshet_replica_staleness_seconds' && one.labels.server === server,
      )
      return {
        name: server,
        role: labels.role ?? 'unknown',
        up: value === 1,
        statements: total(samples, 'freshet_server_statements_total', { server }),
        stalenessMs: staleness ? staleness.value * 1000 : null,
      }
    })
    .sort((a, b) => a.name.localeCompare(b.name))
}

export function readingOf(samples: readonly Sample[], at: number): Reading {
  const statements = (labels: Record<string, string>) => total(samples, 'freshet_statements_total', labels)
  return {
    at,
    servers: serverReadings(samples),
    onReplicas: statements({ target: 'replica' }),
    readsOnPrimary: READ_AFTER_ALL.reduce((sum, reason) => sum + statements({ target: 'primary', reason }), 0),
  }
}

/** The share of plain reads that ran on replicas between two readings, 0 to 1; null when there were none. */
export function shareOnReplicas(before: Reading | null, after: Reading): number | null {
  const replicas = after.onReplicas - (before?.onReplicas ?? 0)
  const primary = after.readsOnPrimary - (before?.readsOnPrimary ?? 0)
  return replicas + primary > 0 ? replicas / (replicas + primary) : null
}

/** Statements per second that this server ran between two readings. */
export function ratePerSecond(before: Reading, after: Reading, server: string): number {
  const count = (reading: Reading) => reading.servers.find(({ name }) => name === server)?.statements ?? 0
  const seconds = (after.at - before.at) / 1000
  return seconds > 0 ? (count(after) - count(before)) / seconds : 0
}
