/** Where a MySQL or MariaDB server is in the replication stream: GTIDs, or binary log file and offset where MySQL runs without them. */
import type { Position, Sample } from '../dialect.ts'
import { unreachable } from '../units.ts'
import { formatGtidList, type GtidList, parseGtidList, reaches } from './gtid-list.ts'
import { contains, formatGtidSet, type GtidSet, parseGtidSet, sourcesOf } from './gtid-set.ts'

export interface GtidSetPosition extends Position {
  readonly engine: 'mysql'
  readonly gtids: GtidSet
}

export interface GtidListPosition extends Position {
  readonly engine: 'mariadb'
  readonly gtids: GtidList
}

/** In the binary log of one server; nothing follows from it about another one's. */
export interface LogPosition extends Position {
  readonly engine: 'mysql-log'
  /** The `server_uuid` of the server whose binary log it is. */
  readonly source: string
  /** `binlog.000012`. */
  readonly file: string
  readonly offset: number
}

export type MySqlPosition = GtidSetPosition | GtidListPosition | LogPosition

const ENGINES: ReadonlySet<string> = new Set<MySqlPosition['engine']>(['mysql', 'mariadb', 'mysql-log'])

const isMySql = (position: Position): position is MySqlPosition => ENGINES.has(position.engine)

/** Positions of different kinds cover nothing of each other. */
export function covers(have: Position, need: Position): boolean {
  if (!isMySql(have) || !isMySql(need)) return false
  if (have.engine === 'mysql') return need.engine === 'mysql' && contains(have.gtids, need.gtids)
  if (have.engine === 'mariadb') return need.engine === 'mariadb' && reaches(have.gtids, need.gtids)
  return need.engine === 'mysql-log' && isBehind(need, have)
}

/** Whether `a` is at or before `b` in the same log. Files are numbered; the names before the numbers must agree. */
function isBehind(a: LogPosition, b: LogPosition): boolean {
  if (a.source !== b.source) return false
  if (a.file === b.file) return a.offset <= b.offset
  const [one, other] = [splitFile(a.file), splitFile(b.file)]
  return one !== null && other !== null && one.base === other.base && one.number < other.number
}

function splitFile(file: string): { readonly base: string; readonly number: number } | null {
  const match = /^(.*)\.([0-9]{1,15})$/.exec(file)
  return match === null ? null : { base: match[1] as string, number: Number(match[2]) }
}

/** The text of `SHOW freshet.token`. */
export function formatToken(position: MySqlPosition): string {
  switch (position.engine) {
    case 'mysql':
      return `mysql:${formatGtidSet(position.gtids)}`
    case 'mariadb':
      return `mariadb:${formatGtidList(position.gtids)}`
    case 'mysql-log':
      return `mysql-log:${position.source}:${position.offset}:${position.file}`
    default:
      return unreachable(position)
  }
}

/** The position that a token names; null when it is no token of MySQL or MariaDB. */
export function parseToken(token: string): MySqlPosition | null {
  const match = /^(mysql|mariadb|mysql-log):(.*)$/s.exec(token.trim())
  const [, engine, text = ''] = match ?? []
  if (engine === 'mysql') {
    const gtids = parseGtidSet(text)
    return gtids === null ? null : { engine, gtids }
  }
  if (engine === 'mariadb') {
    const gtids = parseGtidList(text)
    return gtids === null ? null : { engine, gtids }
  }
  const log = /^([0-9a-f-]{36}):([0-9]{1,15}):([^/\s]{1,255})$/.exec(text)
  if (log === null) return null
  return { engine: 'mysql-log', source: log[1] as string, offset: Number(log[2]), file: log[3] as string }
}

/** What the primary's sample says of a token. GTIDs have no order of histories, so who wrote what is missing decides. */
export function tokenStanding(
  token: string,
  { position }: Sample,
): 'covered' | 'unproved' | 'ahead' | 'foreign' | 'malformed' {
  const asked = parseToken(token)
  if (asked === null) return 'malformed'
  if (position === null || !isMySql(position)) return 'unproved'
  if (covers(position, asked)) return 'covered'
  if ((asked.engine === 'mariadb') !== (position.engine === 'mariadb')) return 'foreign'
  if (asked.engine === 'mysql' && position.engine === 'mysql') return standingOfSet(asked.gtids, position.gtids)
  if (asked.engine === 'mariadb' && position.engine === 'mariadb') return standingOfList(asked.gtids, position.gtids)
  // GTIDs were switched on or off since, or it is a place in another server's log.
  return 'unproved'
}

/** Something of a server that the primary has never heard of: a later primary's. Otherwise what is missing has been lost. */
function standingOfSet(asked: GtidSet, have: GtidSet): 'unproved' | 'ahead' | 'foreign' {
  if (have.size === 0) return 'unproved'
  const known = new Set(sourcesOf(have))
  const sources = sourcesOf(asked)
  if (!sources.some((uuid) => known.has(uuid))) return 'foreign'
  return sources.every((uuid) => known.has(uuid)) ? 'unproved' : 'ahead'
}

/** A list shows one server only for each domain, so what another one wrote later passes for a later primary's. */
function standingOfList(asked: GtidList, have: GtidList): 'unproved' | 'ahead' | 'foreign' {
  if (have.size === 0) return 'unproved'
  const domains = [...asked.keys()]
  if (!domains.some((domain) => have.has(domain))) return 'foreign'
  const lost = domains.every((domain) => {
    const [its, wanted] = [have.get(domain), asked.get(domain)]
    return (
      its !== undefined && wanted !== undefined && (its.sequence >= wanted.sequence || its.server === wanted.server)
    )
  })
  return lost ? 'unproved' : 'ahead'
}
