/** What comes of each command: work for a server, an answer of Freshet's own, or an error in the server's words. */
import { describe, expect, test } from 'vitest'
import { EXT_STMT_BULK_OPERATIONS, MULTI_STATEMENTS, QUERY_ATTRIBUTES } from '../../src/mysql/capabilities.ts'
import type { MySqlClient } from '../../src/mysql/client.ts'
import type { Facts } from '../../src/sql/facts.ts'
import { listener } from '../postgres/conversation.ts'
import { command as c, clientSide, errno, framed, LEX, outcome, prepared, ran, unitOf } from './client-side.ts'

const READ = { verdict: 'read', because: 'read', command: 'SELECT' } as const
const BEGIN: Partial<Facts> = {
  verdict: 'read-in-transaction',
  command: 'BEGIN',
  transaction: { op: 'begin', readOnly: null, isolation: null },
}
const reads = () => READ
const resolve = (client: MySqlClient, payload: Buffer) => client.resolve(unitOf(client, payload), LEX)
const local = (client: MySqlClient, payload: Buffer, held = false) =>
  client.withoutServer(unitOf(client, payload), 'idle', held)
const profile = (capabilities: number, extended = 0) => ({ profile: { capabilities, extended, collation: 45 } })

describe('commands become work', () => {
  test.each([
    ['COM_QUERY', c.query('SELECT 1'), { executes: 1, selfContained: true, text: 'SELECT 1' }],
    ['COM_STMT_PREPARE', c.prepare('SELECT 1'), { executes: 0, text: 'SELECT 1' }],
    ['COM_INIT_DB', c.initDb('shop'), { executes: 1, text: 'Init DB' }],
    ['COM_STATISTICS', c.bare(0x09), { executes: 1, text: 'Statistics' }],
    ['COM_PROCESS_INFO', c.bare(0x0a), { executes: 1, text: 'Processlist' }],
    ['COM_DEBUG', c.bare(0x0d), { executes: 1, text: 'Debug' }],
    ['COM_FIELD_LIST', c.bare(0x04, 't\0'), { executes: 1, text: 'Field List' }],
    ['COM_REFRESH', c.bare(0x07, '\x01'), { executes: 1, text: 'Refresh' }],
    ['COM_SHUTDOWN', c.bare(0x08), { executes: 1, text: 'Shutdown' }],
    ['COM_SET_OPTION', c.setOption(0), { executes: 1, text: 'Set option' }],
    ['COM_RESET_CONNECTION', c.resetConnection, { executes: 1, text: 'Reset Connection' }],
  ])('%s', (_, payload, { executes, text, ...more }) => {
    const client = clientSide({ facts: reads })
    expect(client.withoutServer(unitOf(client, payload), 'idle', false)).toBeNull()
    const work = resolve(client, payload)
    expect(work).toMatchObject({ executes, refusal: null, control: null, ...more })
    expect(work.text()).toBe(text)
  })

  test('COM_RESET_CONNECTION throws the session away', () => {
    expect(resolve(clientSide(), c.resetConnection).facts.effect).toEqual({ kind: 'discard-all' })
  })

  test('COM_PROCESS_KILL is a control where the server has the command', () => {
    const mariadb = clientSide({ flavour: 'mariadb', serverVersion: 101106 })
    expect(local(mariadb, c.kill(42))).toBeNull()
    expect(resolve(mariadb, c.kill(42)).control).toEqual({ kind: 'kill', id: '42', target: 'connection' })
    expect(errno(local(clientSide(), c.kill(42)))).toBe(1047)
  })

  test.each([
    ['COM_BINLOG_DUMP', 0x12],
    ['COM_BINLOG_DUMP_GTID', 0x1e],
    ['COM_REGISTER_SLAVE', 0x15],
    ['COM_CLONE', 0x20],
  ])('%s is refused clearly', (name, code) => {
    const { refusal } = resolve(clientSide(), c.bare(code, '1234'))
    expect(refusal).toMatchObject({ number: 1235, message: expect.stringContaining(name) })
  })

  test.each([0x00, 0x05, 0x06, 0x0b, 0x0f, 0x10, 0x13, 0x14, 0x1d, 0x22, 0x99, 0xff])('command %i: 1047', (code) => {
    const client = clientSide()
    expect(errno(local(client, c.bare(code)))).toBe(1047)
    expect(resolve(client, c.bare(code)).refusal).toMatchObject({ number: 1047 })
  })

  test('a text is found behind its query attributes, whatever their types', () => {
    const client = clientSide({ ...profile(QUERY_ATTRIBUTES), facts: (sql) => ({ ...READ, command: sql }) })
    expect(resolve(client, c.attributedQuery('SELECT 1')).facts.command).toBe('SELECT 1')
    // A string, NULL, a LONGLONG, a DATETIME of 7 bytes, a TINY: each with a name.
    const types = [0xfd, 0, 1, 0x61, 0x08, 0, 1, 0x62, 0x08, 0x80, 0, 0x0c, 0, 1, 0x63, 0x01, 0, 0]
    const values = [2, 0x68, 0x69, 1, 2, 3, 4, 5, 6, 7, 8, 7, 0, 0, 1, 1, 0, 0, 0, 9]
    const payload = Buffer.concat([Buffer.from([0x03, 5, 1, 0b10, 1, ...types, ...values]), Buffer.from('SELECT 2')])
    const unit = unitOf(client, payload)
    expect(client.resolve(unit, LEX).facts.command).toBe('SELECT 2')
    expect(unit.resolved?.textAt).toBe(payload.length - 8)
  })

  test.each([
    ['cut short', Buffer.from([0x03, 3, 1, 0])],
    ['without types', Buffer.from([0x03, 1, 1, 0, 0, 1, 2, 3])],
    ['with an impossible count', Buffer.from([0x03, 0xfe, 255, 255, 255, 255, 255, 255, 255, 255, 1])],
  ])('attributes %s: 1835, and the session goes on', (_, payload) => {
    const client = clientSide(profile(QUERY_ATTRIBUTES))
    expect(resolve(client, payload).refusal).toMatchObject({ number: 1835 })
    expect(resolve(client, c.attributedQuery('SELECT 1')).refusal).toBeNull()
  })

  test('BEGIN can be answered at once, unless the client would notice', () => {
    const begin = (facts: Partial<Facts>, sql = 'BEGIN') =>
      resolve(clientSide({ facts: () => facts }), c.query(sql)).deferrable
    expect(begin(BEGIN)).toBe(true)
    expect(begin(BEGIN, '/* \u00e9 */ BEGIN')).toBe(false)
    expect(begin(BEGIN, `BEGIN /* ${'x'.repeat(2000)} */`)).toBe(false)
    const snapshot = { ...BEGIN.transaction, consistentSnapshot: true } as Facts['transaction']
    expect(begin({ ...BEGIN, transaction: snapshot })).toBe(false)
    const client = clientSide({
      facts: (sql) =>
        sql === 'BEGIN'
          ? BEGIN
          : {
              command: 'SET',
              settings: [{ scope: 'session', name: 'session_track_transaction_info', value: "'STATE'" }],
            },
    })
    ran(client, c.query("SET session_track_transaction_info = 'STATE'"))
    expect(client.wishes.transaction).toBe('STATE')
    expect(resolve(client, c.query('BEGIN')).deferrable).toBe(false)
  })

  test('SET TRANSACTION and texts without a statement are left to the server', () => {
    const next = { op: 'set-transaction', readOnly: true, isolation: null, snapshot: false, scope: 'next' } as const
    const client = clientSide({ facts: (sql) => (sql === '' ? { statements: 0 } : { transaction: next }) })
    expect(resolve(client, c.query('SET TRANSACTION READ ONLY')).facts.transaction).toBeNull()
    expect(resolve(client, c.query('')).facts.command).toBe('NONE')
    expect(resolve(client, c.prepare('')).facts.statements).toBe(1)
  })

  test('a text too large to be held goes to the primary', () => {
    const client = clientSide({ statementBytes: 1000, facts: reads })
    const handler = listener()
    client.receive(framed(c.query('x'.repeat(30_000))).subarray(0, 20_000), handler)
    const [event] = handler.heard
    const work = client.resolve((event as { unit: never }).unit, LEX)
    expect(work.facts).toMatchObject({ verdict: 'primary', because: 'too-large' })
  })
})

