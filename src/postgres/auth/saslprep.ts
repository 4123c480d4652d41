import {
  inTable,
  L_CAT,
  MAPPED_TO_NOTHING,
  NON_ASCII_SPACE,
  PROHIBITED,
  RAND_AL_CAT,
  UNASSIGNED,
} from './saslprep-tables.ts'

/**
 * A password as PostgreSQL hashes it for SCRAM: SASLprep (RFC 4013), or its bytes as they are when it is ASCII, not UTF-8, or holds what
 * SASLprep prohibits. Like PostgreSQL, the checks look at the mapped text before its normalization, unlike the RFC: the keys must come out equal.
 */
export function preparePassword(password: string | Buffer): Buffer {
  const bytes = typeof password === 'string' ? Buffer.from(password, 'utf8') : password
  if (bytes.every((byte) => byte < 0x80)) return bytes
  const text = bytes.toString('utf8')
  if (!Buffer.from(text, 'utf8').equals(bytes)) return bytes
  const prepared = saslprep(text)
  return prepared === null ? bytes : Buffer.from(prepared, 'utf8')
}

/** null when the text is not allowed. */
export function saslprep(text: string): string | null {
  const codePoints: number[] = []
  for (const character of text) {
    const codePoint = character.codePointAt(0)!
    if (inTable(NON_ASCII_SPACE, codePoint)) codePoints.push(0x20)
    else if (!inTable(MAPPED_TO_NOTHING, codePoint)) codePoints.push(codePoint)
  }
  if (codePoints.length === 0) return null
  if (codePoints.some((codePoint) => inTable(PROHIBITED, codePoint) || inTable(UNASSIGNED, codePoint))) return null
  if (!bidirectionalAllowed(codePoints)) return null
  return codePoints
    .map((codePoint) => String.fromCodePoint(codePoint))
    .join('')
    .normalize('NFKC')
}

/** RFC 3454 section 6: with any right-to-left character, it must begin and end with one and hold no left-to-right character. */
function bidirectionalAllowed(codePoints: readonly number[]): boolean {
  if (!codePoints.some((codePoint) => inTable(RAND_AL_CAT, codePoint))) return true
  if (codePoints.some((codePoint) => inTable(L_CAT, codePoint))) return false
  return inTable(RAND_AL_CAT, codePoints[0]!) && inTable(RAND_AL_CAT, codePoints.at(-1)!)
}
