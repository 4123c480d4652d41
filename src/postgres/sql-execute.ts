/**
 * SQL's EXECUTE may name a statement that the client prepared by a Parse message: both kinds share one set of names (manual, "PREPARE").
 * On a server connection that statement has a name of Freshet's own, so it is prepared once more under the client's name, for this
 * query only.
 */
const EXECUTE = /^\s*execute\s+(?:"((?:[^"]|"")+)"|([a-z_\u0080-\uffff][\w$\u0080-\uffff]*))/i
const NAME_BYTES_MAX = 256

/** The name that the Query message `frame` executes, or null. Most queries are told by their first letter. */
export function executedName(frame: Buffer): string | null {
  const first = frame[5]! | 0x20
  if (first !== 0x65 && first !== 0x20 && first !== 0x2a && first !== 0x29) return null
  const match = EXECUTE.exec(frame.toString('utf8', 5, 5 + NAME_BYTES_MAX))
  if (match === null) return null
  return match[1] === undefined ? match[2]!.toLowerCase() : match[1].replaceAll('""', '"')
}