describe('prepared statements', () => {
  test('an EXECUTE is what its statement is, and knows its types from the first time', () => {
    const client = clientSide({ facts: reads })
    const id = prepared(client, 'SELECT ?', 2)
    expect(id).toBe(1)
    const first = unitOf(client, c.execute(id, [0, 1, 8, 0, 0xfd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0x61]))
    expect(client.resolve(first, LEX)).toMatchObject({ executes: 1, selfContained: true, facts: READ })
    expect(first.resolved?.execute).toEqual({ cursor: 0, parameters: 2, boundAt: 11, typesAt: 12, typesEnd: 16 })
    const { types } = client.statementFor(first)!
    expect([...types!]).toEqual([8, 0, 0xfd, 0])
    const second = unitOf(client, c.execute(id, [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0x61]))
    client.resolve(second, LEX)
    expect(second.resolved?.execute).toMatchObject({ typesAt: 12, typesEnd: 12 })
    expect(client.statementFor(second)!.types).toBe(types)
  })

  test('query attributes of an EXECUTE count with its parameters', () => {
    const client = clientSide({ ...profile(QUERY_ATTRIBUTES), facts: reads })
    const id = prepared(client, 'SELECT 1', 0)
    const plain = unitOf(client, c.execute(id))
    client.resolve(plain, LEX)
    expect(plain.resolved?.execute).toMatchObject({ parameters: 0, boundAt: -1 })
    const unit = unitOf(client, c.execute(id, [1, 0, 1, 0xfd, 0, 1, 0x61, 1, 0x62], 0x08))
    client.resolve(unit, LEX)
    expect(unit.resolved?.execute).toEqual({ cursor: 0, parameters: 1, boundAt: 12, typesAt: 13, typesEnd: 17 })
  })

  test('bulk execute: types behind its flags', () => {
    const client = clientSide({ flavour: 'mariadb', ...profile(0, EXT_STMT_BULK_OPERATIONS), facts: reads })
    const id = prepared(client, 'INSERT', 2)
    const unit = unitOf(client, c.bulk(id, [0x80, 0, 3, 0, 0xfd, 0, 0, 1, 2, 3, 4]))
    expect(client.withoutServer(unit, 'idle', false)).toBeNull()
    client.resolve(unit, LEX)
    expect(unit.resolved?.execute).toEqual({ cursor: 0, parameters: 2, boundAt: 5, typesAt: 7, typesEnd: 11 })
    expect([...client.statementFor(unit)!.types!]).toEqual([3, 0, 0xfd, 0])
  })

  test('an EXECUTE whose parameters are not there: 1835', () => {
    const client = clientSide({ facts: reads })
    const id = prepared(client, 'SELECT ?', 3)
    expect(resolve(client, c.execute(id)).refusal).toMatchObject({ number: 1835 })
    expect(resolve(client, c.execute(id, [0, 1, 8])).refusal).toMatchObject({ number: 1835 })
  })

  test("MariaDB's id -1 is the statement prepared last, if that succeeded", () => {
    const client = clientSide({ flavour: 'mariadb', facts: reads })
    prepared(client, 'A')
    const last = prepared(client, 'B')
    expect(client.statementFor(unitOf(client, c.execute(0xffffffff)))!.id).toBe(last)
    ran(client, c.prepare('C'), { failure: { code: '42000', number: 1064, message: 'no' } })
    expect(errno(local(client, c.execute(0xffffffff)))).toBe(1243)
    const mysql = clientSide({ facts: reads })
    prepared(mysql, 'A')
    expect(errno(local(mysql, c.execute(0xffffffff)))).toBe(1243)
  })

  test('ids that were never given, or were closed: 1243 in the words of the server', () => {
    const given = (payload: Buffer, flavour: 'mysql' | 'mariadb') =>
      local(clientSide({ flavour }), payload)!.toString('latin1', 13)
    expect(given(c.execute(77), 'mysql')).toBe('Unknown prepared statement handler (77) given to mysql_stmt_precheck')
    expect(given(c.execute(77), 'mariadb')).toBe('Unknown prepared statement handler (77) given to mysqld_stmt_execute')
    expect(given(c.fetch(5), 'mariadb')).toBe('Unknown prepared statement handler (5) given to mysqld_stmt_fetch')
    expect(given(c.reset(5), 'mariadb')).toBe('Unknown prepared statement handler (5) given to mysqld_stmt_reset')
    expect(given(c.bare(0x1a, 'ab'), 'mysql')).toBe('Malformed communication packet.')
    expect(given(c.bare(0x17, 'ab'), 'mariadb')).toBe('Malformed communication packet')
    const client = clientSide({ facts: reads })
    const id = prepared(client, 'SELECT 1')
    expect(local(client, c.close(id))).toHaveLength(0)
    expect(errno(local(client, c.execute(id)))).toBe(1243)
    expect(local(client, c.close(id))).toHaveLength(0)
    expect(local(client, c.longData(id, 'x'))).toHaveLength(0)
  })

  test('RESET and FETCH of a statement that holds nothing need no server', () => {
    const client = clientSide({ facts: reads })
    const id = prepared(client, 'SELECT 1')
    expect(local(client, c.reset(id))).toEqual(Buffer.from([7, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]))
    expect(errno(local(client, c.fetch(id)))).toBe(1421)
  })

  test('a catalog that changes means that they are judged again', () => {
    let version = 0
    const client = clientSide({ version: () => version, facts: () => (version === 0 ? READ : { verdict: 'primary' }) })
    const id = prepared(client, 'SELECT f()')
    expect(resolve(client, c.execute(id)).facts.verdict).toBe('read')
    version = 1
    expect(resolve(client, c.execute(id)).facts.verdict).toBe('primary')
  })

  test('a session has only so many', () => {
    const client = clientSide({ facts: reads, preparedPerSession: 2 })
    prepared(client, 'A')
    prepared(client, 'B')
    expect(resolve(client, c.prepare('C')).refusal).toMatchObject({ number: 1461 })
  })

  test('preparing has no effect, whatever the statement has', () => {
    const facts = { effect: { kind: 'unknown' }, pins: ['user-variable'], commitsImplicitly: true } as const
    const work = resolve(clientSide({ facts: () => facts }), c.prepare('SET @a = 1'))
    expect(work.facts).toMatchObject({ effect: { kind: 'none' }, transaction: null })
    expect(work.facts.pins).toBeUndefined()
  })
})

