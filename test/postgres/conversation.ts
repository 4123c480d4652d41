/** Frames as clients and servers send them, and both codecs of one conversation joined without sockets. */
import type { ClientHandler, Failure, ReplySink, SessionState, TransactionStatus, Unit } from '../../src/dialect.ts'
import { PgClient } from '../../src/postgres/client.ts'
import type { Classifier } from '../../src/sql/facts.ts'
import { needsPrimary } from '../../src/sql/needs-primary.ts'
import { message } from '../support/script.ts'

const int16 = (value: number) => Buffer.from([(value >> 8) & 0xff, value & 0xff])
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** What a client sends. */
export const frontend = {
  query: (sql: string) => message('Q', `${sql}\0`),
  parse: (name: string, sql: string) => message('P', Buffer.concat([Buffer.from(`${name}\0${sql}\0`), int16(0)])),
  bind: (portal: string, statement: string, ...values: string[]) =>
    message(
      'B',
      Buffer.concat([
        Buffer.from(`${portal}\0${statement}\0`),
        int16(0),
        int16(values.length),
        ...values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]),
        int16(0),
      ]),
    ),
  describe: (kind: 'S' | 'P', name: string) => message('D', `${kind}${name}\0`),
  execute: (portal: string, rows = 0) => message('E', Buffer.concat([Buffer.from(`${portal}\0`), int32(rows)])),
  close: (kind: 'S' | 'P', name: string) => message('C', `${kind}${name}\0`),
  sync: message('S'),
  flush: message('H'),
  terminate: message('X'),
  copyData: (data: string | Uint8Array) => message('d', data),
  copyDone: message('c'),
  copyFail: (why: string) => message('f', `${why}\0`),
  /** pg_backend_pid() by its object id. */
  functionCall: (oid: number) => message('F', Buffer.concat([int32(oid), int16(0), int16(0), int16(0)])),
}

/** What a server sends. */
export const backend = {
  parseComplete: message('1'),
  bindComplete: message('2'),
  closeComplete: message('3'),
  noData: message('n'),
  emptyQuery: message('I'),
  suspended: message('s'),
  parameters: message('t', int16(0)),
  description: message('T', Buffer.concat([int16(1), Buffer.from('one\0'), Buffer.alloc(18)])),
  row: (value: string) => message('D', Buffer.concat([int16(1), int32(Buffer.byteLength(value)), Buffer.from(value)])),
  complete: (tag: string) => message('C', `${tag}\0`),
  error: (code: string, text = 'no') => message('E', `SERROR\0VERROR\0C${code}\0M${text}\0\0`),
  fatal: (code: string) => message('E', `SFATAL\0VFATAL\0C${code}\0Mbye\0\0`),
  notice: (text: string) => message('N', `SNOTICE\0VNOTICE\0C00000\0M${text}\0\0`),
  notification: (channel: string) => message('A', Buffer.concat([int32(7), Buffer.from(`${channel}\0hello\0`)])),
  parameter: (name: string, value: string) => message('S', `${name}\0${value}\0`),
  copyIn: message('G', Buffer.from([0, 0, 0])),
  copyOut: message('H', Buffer.from([0, 0, 0])),
  copyData: (data: string) => message('d', data),
  copyDone: message('c'),
  ready: (status: 'I' | 'T' | 'E' = 'I') => message('Z', status),
}

/** What a handler was told, in order; neighbouring pieces of a stream are one event. */
export type Heard =
  | { readonly unit: Unit & { readonly kind?: string; readonly endsWith?: string } }
  | { readonly stream: string }
  | { readonly violation: Failure }
  | 'terminate'

export function listener(): ClientHandler & { readonly heard: Heard[] } {
  const heard: Heard[] = []
  let streaming: Buffer[] = []
  const settle = () => {
    if (streaming.length > 0) heard.push({ stream: Buffer.concat(streaming).toString('latin1') })
    streaming = []
  }
  return {
    get heard() {
      settle()
      return heard
    },
    unit(unit) {
      settle()
      heard.push({ unit })
    },
    // Kept without a copy, as a socket does that writes later.
    stream: (view) => void streaming.push(view),
    relogin() {},
    terminate() {
      settle()
      heard.push('terminate')
    },
    violation(failure) {
      settle()
      heard.push({ violation: failure })
    },
  }
}

const NO_STATE: SessionState = { key: '', settings: new Map() }

/** Judges nothing: everything belongs on the primary. */
export const noJudgement: Classifier = {
  classify: () => needsPrimary('SELECT', 'unparsed'),
  control: () => null,
  hint: () => null,
  learnWrite() {},
  version: 0,
  invalidate() {},
  stats: { entries: 0, hits: 0, misses: 0 },
}

export interface TestClientOptions {
  readonly statementBytes?: number
  readonly preparedPerSession?: number
  readonly classifier?: Classifier
}

export function testClient(options: TestClientOptions = {}): PgClient {
  return new PgClient({
    classifier: options.classifier ?? noJudgement,
    limits: {
      statementBytes: options.statementBytes ?? 1 << 20,
      preparedPerSession: options.preparedPerSession ?? 100,
    },
    state: () => NO_STATE,
    schemaVersion: () => 0,
  })
}

export interface HeardReply extends ReplySink {
  /** What the client would have got. */
  readonly bytes: () => Buffer
  readonly failures: Failure[]
  readonly reports: string[]
  status: TransactionStatus | null
}

/** `swallow`: errors are dropped, with the rest of the reply. */
export function replySink(swallow = false): HeardReply {
  const parts: Buffer[] = []
  const sink: HeardReply = {
    bytes: () => Buffer.concat(parts),
    failures: [],
    reports: [],
    status: null,
    data: (view) => void parts.push(Buffer.from(view)),
    error(failure) {
      sink.failures.push(failure)
      return swallow
    },
    report(name, value) {
      sink.reports.push(`${name}=${value}`)
      return false
    },
    copyIn() {},
    end(status) {
      if (sink.status !== null) throw new Error('ended twice')
      sink.status = status
    },
  }
  return sink
}

/** The types of the messages in these bytes, one letter each. */
export function typesOf(bytes: Buffer): string {
  let types = ''
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) types += String.fromCharCode(bytes[at]!)
  return types
}

/** The ways in which bytes may arrive: whole, byte by byte, in uneven pieces, and with something behind them. */
export function* arrivals(bytes: Buffer, behind: Buffer): Generator<readonly [string, readonly Buffer[]]> {
  yield ['whole', [Buffer.from(bytes)]]
  yield ['byte by byte', Array.from(bytes, (byte) => Buffer.from([byte]))]
  for (const size of [2, 3, 5, 7, 11]) {
    const pieces: Buffer[] = []
    for (let at = 0; at < bytes.length; at += size) pieces.push(Buffer.from(bytes.subarray(at, at + size)))
    yield [`pieces of ${size}`, pieces]
  }
  yield ['with trailing bytes', [Buffer.concat([bytes, behind])]]
}
