/** Where a PostgreSQL server is in its write-ahead log. */
import type { Position } from '../dialect.ts'

export interface PostgresPosition extends Position {
  readonly engine: 'postgres'
  /** The cluster's system identifier. */
  readonly identity: string
  readonly timeline: number
  readonly lsn: bigint
}

/** Sizes that decide where page headers stand. */
export interface WalLayout {
  /** `wal_block_size`, 8192 unless the server was built otherwise. */
  readonly blockSize: bigint
  /** `wal_segment_size` in bytes. */
  readonly segmentSize: bigint
}

/** `XLogPageHeaderData` and `XLogLongPageHeaderData`, aligned. */
const SHORT_HEADER = 24n
const LONG_HEADER = 40n

/** `16/B374D848` as a number. Null when it is no LSN. */
export function parseLsn(text: string): bigint | null {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text)
  return match === null ? null : (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`)
}

export const formatLsn = (lsn: bigint): string =>
  `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`

/**
 * The end of the last record, from an insert position. The insert position is where the next record would begin: after a record that ends
 * exactly with its page that is behind the next page's header, while a replica that has replayed everything stands at the page's
 * end. No record can end right behind a header (at least 8 bytes of it would follow), so stepping back is never wrong.
 */
export function endOfLastRecord(insert: bigint, { blockSize, segmentSize }: WalLayout): bigint {
  if (insert % segmentSize === LONG_HEADER) return insert - LONG_HEADER
  if (insert % blockSize === SHORT_HEADER && insert % segmentSize !== SHORT_HEADER) return insert - SHORT_HEADER
  return insert
}

const isPostgres = (position: Position): position is PostgresPosition => position.engine === 'postgres'

/** Positions of different timelines are never compared as numbers, so they cover nothing of each other. */
export function covers(have: Position, need: Position): boolean {
  return (
    isPostgres(have) &&
    isPostgres(need) &&
    have.identity === need.identity &&
    have.timeline === need.timeline &&
    have.lsn >= need.lsn
  )
}

/** The text of `SHOW freshet.token`. */
export const formatToken = ({ identity, timeline, lsn }: PostgresPosition): string =>
  `pg:${identity}:${timeline}:${formatLsn(lsn)}`

/** The position that a token names; null when it is no token of PostgreSQL. */
export function parseToken(token: string): PostgresPosition | null {
  const match = /^pg:([0-9]{1,20}):([0-9]{1,10}):([0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8})$/.exec(token.trim())
  if (match === null) return null
  const lsn = parseLsn(match[3] as string)
  return lsn === null ? null : { engine: 'postgres', identity: match[1] as string, timeline: Number(match[2]), lsn }
}
