/**
 * Capability flags (manual, "Capabilities Flags"; MariaDB's, "Connection", capabilities) and the profile: what of a client's login shapes the
 * packets of its session. Both legs of a session have the same profile, so replies pass through unread.
 */

/** MariaDB calls it CLIENT_MYSQL: a server that does not set it is MariaDB and has extended capabilities. */
export const LONG_PASSWORD = 1
export const FOUND_ROWS = 1 << 1
export const LONG_FLAG = 1 << 2
export const CONNECT_WITH_DB = 1 << 3
export const NO_SCHEMA = 1 << 4
export const COMPRESS = 1 << 5
export const ODBC = 1 << 6
export const LOCAL_FILES = 1 << 7
export const IGNORE_SPACE = 1 << 8
export const PROTOCOL_41 = 1 << 9
export const INTERACTIVE = 1 << 10
export const SSL = 1 << 11
export const TRANSACTIONS = 1 << 13
export const RESERVED = 1 << 14
export const SECURE_CONNECTION = 1 << 15
export const MULTI_STATEMENTS = 1 << 16
export const MULTI_RESULTS = 1 << 17
export const PS_MULTI_RESULTS = 1 << 18
export const PLUGIN_AUTH = 1 << 19
export const CONNECT_ATTRS = 1 << 20
export const PLUGIN_AUTH_LENENC_CLIENT_DATA = 1 << 21
export const CAN_HANDLE_EXPIRED_PASSWORDS = 1 << 22
export const SESSION_TRACK = 1 << 23
export const DEPRECATE_EOF = 1 << 24
export const OPTIONAL_RESULTSET_METADATA = 1 << 25
export const ZSTD_COMPRESSION = 1 << 26
export const QUERY_ATTRIBUTES = 1 << 27
export const MULTI_FACTOR_AUTHENTICATION = 1 << 28
export const CAPABILITY_EXTENSION = 1 << 29
export const SSL_VERIFY_SERVER_CERT = 1 << 30
export const REMEMBER_OPTIONS = (1 << 31) >>> 0

/** MariaDB's extended capabilities: the upper 32 bits of 64, kept as a number of their own. */
export const EXT_STMT_BULK_OPERATIONS = 1 << 2
export const EXT_EXTENDED_METADATA = 1 << 3
export const EXT_BULK_UNIT_RESULTS = 1 << 5

/** What both legs must have in common. (SESSION_TRACK is not among it: servers always have it on Freshet's side, and it is taken out for clients without it.) */
export const PASS_THROUGH =
  FOUND_ROWS |
  LONG_FLAG |
  NO_SCHEMA |
  ODBC |
  LOCAL_FILES |
  IGNORE_SPACE |
  INTERACTIVE |
  MULTI_STATEMENTS |
  MULTI_RESULTS |
  PS_MULTI_RESULTS |
  DEPRECATE_EOF |
  OPTIONAL_RESULTSET_METADATA |
  QUERY_ATTRIBUTES

/**
 * Cached metadata are not among it: a server leaves column definitions out when it told them at PREPARE, and what Freshet prepares on another
 * connection after a change of the table has definitions that its client has never seen.
 */
export const EXTENDED_PASS_THROUGH = EXT_STMT_BULK_OPERATIONS | EXT_EXTENDED_METADATA | EXT_BULK_UNIT_RESULTS

/** What Freshet asks of every server that has it, whatever its client can do. */
export const ALWAYS_ASKED =
  LONG_PASSWORD |
  PROTOCOL_41 |
  TRANSACTIONS |
  SECURE_CONNECTION |
  PLUGIN_AUTH |
  PLUGIN_AUTH_LENENC_CLIENT_DATA |
  CONNECT_ATTRS |
  SESSION_TRACK

/** What a server can do and Freshet cannot pass on, or does by itself. */
const NOT_SHOWN =
  SSL |
  COMPRESS |
  RESERVED |
  CAN_HANDLE_EXPIRED_PASSWORDS |
  MULTI_FACTOR_AUTHENTICATION |
  CAPABILITY_EXTENSION |
  SSL_VERIFY_SERVER_CERT |
  REMEMBER_OPTIONS

/** The capabilities that Freshet greets its clients with, by those of the servers; `tls`: its listener speaks TLS. */
export function shownCapabilities(server: number, tls: boolean): number {
  const own =
    PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH | PLUGIN_AUTH_LENENC_CLIENT_DATA | CONNECT_WITH_DB | COMPRESS
  return ((server & ~NOT_SHOWN) | own | (tls ? SSL : 0)) >>> 0
}

/** What the shape of a session's packets depends on, and the collation its login asked for. */
export interface Profile {
  /** Capability flags within PASS_THROUGH, unsigned. */
  readonly capabilities: number
  /** MariaDB's, within EXTENDED_PASS_THROUGH. */
  readonly extended: number
  /** Collation id of the login, 1 to 255 (the field is one byte). */
  readonly collation: number
}

export const has = (capabilities: number, flag: number): boolean => (capabilities & flag) !== 0

/** The profile as ClientIdentity and ServerAccount carry it: `capabilities.extended.collation`, the first two in hexadecimal. */
export function formatProfile(profile: Profile): string {
  return `${profile.capabilities.toString(16)}.${profile.extended.toString(16)}.${profile.collation}`
}

/** Reads what formatProfile wrote; '' (Freshet's own sessions) is the profile without anything, utf8mb4. */
export function parseProfile(text: string): Profile {
  if (text === '') return { capabilities: OWN_CAPABILITIES, extended: 0, collation: UTF8MB4_GENERAL_CI }
  const [capabilities = '0', extended = '0', collation = '0'] = text.split('.')
  return {
    capabilities: Number.parseInt(capabilities, 16),
    extended: Number.parseInt(extended, 16),
    collation: Number(collation),
  }
}

/** What a login yields: what both the client and the servers can do. `extended`: 0 unless both are MariaDB's. */
export function profileOf(
  client: { readonly capabilities: number; readonly extended: number },
  server: { readonly capabilities: number; readonly extended: number },
  collation: number,
): Profile {
  return {
    capabilities: (client.capabilities & server.capabilities & PASS_THROUGH) >>> 0,
    extended: (client.extended & server.extended & EXTENDED_PASS_THROUGH) >>> 0,
    collation,
  }
}

const UTF8MB4_GENERAL_CI = 45
const OWN_CAPABILITIES = LONG_FLAG | MULTI_RESULTS | PS_MULTI_RESULTS | DEPRECATE_EOF
