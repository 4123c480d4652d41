/**
 * A server that knows the extended protocol's rules (statements, portals, errors that skip to Sync) and nothing else: a statement's result is
 * its own text, so that a reply shows which statement gave it. `bad` does not parse, `fail` fails when it runs, `many` has three rows.
 */
import { backend as b, typesOf } from './conversation.ts'

const zero = (body: Buffer, from: number) => body.indexOf(0, from)

export class PretendServer {
  readonly statements = new Map<string, string>()
  readonly #portals = new Map<string, { text: string; left: number }>()
  #skipping = false
  #held: Buffer = Buffer.alloc(0)

  /** Bytes from the client; returns the reply. */
  receive(bytes: Buffer): Buffer {
    this.#held = Buffer.concat([this.#held, bytes])
    const out: Buffer[] = []
    while (this.#held.length >= 5 && this.#held.length > this.#held.readInt32BE(1)) {
      const size = 1 + this.#held.readInt32BE(1)
      out.push(this.#message(String.fromCharCode(this.#held[0]!), this.#held.subarray(5, size)))
      this.#held = this.#held.subarray(size)
    }
    return Buffer.concat(out)
  }

  #message(type: string, body: Buffer): Buffer {
    if (type === 'S') {
      this.#skipping = false
      this.#portals.clear()
      return b.ready()
    }
    if (this.#skipping || type === 'H') return Buffer.alloc(0)
    if (type === 'Q') return this.#query(body.toString('utf8', 0, body.length - 1))
    try {
      return this.#extended(type, body)
    } catch (error) {
      this.#skipping = true
      const [code, text] = (error as Error).message.split('|') as [string, string]
      return b.error(code, text)
    }
  }

  #query(sql: string): Buffer {
    this.statements.delete('')
    this.#portals.clear()
    if (/^(bad|fail)/.test(sql)) return Buffer.concat([b.error('42601', sql), b.ready()])
    return Buffer.concat([b.description, b.row(sql), b.complete('SELECT 1'), b.ready()])
  }

  #extended(type: string, body: Buffer): Buffer {
    switch (type) {
      case 'P':
        return this.#parse(body)
      case 'B':
        return this.#bind(body)
      case 'D': {
        const name = body.toString('utf8', 1, body.length - 1)
        if (body[0] === 0x53) {
          this.#statement(name)
          return Buffer.concat([b.parameters, b.description])
        }
        this.#portal(name)
        return b.description
      }
      case 'E':
        return this.#execute(body)
      case 'C':
        if (body[0] === 0x53) this.statements.delete(body.toString('utf8', 1, body.length - 1))
        else this.#portals.delete(body.toString('utf8', 1, body.length - 1))
        return b.closeComplete
      default:
        throw new Error(`08P01|no message of type ${type}`)
    }
  }

  #parse(body: Buffer): Buffer {
    const nameEnd = zero(body, 0)
    const textEnd = zero(body, nameEnd + 1)
    if (nameEnd < 0 || textEnd < 0) throw new Error('08P01|invalid string in message')
    const name = body.toString('utf8', 0, nameEnd)
    const text = body.toString('utf8', nameEnd + 1, textEnd)
    if (name === '') this.statements.delete('')
    if (text.startsWith('bad')) throw new Error(`42601|${text}`)
    if (this.statements.has(name)) throw new Error(`42P05|prepared statement "${name}" already exists`)
    this.statements.set(name, text)
    return b.parseComplete
  }

  #bind(body: Buffer): Buffer {
    const portalEnd = zero(body, 0)
    const nameEnd = zero(body, portalEnd + 1)
    if (portalEnd < 0 || nameEnd < 0) throw new Error('08P01|invalid string in message')
    const portal = body.toString('utf8', 0, portalEnd)
    const text = this.#statement(body.toString('utf8', portalEnd + 1, nameEnd))
    if (portal !== '' && this.#portals.has(portal)) throw new Error(`42P03|cursor "${portal}" already exists`)
    // What follows the name are the values: they belong to the result.
    const values = body.toString('latin1', nameEnd + 1).replaceAll('\0', '')
    this.#portals.set(portal, { text: `${text}/${values}`, left: text.startsWith('many') ? 3 : 1 })
    return b.bindComplete
  }

  #execute(body: Buffer): Buffer {
    const end = zero(body, 0)
    const portal = this.#portal(body.toString('utf8', 0, end))
    const limit = body.readInt32BE(end + 1)
    if (portal.text.startsWith('fail')) throw new Error(`22012|${portal.text}`)
    const rows = limit > 0 ? Math.min(limit, portal.left) : portal.left
    portal.left -= rows
    const suspended = limit > 0 && rows === limit
    return Buffer.concat([
      ...Array.from({ length: rows }, () => b.row(portal.text)),
      suspended ? b.suspended : b.complete(`SELECT ${rows}`),
    ])
  }

  #statement(name: string): string {
    const text = this.statements.get(name)
    if (text === undefined) throw new Error(`26000|prepared statement "${name}" does not exist`)
    return text
  }

  #portal(name: string): { text: string; left: number } {
    const portal = this.#portals.get(name)
    if (portal === undefined) throw new Error(`34000|portal "${name}" does not exist`)
    return portal
  }
}

/** For failure messages: types and texts. */
export const readable = (reply: Buffer): string =>
  `${typesOf(reply)} ${reply.toString('latin1').replace(/[^\x20-\x7e]+/g, '.')}`
