/** A client's commands as bytes, and a MySqlClient whose classifier says what a test wants. */
import type { SessionState } from '../../src/dialect.ts'
import { MySqlClient } from '../../src/mysql/client.ts'
import type { MySqlClientContext } from '../../src/mysql/client-context.ts'
import type { Outcome } from '../../src/mysql/outcome.ts'
import { packetsOf } from '../../src/mysql/packets.ts'
import type { MySqlUnit } from '../../src/mysql/unit.ts'
import type { Classifier, Control, Facts } from '../../src/sql/facts.ts'
import { needsPrimary } from '../../src/sql/needs-primary.ts'
import { listener } from '../postgres/conversation.ts'

export const LEX = { standardConformingStrings: false, asciiSafeEncoding: true }

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

/** Payloads, without packet headers. */
export const command = {
  bare: (code: number, rest: Uint8Array | string = '') => Buffer.concat([Buffer.from([code]), Buffer.from(rest)]),
  query: (sql: string) => command.bare(0x03, sql),
  /** With query attributes agreed, and none sent. */
  attributedQuery: (sql: string) => Buffer.concat([Buffer.from([0x03, 0, 1]), Buffer.from(sql)]),
  prepare: (sql: string) => command.bare(0x16, sql),
  execute: (id: number, rest: readonly number[] = [], cursor = 0) =>
    Buffer.concat([Buffer.from([0x17]), int32(id), Buffer.from([cursor, 1, 0, 0, 0, ...rest])]),
  bulk: (id: number, rest: readonly number[] = []) =>
    Buffer.concat([Buffer.from([0xfa]), int32(id), Buffer.from(rest)]),
  longData: (id: number, data: Uint8Array | string, parameter = 0) =>
    Buffer.concat([Buffer.from([0x18]), int32(id), Buffer.from([parameter, 0]), Buffer.from(data)]),
  close: (id: number) => Buffer.concat([Buffer.from([0x19]), int32(id)]),
  reset: (id: number) => Buffer.concat([Buffer.from([0x1a]), int32(id)]),
  fetch: (id: number, rows = 10) => Buffer.concat([Buffer.from([0x1c]), int32(id), int32(rows)]),
  kill: (id: number) => Buffer.concat([Buffer.from([0x0c]), int32(id)]),
  quit: Buffer.from([0x01]),
  ping: Buffer.from([0x0e]),
  resetConnection: Buffer.from([0x1f]),
  setOption: (value: number) => Buffer.from([0x1b, value, 0]),
  initDb: (name: string) => command.bare(0x02, name),
}

/** One payload in packets. */
export const framed = (payload: Buffer, sequence = 0): Buffer => Buffer.concat(packetsOf(payload, sequence))

const NO_STATE: SessionState = { key: '', settings: new Map() }

export interface ClientOptions extends Partial<Omit<MySqlClientContext, 'classifier' | 'limits'>> {
  readonly statementBytes?: number
  readonly preparedPerSession?: number
  /** Facts by text; what is missing belongs on the primary. */
  readonly facts?: (sql: string) => Partial<Facts>
  readonly control?: (sql: string) => Control | null
  readonly version?: () => number
}

export function testClassifier(options: ClientOptions = {}): Classifier {
  const decoded = (text: Uint8Array, start: number, end: number) => Buffer.from(text.subarray(start, end)).toString()
  return {
    classify: (text, start, end) => ({
      ...needsPrimary('SELECT', 'write', { kind: 'none' }),
      ...options.facts?.(decoded(text, start, end)),
    }),
    control: (text, start, end) => options.control?.(decoded(text, start, end)) ?? null,
    hint: () => null,
    learnWrite() {},
    get version() {
      return options.version?.() ?? 0
    },
    invalidate() {},
    stats: { entries: 0, hits: 0, misses: 0 },
  }
}

export function clientSide(options: ClientOptions = {}): MySqlClient {
  return new MySqlClient({
    classifier: testClassifier(options),
    limits: {
      statementBytes: options.statementBytes ?? 1 << 20,
      preparedPerSession: options.preparedPerSession ?? 100,
    },
    profile: options.profile ?? { capabilities: 0, extended: 0, collation: 45 },
    database: options.database ?? '',
    sessionTrack: options.sessionTrack ?? false,
    flavour: options.flavour ?? 'mysql',
    serverVersion: options.serverVersion ?? 90700,
    connectionId: options.connectionId ?? 7,
    state: options.state ?? (() => NO_STATE),
    schemaVersion: () => 0,
  })
}

/** The one unit that comes of a payload. */
export function unitOf(client: MySqlClient, payload: Buffer): MySqlUnit {
  const handler = listener()
  client.receive(framed(payload), handler)
  const [event] = handler.heard
  if (handler.heard.length !== 1 || typeof event !== 'object' || !('unit' in event)) throw new Error('not one unit')
  return event.unit as unknown as MySqlUnit
}

/** An OK packet's worth of success, unless said otherwise. */
export const outcome = (of: Partial<Outcome> = {}): Outcome => ({
  failure: null,
  results: 1,
  status: 0x0002,
  affectedRows: 0n,
  insertId: 0n,
  insertIdSeen: false,
  warnings: 0,
  rows: null,
  ...of,
})

/** Runs one command as far as a server would: resolves it and reports how it ended. */
export function ran(client: MySqlClient, payload: Buffer, of: Partial<Outcome> = {}): MySqlUnit {
  const unit = unitOf(client, payload)
  client.resolve(unit, LEX)
  client.insertIdFor(unit)
  client.completed(unit, outcome(of))
  return unit
}

/** Prepares a statement on the pretended server; returns the client's id. */
export function prepared(client: MySqlClient, sql: string, parameters = 0): number {
  const unit = unitOf(client, command.prepare(sql))
  client.resolve(unit, LEX)
  const id = client.prepared(unit, parameters, 1)
  client.completed(unit, outcome())
  return id
}

/** The errno of an ERR packet. */
export const errno = (reply: Buffer | null): number | null => (reply?.[4] === 0xff ? reply.readUInt16LE(5) : null)
