/** Small makers of the values that routing works on. */
import type { Floor, Policy, ServerState, SessionView, Snapshot } from '../../src/routing/types.ts'
import type { Facts } from '../../src/sql/facts.ts'
import { digest, instant, millis, NEVER, serverId } from '../../src/units.ts'

export const floorAt = (ms: number, epoch = 1): Floor => ({ epoch, instant: instant(ms) })

export const facts = (over: Partial<Facts> = {}): Facts => ({
  digest: digest(1),
  statements: 1,
  verdict: 'read',
  because: 'read',
  command: 'SELECT',
  tables: [],
  functions: [],
  usesClock: false,
  usesLastSequence: false,
  transaction: null,
  effect: { kind: 'none' },
  literalDependent: false,
  ...over,
})

export const policy = (over: Partial<Policy> = {}): Policy => ({
  consistency: 'session',
  maxLag: millis(1000),
  whenStale: 'primary',
  wait: millis(5),
  route: 'auto',
  causalKey: null,
  whenNoPrimary: 'serve',
  maxLagWithoutPrimary: millis(60_000),
  ...over,
})

export const session = (over: Partial<SessionView> = {}): SessionView => ({
  floor: floorAt(Number.NEGATIVE_INFINITY, 0),
  lastReplica: null,
  lastReplicaIncarnation: 0,
  lastReplicaReadEnd: NEVER,
  readsBehindFloor: 0,
  ...over,
})

export const server = (id: number, over: Partial<ServerState> = {}): ServerState => ({
  id: serverId(id),
  name: `db${id}`,
  address: `10.0.0.${id}:5432`,
  weight: 1,
  zone: null,
  role: id === 0 ? 'primary' : 'replica',
  up: true,
  horizon: NEVER,
  ineligible: null,
  incarnation: 1,
  clockAgrees: true,
  ...over,
})

export const snapshot = (servers: readonly ServerState[], over: Partial<Snapshot> = {}): Snapshot => ({
  epoch: 1,
  primary: serverId(0),
  primaryProblem: null,
  withoutPrimarySince: null,
  servers,
  ...over,
})
