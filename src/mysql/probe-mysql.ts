/**
 * Samples of MySQL (8.0 to 9.7; Percona Server likewise).
 *
 * A commit becomes visible to others before `gtid_executed` grows, and until then `gtid_owned` has it. A transaction leaves the one as it
 * enters the other, so the owned ones are read first: whatever is missing there because it has just left is in `gtid_executed`. Statements
 * of one packet run in their order, while nothing orders two columns of one statement. A GTID that is owned and then rolled back
 * only delays horizons until its number is used.
 */
import type { Position, Sample } from '../dialect.ts'
import {
  contains,
  EMPTY_GTID_SET,
  type GtidSet,
  gtidSetReader,
  ofSource,
  parseGtidOwned,
  sourcesOf,
  unionOf,
} from './gtid-set.ts'
import type { GtidSetPosition, LogPosition } from './position.ts'
import { type Channel, channelReader, filterDoubt } from './probe-channels.ts'
import { type Constants, cell, isOff, RESET, type Sampler } from './probe-flavour.ts'

/** Names before MySQL 8.0.26, and since. */
const nameOf = (variables: ReadonlyMap<string, string>, older: string, newer: string): string | null =>
  variables.has(newer) ? newer : variables.has(older) ? older : null

const global = (name: string | null, otherwise: string): string => (name === null ? otherwise : `@@global.${name}`)

/** Whether the version is at least this. */
export function isAtLeast(version: string, ...wanted: readonly number[]): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10))
  for (const [index, want] of wanted.entries()) {
    const part = parts[index] ?? 0
    if (part !== want) return part > want
  }
  return true
}

export const statusOfLog = (version: string): string =>
  isAtLeast(version, 8, 2) ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS'

/** What a sample has said of the server as such. */
interface Answer {
  readonly owned: string
  readonly executed: string
  readonly gtidsOn: boolean
  readonly writable: boolean
  readonly workers: number
  readonly unordered: boolean
  readonly clock: number
  readonly channels: readonly Channel[]
}

export function mysqlSampler({ product, variables, startedAt, unlogged }: Constants): Sampler {
  const identity = (variables.get('server_uuid') ?? '').toLowerCase()
  const workers = nameOf(variables, 'slave_parallel_workers', 'replica_parallel_workers')
  const ordered = nameOf(variables, 'slave_preserve_commit_order', 'replica_preserve_commit_order')
  const status = isAtLeast(product.version, 8, 0, 22) ? 'SHOW REPLICA STATUS' : 'SHOW SLAVE STATUS'
  const base = `SELECT @@global.gtid_owned; SELECT @@global.gtid_executed, @@global.gtid_mode, @@global.read_only,
    ${global(variables.has('innodb_read_only') ? 'innodb_read_only' : null, '0')}, ${global(workers, '0')},
    ${global(ordered, '1')}, UNIX_TIMESTAMP(NOW(6)) * 1000; ${status}`
  const withLog = `${base}; SELECT SUM(APPLYING_TRANSACTION <> '') FROM performance_schema.replication_applier_status_by_worker;
    ${statusOfLog(product.version)}`
  // Its servers share one storage, and what its readers say of GTIDs is another server's.
  const without = variables.has('aurora_version') ? 'Aurora replicates without positions' : null
  const channelsFrom = channelReader()
  const sets = gtidSets()
  const log = logPlaces(identity)
  let asksForLog = isOff((variables.get('gtid_mode') ?? 'OFF').replace(/^OFF_PERMISSIVE$/, 'OFF'))

  const answerFrom = (results: Parameters<Sampler['read']>[0]): Answer => {
    const at = (column: number) => cell(results, 1, column)
    return {
      owned: cell(results, 0, 0),
      executed: at(0),
      gtidsOn: at(1) === 'ON' || at(1) === 'ON_PERMISSIVE',
      writable: isOff(at(2)) && isOff(at(3)),
      workers: Number(at(4)),
      unordered: Number(at(4)) > 1 && isOff(at(5)),
      clock: Number(at(6)),
      channels: channelsFrom(results[2]),
    }
  }

  return {
    sql: () => (asksForLog ? withLog : base),
    read(results) {
      const answer = answerFrom(results)
      const { channels, gtidsOn } = answer
      const askedForLog = asksForLog
      asksForLog = !gtidsOn
      const role = answer.writable && channels.length === 0 ? 'primary' : 'replica'
      const gtids = sets.executed(answer.executed)
      let doubt = without ?? (role === 'primary' ? unlogged : filterDoubt(channels))
      let position: Position | null = null
      if (gtidsOn) {
        if (gtids === null) doubt ??= 'its GTIDs cannot be read'
        else if (role === 'replica') position = sets.replica(gtids)
        else {
          const owned = parseGtidOwned(answer.owned)
          position = owned === null ? null : sets.primary(gtids, owned)
          if (position === null) doubt ??= owned === null ? 'its GTIDs cannot be read' : RESET
        }
      } else if (!askedForLog) doubt ??= 'its GTIDs have just been switched off'
      else if (role === 'primary') position = log.primary(cell(results, 4, 0), cell(results, 4, 1))
      else {
        position = log.replica(channels, answer.workers > 0 || Number(cell(results, 3, 0)) === 0)
        if (position === null) doubt ??= 'GTIDs are off, and where it is in the log of the server it follows is unknown'
      }
      const follows = gtidsOn && gtids !== null && role === 'replica' ? sets.follows(gtids, channels) : null
      return {
        role,
        identity,
        marks: sets.marks(gtids ?? EMPTY_GTID_SET, channels),
        position: doubt === null ? position : null,
        doubt,
        startedAt,
        clock: answer.clock,
        history: 0,
        product,
        unordered: role === 'replica' && (answer.unordered || channels.length > 1),
        ...(follows === null ? {} : { follows }),
      }
    },
  }
}

