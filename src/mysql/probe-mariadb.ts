/**
 * Samples of MariaDB (10.5 to 11.8). `gtid_binlog_pos` grows before a commit becomes visible, and `gtid_slave_pos` after, whether the replica
 * is configured by GTID or by file and offset. A primary that was a replica without logging what it applied has that in
 * `gtid_current_pos` only, so the later of both counts in each domain.
 */
import type { Sample } from '../dialect.ts'
import { type GtidList, laterOf, parseGtidList, reaches, writtenBy } from './gtid-list.ts'
import type { GtidListPosition } from './position.ts'
import { type Channel, channelReader, filterDoubt } from './probe-channels.ts'
import { type Constants, cell, isOff, RESET, type Sampler } from './probe-flavour.ts'

const SAMPLE = `SELECT @@global.gtid_binlog_pos, @@global.gtid_current_pos, @@global.gtid_slave_pos, @@global.gtid_binlog_state,
  @@global.read_only, @@global.innodb_read_only, @@global.slave_parallel_threads, UNIX_TIMESTAMP(NOW(6)) * 1000;
  SHOW ALL SLAVES STATUS`

const NONE: GtidList = new Map()
const markOf = (serverId: string | number): string => `server_id ${serverId}`

export function mariadbSampler({ product, variables, startedAt, unlogged }: Constants): Sampler {
  const identity = markOf(variables.get('server_id') ?? '')
  const channelsFrom = channelReader()
  let highest: GtidList = NONE
  let reset = false

  /** Null once the list has gone back on a primary: RESET MASTER says that nothing has ever happened. */
  const primaryAt = (list: GtidList | null): GtidListPosition | null => {
    if (list === null) return null
    if (!reaches(list, highest)) reset = true
    highest = list
    return reset ? null : { engine: 'mariadb', gtids: list }
  }

  return {
    sql: () => SAMPLE,
    read(results) {
      const at = (column: number) => cell(results, 0, column)
      const channels = channelsFrom(results[1])
      const [logged, current, applied] = [parseGtidList(at(0)), parseGtidList(at(1)), parseGtidList(at(2))]
      const role = isOff(at(4)) && isOff(at(5)) && channels.length === 0 ? 'primary' : 'replica'
      let doubt = role === 'primary' ? unlogged : channels.length === 0 ? 'it follows no server' : filterDoubt(channels)
      let position: GtidListPosition | null = null
      if (logged === null || current === null || applied === null) doubt ??= 'its GTIDs cannot be read'
      else if (role === 'replica') position = { engine: 'mariadb', gtids: applied }
      else {
        position = primaryAt(laterOf(logged, current))
        if (position === null) doubt ??= RESET
      }
      const domains = Number(at(6)) > 1 ? (applied?.size ?? 0) : 1
      const follows = role === 'replica' && applied !== null ? followed(applied, channels) : null
      return {
        role,
        identity,
        marks: marksFrom([at(3), at(1), at(2)], channels),
        position: doubt === null ? position : null,
        doubt,
        startedAt,
        clock: Number(at(7)),
        history: 0,
        product,
        // Domains are applied independently of each other when there are threads for it.
        unordered: role === 'replica' && (domains > 1 || channels.length > 1),
        ...(follows === null ? {} : { follows }),
      }
    },
  }
}

/** Clusters have no name of their own. Who has written what it has, and whom it follows, must do; server ids are small and may collide. */
function marksFrom(lists: readonly string[], channels: readonly Channel[]): string[] {
  const servers = new Set<string>()
  for (const gtid of lists.join(',').split(',')) {
    const server = gtid.split('-')[1]
    if (server !== undefined) servers.add(markOf(server))
  }
  for (const { sourceId } of channels) if (sourceId !== '') servers.add(markOf(sourceId))
  return [...servers]
}

function followed(applied: GtidList, channels: readonly Channel[]): NonNullable<Sample['follows']> | null {
  const [channel] = channels
  if (channel === undefined || channels.length > 1 || !channel.receiving || channel.sourceId === '') return null
  const written: GtidListPosition = { engine: 'mariadb', gtids: writtenBy(applied, Number(channel.sourceId)) }
  return { identity: markOf(channel.sourceId), written }
}
