/**
 * Sets of global transaction identifiers as MySQL writes them (manual, "GTID Format and Storage"):
 *
 *     uuid:1-5:7, uuid:1-3:tag:4-9
 *
 * Numbers behind a tag (MySQL 8.3) belong to that tag; a source without one and each of its tags count for themselves.
 */

/** From `uuid` or `uuid:tag` to the numbers: begin, end, begin, end ..., both included, ascending, with gaps between. */
export type GtidSet = ReadonlyMap<string, readonly number[]>

export const EMPTY_GTID_SET: GtidSet = new Map()

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const TAG = /^[a-z_][a-z0-9_]{0,31}$/
const INTERVAL = /^([0-9]{1,19})(?:-([0-9]{1,19}))?$/

type Entry = readonly [key: string, intervals: readonly number[]]

/** Null when it is no GTID set, or has numbers that cannot be told apart (2^53 and more). */
export const parseGtidSet = (text: string): GtidSet | null => gtidSetReader()(text)

/**
 * A reader for texts that resemble each other: parts that stood in the text before are not parsed again, and an equal text yields the same object.
 */
export function gtidSetReader(): (text: string) => GtidSet | null {
  let last: { readonly text: string; readonly set: GtidSet | null } = { text: '', set: EMPTY_GTID_SET }
  let known = new Map<string, readonly Entry[]>()
  return (text) => {
    if (text === last.text) return last.set
    const parts = new Map<string, readonly Entry[]>()
    let set: Map<string, readonly number[]> | null = new Map()
    for (const part of text.split(',')) {
      const entries = known.get(part) ?? parsePart(part)
      if (entries === null) {
        set = null
        break
      }
      parts.set(part, entries)
      for (const [key, intervals] of entries) {
        const before = set.get(key)
        set.set(key, before === undefined ? intervals : merged(before, intervals))
      }
    }
    known = parts
    last = { text, set }
    return set
  }
}

/** One source with its numbers and tags. White space may stand anywhere; an empty part stands for nothing. */
function parsePart(part: string): Entry[] | null {
  const [uuid, ...items] = part.replace(/\s+/g, '').toLowerCase().split(':') as [string, ...string[]]
  if (uuid === '') return items.length === 0 ? [] : null
  if (!UUID.test(uuid) || items.length === 0) return null
  const found = new Map<string, number[]>()
  let key = uuid
  let expectsInterval = true
  for (const item of items) {
    if (TAG.test(item)) {
      if (expectsInterval && key !== uuid) return null
      key = `${uuid}:${item}`
      expectsInterval = true
      continue
    }
    const match = INTERVAL.exec(item)
    if (match === null) return null
    const begin = Number(match[1])
    const end = match[2] === undefined ? begin : Number(match[2])
    if (begin < 1 || !Number.isSafeInteger(end) || !Number.isSafeInteger(begin)) return null
    expectsInterval = false
    const numbers = found.get(key)
    // MySQL reads an interval that ends before it begins as an empty one.
    if (begin > end) continue
    if (numbers === undefined) found.set(key, [begin, end])
    else numbers.push(begin, end)
  }
  if (expectsInterval) return null
  return [...found].map(([name, numbers]) => [name, normalized(numbers)])
}

/** Ascending, without overlaps, neighbours joined. */
function normalized(numbers: number[]): number[] {
  let sorted = true
  for (let at = 2; at < numbers.length && sorted; at += 2)
    sorted = (numbers[at] as number) > (numbers[at - 1] as number) + 1
  if (sorted) return numbers
  const pairs: [number, number][] = []
  for (let at = 0; at < numbers.length; at += 2) pairs.push([numbers[at] as number, numbers[at + 1] as number])
  pairs.sort((a, b) => a[0] - b[0])
  const joined: number[] = []
  for (const [begin, end] of pairs) {
    const last = joined.length - 1
    if (last >= 0 && begin <= (joined[last] as number) + 1) joined[last] = Math.max(joined[last] as number, end)
    else joined.push(begin, end)
  }
  return joined
}

const merged = (a: readonly number[], b: readonly number[]): number[] => normalized([...a, ...b])

export function unionOf(a: GtidSet, b: GtidSet): GtidSet {
  if (b.size === 0) return a
  if (a.size === 0) return b
  const union = new Map(a)
  for (const [key, intervals] of b) {
    const before = union.get(key)
    union.set(key, before === undefined ? intervals : merged(before, intervals))
  }
  return union
}

/** Whether every transaction of `need` is one of `have`. */
export function contains(have: GtidSet, need: GtidSet): boolean {
  if (have === need) return true
  for (const [key, needed] of need) {
    const intervals = have.get(key)
    if (intervals === undefined || !containsAll(intervals, needed)) return false
  }
  return true
}

function containsAll(have: readonly number[], need: readonly number[]): boolean {
  if (have === need) return true
  let at = 0
  for (let index = 0; index < need.length; index += 2) {
    const [begin, end] = [need[index] as number, need[index + 1] as number]
    while (at < have.length && (have[at + 1] as number) < begin) at += 2
    if (at >= have.length || (have[at] as number) > begin || (have[at + 1] as number) < end) return false
  }
  return true
}

const uuidOf = (key: string): string => key.slice(0, 36)

/** The sources, each once, those with most transactions first. */
export function sourcesOf(set: GtidSet): string[] {
  const counts = new Map<string, number>()
  for (const [key, intervals] of set) {
    let count = 0
    for (let at = 0; at < intervals.length; at += 2)
      count += (intervals[at + 1] as number) - (intervals[at] as number) + 1
    counts.set(uuidOf(key), (counts.get(uuidOf(key)) ?? 0) + count)
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([uuid]) => uuid)
}

/** The transactions of one source, with its tags. */
export function ofSource(set: GtidSet, uuid: string): GtidSet {
  const own = new Map<string, readonly number[]>()
  for (const [key, intervals] of set) if (uuidOf(key) === uuid) own.set(key, intervals)
  return own
}

/** On one line, sources and tags in ascending order. */
export function formatGtidSet(set: GtidSet): string {
  const parts: string[] = []
  let uuid = ''
  for (const key of [...set.keys()].sort()) {
    const intervals = set.get(key) as readonly number[]
    const name = key.startsWith(uuid) && uuid !== '' ? `:${key.slice(37)}` : `${parts.length > 0 ? ',' : ''}${key}`
    uuid = uuidOf(key)
    parts.push(name)
    for (let at = 0; at < intervals.length; at += 2) {
      const [begin, end] = [intervals[at], intervals[at + 1]]
      parts.push(begin === end ? `:${begin}` : `:${begin}-${end}`)
    }
  }
  return parts.join('')
}

const ANY_UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi

/**
 * `@@global.gtid_owned`, which names the thread behind each number and puts nothing between two sources, so that the digits of a thread run
 * into those of the next uuid: `uuid:5#12:6#13uuid:tag:9#8`.
 */
export const parseGtidOwned = (text: string): GtidSet | null =>
  text === '' ? EMPTY_GTID_SET : parseGtidSet(text.replace(ANY_UUID, ',$&').replace(/#[0-9]+/g, ''))