test("an INSERT that answers with rows: its connection had the session's insert id before, and is asked afterwards", () => {
  const facts = (sql: string): Partial<Facts> => ({
    command: sql.split(' ')[0]!,
    ...(sql.endsWith('RETURNING id') ? { returnsChanged: true } : {}),
  })
  for (const sql of ['INSERT INTO t VALUES (1) RETURNING id', 'REPLACE INTO t VALUES (1) RETURNING id']) {
    const client = clientSide({ flavour: 'mariadb', facts })
    const unit = unitOf(client, c.query(sql))
    client.resolve(unit, LEX)
    expect(client.insertIdFor(unit)).toBe(0n)
    client.completed(unit, outcome({ rows: 1 }))
    expect(client.question()).toBe('SELECT LAST_INSERT_ID()')
    client.answered([['17']])
    expect(client.diagnostics.insertId).toBe(17n)
    ran(client, c.query('DELETE FROM t RETURNING id'), { rows: 1 })
    expect(client.question()).toBeNull()
    expect(client.diagnostics.insertId).toBe(17n)
  }
  const client = clientSide({ facts })
  const plain = unitOf(client, c.query('INSERT INTO t VALUES (1)'))
  client.resolve(plain, LEX)
  expect(client.insertIdFor(plain)).toBeNull()
})

