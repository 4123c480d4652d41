/**
 * Lists of global transaction ids as MariaDB writes them (Knowledge Base, "Global Transaction ID"): `0-1-4711,5-2-17`, for each replication
 * domain the last transaction. Numbers of one domain ascend whoever writes them, so a list stands for everything up to it.
 */

export interface Gtid {
  readonly server: number
  readonly sequence: number
}

/** From the domain to its last transaction. */
export type GtidList = ReadonlyMap<number, Gtid>

const GTID = /^([0-9]{1,10})-([0-9]{1,10})-([0-9]{1,20})$/

/** Null when it is no list, or has numbers that cannot be told apart (2^53 and more). Of several in one domain the last one counts. */
export function parseGtidList(text: string): GtidList | null {
  const list = new Map<number, Gtid>()
  for (const part of text.split(',')) {
    const gtid = part.trim()
    if (gtid === '') continue
    const match = GTID.exec(gtid)
    if (match === null) return null
    const [domain, server, sequence] = [Number(match[1]), Number(match[2]), Number(match[3])]
    if (!Number.isSafeInteger(sequence) || domain > 0xffffffff || server > 0xffffffff) return null
    const before = list.get(domain)
    if (before === undefined || before.sequence < sequence) list.set(domain, { server, sequence })
  }
  return list
}

/** For each domain the later one. */
export function laterOf(a: GtidList, b: GtidList): GtidList {
  const later = new Map(a)
  for (const [domain, gtid] of b) {
    const other = later.get(domain)
    if (other === undefined || other.sequence < gtid.sequence) later.set(domain, gtid)
  }
  return later
}

/** Whether a server that is at `have` has everything up to `need`. The same number written by two servers means that their histories part. */
export function reaches(have: GtidList, need: GtidList): boolean {
  for (const [domain, { server, sequence }] of need) {
    const its = have.get(domain)
    if (its === undefined || its.sequence < sequence) return false
    if (its.sequence === sequence && its.server !== server) return false
  }
  return true
}

/** What of it this server wrote itself, as far as the list shows it. */
export function writtenBy(list: GtidList, server: number): GtidList {
  return new Map([...list].filter(([, gtid]) => gtid.server === server))
}

export const formatGtidList = (list: GtidList): string =>
  [...list]
    .sort(([a], [b]) => a - b)
    .map(([domain, { server, sequence }]) => `${domain}-${server}-${sequence}`)
    .join(',')
