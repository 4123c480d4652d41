/** SHOW REPLICA STATUS (SHOW SLAVE STATUS before MySQL 8.0.22, SHOW ALL SLAVES STATUS on MariaDB), under one set of names. */
import type { Result } from './probe-connection.ts'

/** One source that a server is configured to receive from, whether it does at the moment or not. */
export interface Channel {
  readonly name: string
  /** Connected and receiving. */
  readonly receiving: boolean
  /** The source's `server_uuid`; '' before the first connection, and on MariaDB. */
  readonly sourceUuid: string
  /** The source's `server_id`; '' before the first connection. */
  readonly sourceId: string
  /** What a filter keeps from being applied, for people; null without one. */
  readonly filter: string | null
  /** How far the source's binary log has been applied. */
  readonly file: string
  readonly offset: number
}

/** Channels that belong to the group and not to a source (MySQL manual, "Group Replication"). */
const OF_A_GROUP = /^group_replication_/

export function channelsFrom({ columns, rows }: Result): Channel[] {
  const indexes = new Map(
    columns.map((name, index) => [name.replace(/Master/g, 'Source').replace(/Slave/g, 'Replica'), index]),
  )
  return rows
    .map((row) => {
      const value = (name: string): string => row[indexes.get(name) ?? -1] ?? ''
      return {
        name: value('Channel_Name') || value('Connection_name'),
        receiving: value('Replica_IO_Running') === 'Yes',
        sourceUuid: value('Source_UUID').toLowerCase(),
        sourceId: value('Source_Server_Id').replace(/^0$/, ''),
        filter: filterOf(indexes, value),
        file: value('Relay_Source_Log_File'),
        offset: Number(value('Exec_Source_Log_Pos')),
      }
    })
    .filter(({ name }) => !OF_A_GROUP.test(name))
}

/** Replicas of hosted services leave out the service's own tables, which no application reads. */
const SYSTEM_SCHEMA = /^`?(mysql|sys|innodb_memcache|performance_schema|information_schema)`?(\.|$)/i

function filterOf(indexes: ReadonlyMap<string, number>, value: (name: string) => string): string | null {
  for (const name of indexes.keys()) {
    const rule = name.startsWith('Replicate_') ? value(name) : ''
    if (rule === '') continue
    const harmless = /Ignore_(DB|Table)$/.test(name) && rule.split(',').every((one) => SYSTEM_SCHEMA.test(one.trim()))
    if (!harmless) return `${name} = ${rule.length > 100 ? `${rule.slice(0, 100)}...` : rule}`
  }
  return null
}
