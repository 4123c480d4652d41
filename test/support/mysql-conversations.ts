/** What clients say in the MySQL protocol: each conversation is had with a server, and with Freshet before it. */

import type { Flavour } from '../../src/cli/demo/mysql-flavour.ts'
import * as capabilities from '../../src/mysql/capabilities.ts'
import { command as c } from '../mysql/client-side.ts'
import { MODERN, type RawMysql, show } from './mysql-raw.ts'

/** A text is a COM_QUERY; a function says something more and returns what it heard. */
export type Said = string | Buffer | ((client: RawMysql) => Promise<Buffer>)

export interface Conversation {
  readonly name: string
  readonly said: readonly Said[]
  readonly capabilities?: number
  readonly extended?: number
  readonly only?: Flavour
}

/** Statements are numbered in the order of their preparation here; the servers have numbers of their own, which nothing heard contains. */
export function conversation(client: RawMysql): (said: Said) => Promise<string> {
  const ids: number[] = []
  const own = (payload: Buffer): Buffer => {
    if (![0x17, 0x18, 0x19, 0x1a, 0x1c, 0xfa].includes(payload[0]!) || payload.length < 5) return payload
    const copy = Buffer.from(payload)
    copy.writeUInt32LE(ids[payload.readUInt32LE(1) - 1] ?? 4_000_000, 1)
    return copy
  }
  return async (said) => {
    if (typeof said === 'string') return `-- ${said.slice(0, 100)}\n${untold(await client.query(said))}`
    if (typeof said === 'function') return show(await said(client))
    const reply = Buffer.from(await client.ask(own(said)))
    if (said[0] === 0x16 && reply[4] === 0) {
      ids.push(reply.readUInt32LE(5))
      reply.writeUInt32LE(ids.length, 5)
    }
    return `-- command ${said[0]} ${said.subarray(1, 40).toString('latin1')}\n${withoutId(reply)}`
  }
}

/**
 * MySQL tells of the beginning and the end of a transaction by a tracker that is switched off (session_track_transaction_info), and of nothing in
 * between. Freshet keeps to what was asked for.
 */
function untold(reply: Buffer): string {
  const packets: Buffer[] = []
  for (let at = 0; at + 4 <= reply.length; ) {
    const end = at + 4 + reply.readUIntLE(at, 3)
    packets.push(withoutTransactionState(reply.subarray(at, end)))
    at = end
  }
  return show(Buffer.concat(packets))
}

function withoutTransactionState(packet: Buffer): Buffer {
  const ok = packet[4] === 0 && packet[5] === 0 && packet[6] === 0 && (packet[8]! & 0x40) !== 0
  const nothing = packet.length === 13 && packet[11] === 0
  const state = packet.length === 24 && packet.subarray(11, 15).equals(Buffer.from([0, 0x0b, 5, 9]))
  if (!ok || !(nothing || state)) return packet
  const without = Buffer.from(packet.subarray(0, 11))
  without[0] = 7
  without[8]! &= 0xbf
  return without
}

/** Errors name the statement's number. */
const withoutId = (reply: Buffer): string => (reply[4] === 0xff ? show(reply).replace(/\(\d+\)/, '(id)') : show(reply))

/** COM_STMT_EXECUTE with parameters of these types; null values are in the bitmap. */
export function execute(
  id: number,
  parameters: readonly (readonly [number, Buffer | null])[],
  bound = true,
  cursor = 0,
): Buffer {
  const bitmap = Buffer.alloc((parameters.length + 7) >> 3)
  for (const [index, [, value]] of parameters.entries()) if (value === null) bitmap[index >> 3]! |= 1 << (index & 7)
  const types = bound ? parameters.map(([type]) => Buffer.from([type & 255, type >> 8])) : []
  const values = parameters.flatMap(([, value]) => value ?? [])
  const tail = parameters.length === 0 ? [] : [bitmap, Buffer.from([bound ? 1 : 0]), ...types, ...values]
  return c.execute(id, [...Buffer.concat(tail)], cursor)
}

