/**
 * A bounded table from 64-bit keys to entries that allocates nothing when it is read. Two generations: when the young one is full, it
 * becomes the old one, and what the old one held and nobody asked for meanwhile is forgotten. Linear probing at half load.
 */
export class FactsTable<Entry> {
  private readonly slots: number
  private readonly youngLimit: number
  private young: Generation<Entry>
  private old: Generation<Entry>

  /** Holds at most `limit` entries. */
  constructor(limit: number) {
    this.youngLimit = Math.max(1, Math.floor(limit / 2))
    let slots = 4
    while (slots < this.youngLimit * 2) slots *= 2
    this.slots = slots
    this.young = generation(slots)
    this.old = generation(slots)
  }

  get size(): number {
    return this.young.used + this.old.used
  }

  get(low: number, high: number): Entry | null {
    const slot = find(this.young, low, high)
    const entry = this.young.entries[slot]
    if (entry !== null && entry !== undefined) return entry
    if (this.old.used === 0) return null
    const oldSlot = find(this.old, low, high)
    const survivor = this.old.entries[oldSlot]
    if (survivor === null || survivor === undefined) return null
    this.set(low, high, survivor)
    return survivor
  }

  set(low: number, high: number, entry: Entry): void {
    const slot = find(this.young, low, high)
    if (this.young.entries[slot] === null) {
      if (this.young.used >= this.youngLimit) {
        const emptied = this.old
        this.old = this.young
        emptied.entries.fill(null)
        emptied.used = 0
        this.young = emptied
        this.set(low, high, entry)
        return
      }
      this.young.used++
    }
    this.young.keys[slot * 2] = low
    this.young.keys[slot * 2 + 1] = high
    this.young.entries[slot] = entry
  }

  clear(): void {
    this.young = generation(this.slots)
    this.old = generation(this.slots)
  }
}

interface Generation<Entry> {
  readonly keys: Uint32Array
  readonly entries: (Entry | null)[]
  used: number
}

function generation<Entry>(slots: number): Generation<Entry> {
  return { keys: new Uint32Array(slots * 2), entries: new Array<Entry | null>(slots).fill(null), used: 0 }
}

/** The slot that holds the key, or the empty one where it belongs. */
function find<Entry>(table: Generation<Entry>, low: number, high: number): number {
  const { keys, entries } = table
  const mask = entries.length - 1
  let slot = low & mask
  while (entries[slot] !== null && (keys[slot * 2] !== low || keys[slot * 2 + 1] !== high)) slot = (slot + 1) & mask
  return slot
}
