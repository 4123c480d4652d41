import type { ServerTlsMode } from '../config/types.ts'
import type { Dialect, Failure, Sample } from '../dialect.ts'
import type { LexMode } from '../sql/facts.ts'
import { FieldReader } from '../wire/reader.ts'
import type { ServerSecret } from './auth/types.ts'
import { parameterStatus } from './backend.ts'
import { TERMINATE } from './frontend.ts'
import { covers, formatToken, type PostgresPosition, parseToken } from './position.ts'
import { PgServerCodec } from './server-codec.ts'
import { createServerLogin } from './server-login.ts'
import {
  captureSql,
  difference,
  differenceFromUnknown,
  keepsOnPrimary,
  LOGIN_STATE,
  readCaptured,
  settingFromSql,
  settingFromValue,
  stateOf,
  withSetting,
} from './session-state.ts'
import { settingNames } from './setting-names.ts'
import { StatementNames } from './statements.ts'

export interface PgDialectOptions {
  readonly tls: ServerTlsMode
  readonly preparedPerConnection: number
  /** Distinct statement texts whose names are remembered. */
  readonly statementNames: number
}

/** Encodings with characters that contain bytes below 0x80 (manual, "Character Set Support": those that servers do not take). */
const UNSAFE_ENCODINGS = new Set(['SJIS', 'SHIFT_JIS_2004', 'BIG5', 'GBK', 'UHC', 'GB18030', 'JOHAB'])
const SERVER_ONLY = new Set(['in_hot_standby', 'default_transaction_read_only'])

const SAFE: LexMode = { standardConformingStrings: true, asciiSafeEncoding: true }

/** PostgreSQL behind the neutral core. */
export function createPgDialect(options: PgDialectOptions): Dialect {
  const names = new StatementNames(options.statementNames)
  return {
    serverLogin: ({ user, database, secret }, readOnly) =>
      createServerLogin({ user, database, secret: secret as ServerSecret, tls: options.tls, readOnly }),
    serverCodec: (write) => new PgServerCodec(names, options.preparedPerConnection, write),
    readRows,
    loginState: LOGIN_STATE,
    goodbye: TERMINATE,
    difference,
    differenceFromUnknown,
    withSetting: (state, name, value) => withSetting(state, name, value === null ? null : settingFromSql(name, value)),
    stateFromValues: (values) =>
      stateOf(
        new Map(values.map(([name, value]) => [canonicalName(name), settingFromValue(canonicalName(name), value)])),
      ),
    stateFromSettings: stateOf,
    keepsOnPrimary,
    stateAfterReport: (state) => state,
    errorFailsTransaction: true,
    transactionalSettings: true,
    // A session that sets the default stays on the primary. One that its role or its database has is found out when it matters.
    isolation: () => 'read committed',
    isolationSql: 'SHOW transaction_isolation',
    forgetSequences: 'DISCARD SEQUENCES',
    captureSql,
    settingNames,
    readCaptured,
    replicaRefusal,
    // 26000: no such statement; 42P05: it exists already. Clients' own names never begin so on servers.
    isInterruption: ({ code }) => code === '57014',
    lacksStatement: ({ code, message }) => (code === '26000' || code === '42P05') && message.includes('"freshet_'),
    serverOnly: (parameter) => SERVER_ONLY.has(parameter),
    formatToken: (position) => formatToken(position as PostgresPosition),
    tokenStanding,
    lexMode,
    encodeParameter: parameterStatus,
  }
}

const canonicalName = (name: string): string => name.toLowerCase()

function lexMode(parameters: ReadonlyMap<string, string>): LexMode {
  const conforming = parameters.get('standard_conforming_strings') !== 'off'
  const safe = !UNSAFE_ENCODINGS.has((parameters.get('client_encoding') ?? 'UTF8').toUpperCase())
  return conforming && safe ? SAFE : { standardConformingStrings: conforming, asciiSafeEncoding: safe }
}

/**
 * What a hot standby answers to something that it cannot do because it is one (manual, "Hot Standby"). 25006: it would write.
 * 0A000: an unlogged or temporary relation, a serializable snapshot, ... 40001 with a conflict: replay removed what it was reading.
 * 57P01: the server is being stopped, and says so before anything has been sent.
 */
function replicaRefusal(failure: Failure): 'learn' | 'once' | null {
  if (failure.code === '25006') return 'learn'
  if (failure.code === '0A000') return failure.message.startsWith('cached plan') ? 'once' : 'learn'
  if (failure.code === '40001' && failure.message.includes('conflict with recovery')) return 'once'
  if (failure.code === '40P01') return 'once'
  // 55000: "recovery is in progress", of functions that only a primary can run.
  if (failure.code === '55000' && failure.message.includes('recovery is in progress')) return 'learn'
  if (failure.code === '57P01' || failure.code === '57P02') return 'once'
  return null
}

function tokenStanding(
  token: string,
  { identity, position, history }: Sample,
): 'covered' | 'unproved' | 'ahead' | 'foreign' | 'malformed' {
  const asked = parseToken(token)
  if (asked === null) return 'malformed'
  if (asked.identity !== identity) return 'foreign'
  if (asked.timeline > history) return 'ahead'
  if (asked.timeline < history || position === null) return 'unproved'
  // Ahead on its own timeline: a crash has lost it.
  return covers(position, asked) ? 'covered' : 'unproved'
}

function readRows(reply: Buffer): (string | null)[][] {
  const rows: (string | null)[][] = []
  for (let at = 0; at < reply.length; at += 1 + reply.readInt32BE(at + 1)) {
    if (reply[at] !== 0x44) continue
    const reader = new FieldReader(reply, at + 5)
    const row: (string | null)[] = []
    for (let column = reader.int16(); column > 0; column--) {
      const size = reader.int32()
      row.push(size < 0 ? null : reader.bytes(size).toString('utf8'))
    }
    rows.push(row)
  }
  return rows
}