const text = (value: string): Buffer => Buffer.concat([Buffer.from([Buffer.byteLength(value)]), Buffer.from(value)])
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}
const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}
const [LONG, DOUBLE, VARCHAR, BLOB, DATETIME, TINY, LONGLONG, TIME, DECIMAL] = [3, 5, 15, 252, 12, 1, 8, 11, 246]

/** Says a LOAD DATA LOCAL and sends the file in pieces, if it is asked for. */
const load =
  (sql: string, ...pieces: string[]): Said =>
  async (client) => {
    const asked = await client.query(sql)
    if (asked[4] !== 0xfb) return asked
    let sequence = asked[3]! + 1
    for (const piece of [...pieces, '']) {
      const head = Buffer.alloc(4)
      head.writeUIntLE(piece.length, 0, 3)
      head[3] = sequence++
      client.send(Buffer.concat([head, Buffer.from(piece)]))
    }
    return Buffer.concat([asked, await client.reply(3)])
  }

const LOAD = "LOAD DATA LOCAL INFILE 'x.csv' INTO TABLE t FIELDS TERMINATED BY ','"
const ALL = (id: number) => [
  c.prepare(`SELECT ${'?, '.repeat(8)}?`),
  execute(id, [
    [LONG, int32(-7)],
    [DOUBLE, double(1.5)],
    [VARCHAR, text("it's")],
    [BLOB, text('\0\xff')],
    [DATETIME, Buffer.from([7, 0xe8, 7, 2, 29, 12, 30, 59])],
    [TINY | 0x8000, Buffer.from([255])],
    [LONGLONG, Buffer.from([255, 255, 255, 255, 255, 255, 255, 127])],
    [TIME, Buffer.from([8, 1, 1, 0, 0, 0, 2, 3, 4])],
    [DECIMAL, text('12.340')],
  ]),
]

