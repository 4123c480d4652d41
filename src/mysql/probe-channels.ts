/** SHOW REPLICA STATUS (SHOW SLAVE STATUS before MySQL 8.0.22, SHOW ALL SLAVES STATUS on MariaDB), under one set of names. */
import type { Result, Row } from './probe-connection.ts'

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

/** A reader for the results of one statement on one connection, whose columns are always the same. */
export function channelReader(): (result: Result | undefined) => Channel[] {
  let columns: Columns | null = null
  return (result) => {
    if (result === undefined || result.rows.length === 0) return []
    columns ??= columnsOf(result.columns())
    const known = columns
    return result.rows.map((row) => channelFrom(row, known)).filter(({ name }) => !OF_A_GROUP.test(name))
  }
}

interface Columns {
  readonly indexes: ReadonlyMap<string, number>
  readonly filters: readonly string[]
}

function columnsOf(names: readonly string[]): Columns {
  const indexes = new Map(
    names.map((name, index) => [name.replace(/Master/g, 'Source').replace(/Slave/g, 'Replica'), index]),
  )
  return { indexes, filters: [...indexes.keys()].filter((name) => name.startsWith('Replicate_')) }
}

function channelFrom(row: Row, { indexes, filters }: Columns): Channel {
  const value = (name: string): string => row[indexes.get(name) ?? -1] ?? ''
  return {
    name: value('Channel_Name') || value('Connection_name'),
    receiving: value('Replica_IO_Running') === 'Yes',
    sourceUuid: value('Source_UUID').toLowerCase(),
    sourceId: value('Source_Server_Id').replace(/^0$/, ''),
    filter: filterOf(filters, value),
    file: value('Relay_Source_Log_File'),
    offset: Number(value('Exec_Source_Log_Pos')),
  }
}

/** Replicas of hosted services leave out the service's own tables, which no application reads. */
const SYSTEM_SCHEMA = /^`?(mysql|sys|innodb_memcache|performance_schema|information_schema)`?(\.|$)/i

function filterOf(filters: readonly string[], value: (name: string) => string): string | null {
  for (const name of filters) {
    const rule = value(name)
    if (rule === '') continue
    const harmless = /Ignore_(DB|Table)$/.test(name) && rule.split(',').every((one) => SYSTEM_SCHEMA.test(one.trim()))
    if (!harmless) return `${name} = ${rule.length > 100 ? `${rule.slice(0, 100)}...` : rule}`
  }
  return null
}

/** What to say of a replica from which something is kept; null of one that gets everything. */
export function filterDoubt(channels: readonly Channel[]): string | null {
  const filter = channels.find((channel) => channel.filter !== null)?.filter ?? null
  return filter === null ? null : `a replication filter keeps changes from it: ${filter}`
}