/** GTID sets are long and change little from sample to sample; whatever follows from an unchanged one is kept. */
function gtidSets() {
  const read = gtidSetReader()
  let replica: GtidSetPosition = { engine: 'mysql', gtids: EMPTY_GTID_SET }
  let highest: GtidSet = EMPTY_GTID_SET
  let reset = false
  let marks: { of: GtidSet; sources: readonly string[] } = { of: EMPTY_GTID_SET, sources: [] }
  return {
    executed: read,
    replica(gtids: GtidSet): GtidSetPosition {
      if (replica.gtids !== gtids) replica = { engine: 'mysql', gtids }
      return replica
    },
    /** Null once a set has been taken back on a primary: RESET BINARY LOGS AND GTIDS says that nothing has ever happened. */
    primary(gtids: GtidSet, owned: GtidSet): GtidSetPosition | null {
      if (!contains(gtids, highest)) reset = true
      highest = gtids
      return reset ? null : { engine: 'mysql', gtids: unionOf(gtids, owned) }
    },
    marks(gtids: GtidSet, channels: readonly Channel[]): readonly string[] {
      if (marks.of !== gtids) marks = { of: gtids, sources: sourcesOf(gtids) }
      const sources = channels.map(({ sourceUuid }) => sourceUuid).filter((uuid) => uuid !== '')
      return sources.length === 0 ? marks.sources : [...new Set([...marks.sources, ...sources])]
    },
    follows(gtids: GtidSet, channels: readonly Channel[]): NonNullable<Sample['follows']> | null {
      const [channel] = channels
      if (channel === undefined || channels.length > 1 || !channel.receiving || channel.sourceUuid === '') return null
      const written: GtidSetPosition = { engine: 'mysql', gtids: ofSource(gtids, channel.sourceUuid) }
      return { identity: channel.sourceUuid, written }
    },
  }
}

/**
 * Places in the binary log, where GTIDs are off. With workers (MySQL 9.7 always has one) the place follows what they have committed, every
 * `replica_checkpoint_period`, which is 300 ms unless it is set. Without any, the applier notes the place of a transaction *before*
 * it commits it, so a place counts when the applier is idle after it was read, or when it has gone on from there.
 */
function logPlaces(identity: string) {
  let seen: LogPosition | null = null
  let passed: LogPosition | null = null
  return {
    primary(file: string, offset: string): LogPosition | null {
      return file === '' ? null : { engine: 'mysql-log', source: identity, file, offset: Number(offset) }
    },
    replica([channel, ...others]: readonly Channel[], settled: boolean): LogPosition | null {
      if (channel === undefined || others.length > 0 || channel.sourceUuid === '' || channel.file === '') return null
      const { sourceUuid: source, file, offset } = channel
      if (seen?.source !== source) passed = null
      else if (seen.file !== file || seen.offset !== offset) passed = seen
      seen = { engine: 'mysql-log', source, file, offset }
      if (settled) passed = seen
      return passed
    },
  }
}
