/** Reads the comma-separated `x=value` attributes of a SCRAM message the way PostgreSQL does, faults included. */
export class AttributeReader {
  readonly #text: string
  readonly #malformed: (detail: string) => Error
  #at = 0

  constructor(text: string, malformed: (detail: string) => Error) {
    this.#text = text
    this.#malformed = malformed
  }

  get position(): number {
    return this.#at
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  /** The next character; NUL at the end, as in the server's C. */
  peek(): string {
    return this.#text[this.#at] ?? '\0'
  }

  skip(): void {
    this.#at++
  }

  rest(): string {
    return this.#text.slice(this.#at)
  }

  /** The value of the attribute that must come next. */
  value(name: string): string {
    const found = this.peek()
    if (found !== name) throw this.#malformed(`Expected attribute "${name}" but found "${sanitizeByte(found)}".`)
    return this.#valueOf(name)
  }

  /** The next attribute, whatever it is. */
  any(): { name: string; value: string } {
    if (this.atEnd()) throw this.#malformed('Attribute expected, but found end of string.')
    const name = this.peek()
    if (!/[A-Za-z]/.test(name)) {
      throw this.#malformed(`Attribute expected, but found invalid character "${sanitizeByte(name)}".`)
    }
    return { name, value: this.#valueOf(name) }
  }

  #valueOf(name: string): string {
    if (this.#text[this.#at + 1] !== '=') throw this.#malformed(`Expected character "=" for attribute "${name}".`)
    const from = this.#at + 2
    const comma = this.#text.indexOf(',', from)
    const to = comma < 0 ? this.#text.length : comma
    this.#at = comma < 0 ? to : to + 1
    return this.#text.slice(from, to)
  }
}

/** RFC 5802 `printable`: ASCII without space, controls and comma. */
export const isPrintable = (text: string): boolean => /^[\x21-\x2b\x2d-\x7e]*$/.test(text)

/** One byte as the server's messages show it: `'x'`, or `0x01` when it cannot be printed. */
export function sanitizeByte(character: string): string {
  const code = character.charCodeAt(0)
  return code >= 0x21 && code <= 0x7e ? `'${character}'` : `0x${code.toString(16).padStart(2, '0')}`
}

/** A client's text as the server's messages show it: 30 characters at most, `?` for what cannot be printed. */
export const sanitizeText = (text: string): string => text.slice(0, 30).replaceAll(/[^\x21-\x7e]/g, '?')