const everywhere: Record<string, readonly Said[]> = {
  'simple statements': [
    'SELECT 1',
    "SELECT 'a', NULL, 1.5, 2e3, CURRENT_DATE IS NULL, 0x41",
    '',
    ';',
    '/* nothing */',
    'SELECT * FROM t',
    'SELECT * FROM t WHERE id = 99',
    "INSERT INTO t (v) VALUES ('x'), ('y')",
    'SELECT LAST_INSERT_ID()',
    'SELECT ROW_COUNT()',
    "UPDATE t SET v = 'z'",
    "UPDATE t SET v = 'z'",
    'DELETE FROM t WHERE id = 1',
    "REPLACE INTO t VALUES (2, 'replaced')",
    'DO 1',
    'TABLE t',
    'VALUES (1), (2)',
    'SHOW TABLES',
    'DESCRIBE t',
    'SHOW CREATE TABLE t',
    'SELECT * FROM v ORDER BY id',
  ],
  errors: [
    'SELEC',
    'SELECT * FROM nowhere',
    'SELECT nope',
    "INSERT INTO t VALUES (1, 'again')",
    'SHOW WARNINGS',
    'SELECT 1',
    'USE nowhere',
    "SET sql_mode = 'nonsense'",
    'SET nothing = 1',
    'COMMIT',
    'ROLLBACK',
    'SAVEPOINT',
    'KILL 4294967290',
    "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'mine', MYSQL_ERRNO = 5000",
    'SHOW ERRORS',
    'CALL nowhere()',
    'EXECUTE nothing',
  ],
  warnings: [
    "SELECT CAST('12x' AS SIGNED)",
    'SHOW WARNINGS',
    'SHOW COUNT(*) WARNINGS',
    'SELECT @@warning_count',
    'SELECT 1',
    'SHOW WARNINGS',
    'DROP TABLE IF EXISTS nowhere, nowhere2',
    'SHOW WARNINGS LIMIT 1',
    'SHOW WARNINGS;',
    "INSERT IGNORE INTO t VALUES (1, 'dup')",
    'SHOW WARNINGS',
    'SELECT SQL_CALC_FOUND_ROWS * FROM t LIMIT 1',
    'SELECT FOUND_ROWS()',
  ],
  'every command': [
    c.ping,
    c.initDb('app'),
    c.initDb('nowhere'),
    c.bare(0x04, 't\0'),
    c.bare(0x04, 't\0v'),
    c.bare(0x04, 'nowhere\0'),

    c.resetConnection,
    c.setOption(0),
    c.setOption(1),
    c.setOption(9),
    c.bare(0x1b),
    c.bare(0x00),
    c.bare(0x05, 'x'),
    c.bare(0x06, 'x'),
    c.bare(0x0b),
    c.bare(0x0f),
    c.bare(0x10),
    c.bare(0x13),
    c.bare(0x14),
    c.bare(0x1d),
    c.bare(0x77),
    c.bare(0xff),
    // MySQL's next OK packet counts the errors before it as warnings, until a statement has run.
    'DO 1',
    c.ping,
    c.bare(0x07, '\x01'),
    'DO 1',
    c.ping,
  ],
  transactions: [
    'BEGIN',
    'SELECT * FROM t',
    "INSERT INTO t VALUES (10, 'a')",
    'SELECT 1',
    'COMMIT',
    'BEGIN',
    'COMMIT',
    'BEGIN',
    'ROLLBACK',
    'START TRANSACTION READ ONLY',
    'SELECT id FROM t',
    "INSERT INTO t VALUES (11, 'b')",
    'COMMIT',
    'START TRANSACTION READ WRITE',
    "INSERT INTO t VALUES (12, 'c')",
    'SAVEPOINT a',
    "INSERT INTO t VALUES (13, 'd')",
    'ROLLBACK TO a',
    'ROLLBACK TO nothing',
    'RELEASE SAVEPOINT a',
    'COMMIT',
    'SELECT id FROM t ORDER BY id',
    'BEGIN',
    'BEGIN',
    "INSERT INTO t VALUES (14, 'e')",
    'COMMIT AND CHAIN',
    "INSERT INTO t VALUES (15, 'f')",
    'ROLLBACK AND CHAIN',
    'SELECT 1',
    'ROLLBACK',
    'START TRANSACTION WITH CONSISTENT SNAPSHOT',
    'SELECT id FROM t',
    'COMMIT',
    'SET autocommit = 0',
    'SELECT 1',
    "INSERT INTO t VALUES (16, 'g')",
    'ROLLBACK',
    "INSERT INTO t VALUES (17, 'h')",
    'SET autocommit = 1',
    'ROLLBACK',
    'SELECT id FROM t ORDER BY id',
    'BEGIN',
    'SELEC',
    'SELECT 1',
    'SELECT * FROM nowhere',
    "INSERT INTO t VALUES (18, 'i')",
    "INSERT INTO t VALUES (18, 'i')",
    'SELECT 1',
    'COMMIT',
    'BEGIN',
    'CREATE TABLE IF NOT EXISTS t2 (id INT)',
    'ROLLBACK',
    'DROP TABLE t2',
    'COMMIT RELEASE',
  ],
  'isolation levels': [
    'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    'BEGIN',
    'SELECT 1',
    'SET TRANSACTION READ ONLY',
    'COMMIT',
    'SET TRANSACTION READ ONLY',
    "INSERT INTO t VALUES (20, 'a')",
    "INSERT INTO t VALUES (20, 'a')",
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    'BEGIN',
    'SELECT id FROM t',
    'COMMIT',
    'SET SESSION TRANSACTION READ ONLY',
    "INSERT INTO t VALUES (21, 'a')",
    'SET SESSION TRANSACTION READ WRITE',
    "INSERT INTO t VALUES (21, 'a')",
  ],
  'prepared statements': [
    c.prepare('SELECT * FROM t WHERE id = ?'),
    execute(1, [[LONG, int32(1)]]),
    execute(1, [[LONG, int32(2)]], false),
    execute(1, [[LONG, null]]),
    execute(1, [[VARCHAR, text('1')]]),
    execute(1, [[LONG, int32(1)]], false),
    c.reset(1),
    c.close(1),
    execute(1, [[LONG, int32(1)]]),
    c.prepare('INSERT INTO t (v) VALUES (?)'),
    execute(2, [[VARCHAR, text('p')]]),
    'SELECT LAST_INSERT_ID()',
    c.longData(2, 'long '),
    c.longData(2, 'data'),
    execute(2, [[BLOB, null]]),
    'SELECT v FROM t ORDER BY id',
    c.prepare('SELEC'),
    c.prepare('SELECT ?, ?'),
    c.prepare('SHOW TABLES'),
    execute(4, []),
    c.prepare(''),
    c.prepare('SELECT 1; SELECT 2'),
    c.execute(99),
    c.reset(99),
    c.fetch(99),
    c.prepare('BEGIN'),
    execute(5, []),
    c.prepare('COMMIT'),
    execute(6, []),
    c.prepare('CALL p(?)'),
    execute(7, [[LONG, int32(3)]]),
    'SELECT 1',
    c.prepare('SELECT 1 UNION SELECT ? FROM t'),
    execute(8, [[LONG, int32(3)]]),
  ],
  'parameters of every type': ALL(1),
  cursors: [
    c.prepare('SELECT id, v FROM t ORDER BY id'),
    execute(1, [], true, 1),
    c.fetch(1, 1),
    c.fetch(1, 1),
    'SELECT 1',
    c.fetch(1, 10),
    c.fetch(1, 10),
    execute(1, [], true, 1),
    c.fetch(1, 1),
    execute(1, [], true, 1),
    c.fetch(1, 5),
    c.reset(1),
    c.fetch(1, 1),
    execute(1, [], true, 1),
    c.close(1),
    c.fetch(1, 1),
    'SELECT 2',
  ],
  'several statements, several results': [
    "SELECT 1; SELECT 'two'",
    "INSERT INTO t VALUES (30, 'a'); SELECT id FROM t; UPDATE t SET v = 'b'",
    'SELECT 1; SELEC; SELECT 2',
    "INSERT INTO t VALUES (31, 'a'); INSERT INTO t VALUES (31, 'a'); INSERT INTO t VALUES (32, 'a')",
    'SELECT id FROM t',
    'SELECT 1;',
    'SELECT 1; -- end',
    'BEGIN; SELECT 1; COMMIT',
    'BEGIN; INSERT INTO t VALUES (33, 1)',
    'ROLLBACK',
    'CALL p(5)',
    'CALL two_results()',
    'CALL failing()',
    'SELECT 1',
    'CALL opens()',
    'SELECT 1',
    'ROLLBACK',
    c.setOption(1),
    'SELECT 1; SELECT 2',
    c.setOption(0),
    'SELECT 1; SELECT 2',
  ],
  'session state': [
    'SET NAMES latin1',
    "SELECT 'x', @@character_set_client, @@collation_connection",
    "SET NAMES 'utf8mb4' COLLATE 'utf8mb4_bin'",
    'SELECT @@collation_connection',
    'USE other',
    'SELECT DATABASE()',
    'SELECT * FROM o',
    c.initDb('app'),
    'SELECT DATABASE()',
    'SELECT * FROM t WHERE id = 1',
    "SET time_zone = '+05:00'",
    'SELECT @@time_zone',
    "SET SESSION sql_mode = 'ANSI_QUOTES'",
    'SELECT "id" FROM "t" WHERE id = 1',
    "SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')",
    "SELECT 'a\\\\', 1",
    'SET @a = 5, @b := 7',
    'SELECT @a, @b',
    'SELECT @a := @a + 1',
    'SELECT @a',
    'SET @a = NULL',
    'CREATE TEMPORARY TABLE mine (n INT)',
    'INSERT INTO mine VALUES (1)',
    'SELECT * FROM mine',
    'DROP TEMPORARY TABLE mine',
    "SELECT GET_LOCK('l', 1)",
    "SELECT RELEASE_LOCK('l')",
    'LOCK TABLES t READ',
    'SELECT id FROM t',
    "INSERT INTO t VALUES (40, 'a')",
    'SELECT * FROM other.o',
    'UNLOCK TABLES',
    'HANDLER t OPEN',
    'HANDLER t READ FIRST',
    'HANDLER t CLOSE',
    "PREPARE s FROM 'SELECT ?'",
    'SET @x = 3',
    'EXECUTE s USING @x',
    'DEALLOCATE PREPARE s',
    'EXECUTE s',
    c.resetConnection,
    // MySQL sets character sets to the global defaults then, and not to those of the login.
    "SELECT DATABASE() = 'app', @b IS NULL, @@time_zone = @@global.time_zone",
  ],
  'LOAD DATA LOCAL': [
    load(LOAD, '50,a\n51,b\n'),
    'SELECT id, v FROM t ORDER BY id',
    load(LOAD, '52,a\n', '53,', 'b\n'),
    load(LOAD),
    load(LOAD, '50,dup\nx,y\n'),
    'SHOW WARNINGS',
    'SELECT id, v FROM t ORDER BY id',
    'BEGIN',
    load(LOAD, '60,a\n'),
    'ROLLBACK',
    load("LOAD DATA LOCAL INFILE 'x' INTO TABLE nowhere", 'a\n'),
    'SELECT count(*) FROM t',
    load(`${LOAD}; SELECT 1`, '61,z\n'),
  ],
  XA: [
    "XA START 'x'",
    'SELECT 1',
    "INSERT INTO t VALUES (70, 'x')",
    "XA END 'x'",
    'SELECT 1',
    "XA PREPARE 'x'",
    "XA COMMIT 'x'",
    'SELECT id FROM t',
    "XA START 'y'",
    "XA END 'y'",
    "XA ROLLBACK 'y'",
    "XA COMMIT 'z'",
  ],
}