describe('what keeps the session on its connection', () => {
  const CURSOR = 0x0042
  const LAST_ROW = 0x0082

  test('a cursor, until its last row, RESET or CLOSE', () => {
    const ends: ((client: MySqlClient, id: number) => unknown)[] = [
      (client, id) => ran(client, c.fetch(id), { status: LAST_ROW, rows: 3 }),
      (client, id) => ran(client, c.reset(id)),
      (client, id) => ran(client, c.close(id)),
      (client, id) => ran(client, c.execute(id)),
    ]
    for (const end of ends) {
      const client = clientSide({ facts: reads })
      const id = prepared(client, 'SELECT 1')
      const work = resolve(client, c.execute(id, [], 1))
      expect(work).toMatchObject({ selfContained: false, facts: { verdict: 'read-in-transaction' } })
      ran(client, c.execute(id, [], 1), { status: CURSOR, rows: 0 })
      expect(client.pins).toEqual(['cursor'])
      for (const payload of [c.fetch(id), c.reset(id), c.close(id)]) expect(local(client, payload, true)).toBeNull()
      ran(client, c.fetch(id), { status: CURSOR, rows: 10 })
      expect(client.pins).toEqual(['cursor'])
      end(client, id)
      expect(client.pins).toEqual([])
    }
  })

  test('long data, until it is used or thrown away', () => {
    const ends = [c.execute, c.reset, c.close] as ((id: number) => Buffer)[]
    for (const end of ends) {
      const client = clientSide({ facts: reads })
      const id = prepared(client, 'SELECT ?')
      ran(client, c.longData(id, 'abc'))
      expect(client.pins).toEqual(['long-data'])
      expect(local(client, end(id), true)).toBeNull()
      ran(client, end(id))
      expect(client.pins).toEqual([])
    }
  })

  test('long data that reached no server: its statement is not executed without it', () => {
    const client = clientSide({ facts: reads })
    const id = prepared(client, 'SELECT 1')
    const unit = unitOf(client, c.longData(id, 'abc'))
    client.resolve(unit, LEX)
    const failure = { code: '57P03', message: 'no primary is known' }
    expect(client.answer(unit, { failure }, 'idle')).toHaveLength(0)
    expect(resolve(client, c.execute(id)).refusal).toBe(failure)
    expect(local(client, c.reset(id))).not.toBeNull()
    expect(resolve(client, c.execute(id)).refusal).toBeNull()
  })

  test('SET_OPTION, until multi-statements are as at the login again', () => {
    for (const [capabilities, other, back] of [
      [0, 0, 1],
      [MULTI_STATEMENTS, 1, 0],
    ] as const) {
      const client = clientSide(profile(capabilities))
      ran(client, c.setOption(other))
      expect(client.pins).toEqual(['multi-statements'])
      ran(client, c.setOption(back))
      expect(client.pins).toEqual([])
    }
  })

  test('characteristics of the next transaction, until it has begun', () => {
    const client = clientSide()
    ran(client, c.query('SET TRANSACTION READ ONLY'), { characteristics: 'SET TRANSACTION READ ONLY;' })
    expect(client.pins).toEqual(['next-transaction'])
    ran(client, c.query('BEGIN'), { status: 0x2003 })
    expect(client.pins).toEqual([])
    ran(client, c.query('COMMIT'), { characteristics: '' })
    expect(client.pins).toEqual([])
  })

  test('a statement whose text only one connection has', () => {
    const client = clientSide({ statementBytes: 1000, facts: reads })
    const handler = listener()
    client.receive(framed(c.prepare('x'.repeat(30_000))).subarray(0, 20_000), handler)
    const { unit } = handler.heard[0] as { unit: never }
    client.resolve(unit, LEX)
    const id = client.prepared(unit, 0, 1)
    client.completed(unit, outcome())
    expect(client.pins).toEqual(['large-statement'])
    client.receive(Buffer.alloc(0), handler)
    client.deallocate(null)
    expect(client.pins).toEqual([])
    expect(id).toBe(1)
  })

  test('reading diagnostics as no other connection can; SQL_CALC_FOUND_ROWS until the next statement', () => {
    const facts = (sql: string): Partial<Facts> =>
      sql.includes('CALC')
        ? { ...READ, leavesFoundRows: true }
        : sql.includes('ROW_COUNT')
          ? { asksPrevious: ['row-count'], verdict: 'read-in-transaction' }
          : READ
    const client = clientSide({ facts })
    ran(client, c.query('SELECT SQL_CALC_FOUND_ROWS a FROM t LIMIT 1'), { rows: 1 })
    expect(client.pins).toEqual(['diagnostics'])
    ran(client, c.query('SELECT 1'), { rows: 1 })
    expect(client.pins).toEqual([])
    ran(client, c.query('SELECT ROW_COUNT() + 1'), { rows: 1 })
    ran(client, c.query('SELECT 1'), { rows: 1 })
    expect(client.pins).toEqual(['diagnostics'])
    client.reset()
    expect(client.pins).toEqual([])
  })
})