/** The parameters are made without attributes. */
const withFlags = (name: string, flags: number, extended = 0, only?: Flavour): Conversation[] =>
  [
    'simple statements',
    'errors',
    'warnings',
    'transactions',
    'prepared statements',
    'cursors',
    'several statements, several results',
    'session state',
    'LOAD DATA LOCAL',
    'parameters of every type',
  ]
    .filter((which) => which !== 'parameters of every type' || (flags & capabilities.QUERY_ATTRIBUTES) === 0)
    .map((which) => ({
      name: `${which}, ${name}`,
      said: everywhere[which]!,
      capabilities: flags,
      extended,
      ...(only ? { only } : {}),
    }))

const LOCAL = MODERN | capabilities.LOCAL_FILES

export const CONVERSATIONS: readonly Conversation[] = [
  ...Object.entries(everywhere).map(([name, said]) => ({ name, said, capabilities: LOCAL })),
  ...withFlags('as long ago', capabilities.LOCAL_FILES | capabilities.MULTI_RESULTS),
  ...withFlags('told of the session', LOCAL | capabilities.SESSION_TRACK),
  ...withFlags(
    'with query attributes',
    LOCAL | capabilities.SESSION_TRACK | capabilities.QUERY_ATTRIBUTES | capabilities.OPTIONAL_RESULTSET_METADATA,
    0,
    'mysql',
  ),
  ...withFlags(
    'with all that MariaDB has',
    LOCAL | capabilities.SESSION_TRACK,
    capabilities.EXT_STMT_BULK_OPERATIONS | capabilities.EXT_EXTENDED_METADATA | capabilities.EXT_BULK_UNIT_RESULTS,
    'mariadb',
  ),
]
