/** Prepared statements on server connections: who has which copy, and what comes before it runs. */
import { describe, expect, test } from 'vitest'
import type { MySqlServerCodec } from '../../src/mysql/server-codec.ts'
import * as unit from '../../src/mysql/unit.ts'
import { CollectingSink, execute, onStatement, prepare, query, type TestClient, testClient } from './codec-client.ts'
import { codecFor, commandsIn, feedIn, MODERN, SHAPES, settled } from './scripted-codec.ts'
import { Script } from './scripted-replies.ts'

describe('prepared statements', () => {
  test.each(SHAPES)('the id in the reply is the client’s %o', (shape) => {
    const { codec } = codecFor(shape)
    const client = testClient()
    const sink = new CollectingSink(client)
    codec.begin(client.unit(prepare('SELECT ?, a FROM t')), client, [], sink)
    feedIn(codec, new Script(shape).prepared(77, 2, 1).bytes, [3])
    expect(sink.ends).toBe(1)
    expect(Buffer.concat(sink.parts).equals(new Script(shape).prepared(1001, 2, 1).bytes)).toBe(true)
    const sent = codec.begin(client.unit(execute(1001, [5])), client, [], sink)
    expect(Buffer.concat(sent).readUInt32LE(5)).toBe(77)
  })

  /** A client that has prepared `sql` on a connection where it is statement `id`. */
  function preparedOn(codec: MySqlServerCodec, client: TestClient, sql: string, id: number, parameters = 1): number {
    codec.begin(client.unit(prepare(sql)), client, [], new CollectingSink(client))
    codec.feed(new Script(MODERN).prepared(id, 1, parameters).bytes)
    return [...client.statements.keys()].at(-1)!
  }

  test('on another connection it is prepared first, and gets the types that were sent before', () => {
    const first = codecFor(MODERN)
    const second = codecFor(MODERN)
    const client = testClient()
    const id = preparedOn(first.codec, client, 'SELECT ?', 7)
    const sink = new CollectingSink(client)
    first.codec.begin(client.unit(execute(id, [5])), client, [], sink)
    first.codec.feed(new Script(MODERN).resultSet(1, [['5']]).bytes)

    const other = new CollectingSink(client)
    const sent = second.codec.begin(client.unit(execute(id, [6], false)), client, [], other)
    expect(commandsIn(sent)).toEqual([[unit.COM_STMT_PREPARE, 'SELECT ?']])
    second.codec.feed(new Script(MODERN).prepared(3, 1, 1).bytes)
    const executed = Buffer.concat(second.written)
    expect(executed.readUInt32LE(5)).toBe(3)
    // null bitmap, new types, the type, the value
    expect([...executed.subarray(14)]).toEqual([0, 1, 3, 0, 6, 0, 0, 0])
    const reply = new Script(MODERN).resultSet(1, [['6']]).bytes
    second.codec.feed(reply)
    expect(Buffer.concat(other.parts).equals(reply)).toBe(true)

    // Known now, so that it goes as it is.
    const again = second.codec.begin(client.unit(execute(id, [8], false)), client, [], other)
    expect([...Buffer.concat(again).subarray(14)]).toEqual([0, 0, 8, 0, 0, 0])
  })

  test('nobody follows an EXECUTE that tells other types before its reply, and everybody one that does not', () => {
    const { codec, written } = codecFor(MODERN)
    const [one, two] = [testClient(), testClient()]
    const [mine, theirs] = [preparedOn(codec, one, 'SELECT ?', 7), preparedOn(codec, two, 'SELECT ?', 8)]
    const sink = new CollectingSink(one)
    const reply = new Script(MODERN).resultSet(1, [['5']]).bytes
    const executes = (sent: readonly Buffer[]) =>
      commandsIn(sent).filter(([one]) => one === unit.COM_STMT_EXECUTE).length
    const begin = (client: TestClient, id: number, bound: boolean) =>
      executes(codec.begin(client.unit(execute(id, [5], bound), 'read'), client, [], sink))
    expect(begin(one, mine, true)).toBe(1)
    expect(begin(two, theirs, true)).toBe(0)
    expect(begin(one, mine, false)).toBe(0)
    codec.feed(reply)
    // The same types again: both go at once.
    expect(executes(written)).toBe(2)
    expect(begin(one, mine, false)).toBe(1)
    for (let turn = 0; turn < 3; turn++) codec.feed(reply)
    expect(sink.ends).toBe(4)
  })

  test('a statement that the connection loses before its turn is prepared again', () => {
    const { codec, written } = codecFor(MODERN, { preparedMax: 1 })
    const client = testClient()
    const mine = preparedOn(codec, client, 'SELECT 1', 7, 0)
    const other = testClient()
    const made = other.unit(prepare('SELECT 2')).resolved!.statement!
    other.prepared({ resolved: { statement: made } } as never, 0, 1)
    const sink = new CollectingSink(client)
    codec.begin(other.unit(execute(made.id, []), 'read'), other, [], sink)
    expect(codec.begin(client.unit(execute(mine, []), 'read'), client, [], sink)).toEqual([])
    codec.feed(new Script(MODERN).prepared(8, 1, 0).bytes)
    expect(commandsIn(written).map(([command]) => command)).toEqual([
      unit.COM_STMT_CLOSE,
      unit.COM_STMT_EXECUTE,
      unit.COM_STMT_PREPARE,
    ])
    expect(commandsIn(written)[2]![1]).toBe('SELECT 1')
  })

  test('what Freshet sets in order to prepare adds nothing behind the statements of others', () => {
    const { codec, written } = codecFor(MODERN)
    const [client, other] = [testClient(), testClient()]
    client.state = {
      key: 'latin1',
      settings: new Map(['client', 'connection', 'results'].map((one) => [`character_set_${one}`, "'latin1'"])),
    }
    const made = client.unit(prepare('SELECT a FROM t')).resolved!.statement!
    client.prepared({ resolved: { statement: made } } as never, 0, 1)
    client.state = { key: '', settings: new Map() }
    const sink = new CollectingSink(client)
    codec.begin(client.unit(execute(made.id), 'read'), client, [], sink)
    codec.feed(new Script(MODERN).set('character_set_connection', 'latin1').bytes)
    codec.feed(new Script(MODERN).prepared(8, 1, 0).bytes)
    codec.feed(new Script(MODERN).set('character_set_connection', 'utf8mb4').bytes)
    const sent = written.length
    // It is on its way when the reply before it comes.
    expect(commandsIn(codec.begin(other.unit(query('SELECT 2'), 'read'), other, [], sink))).toHaveLength(1)
    expect(codec.feed(new Script(MODERN).resultSet(1, [['a']]).bytes)).toBeNull()
    expect(sink.ends).toBe(1)
    expect(written).toHaveLength(sent)
  })

  test('who has left before its turn is replaced by something that does nothing', () => {
    const { codec, written } = codecFor(MODERN)
    const [client, other] = [testClient(), testClient()]
    const made = other.unit(prepare('SELECT 2')).resolved!.statement!
    other.prepared({ resolved: { statement: made } } as never, 0, 1)
    const sink = new CollectingSink(client)
    const guest = Object.assign(new CollectingSink(client), { gone: false })
    codec.begin(other.unit(execute(made.id, []), 'read'), other, [], sink)
    codec.begin(client.unit(query('SELECT 3'), 'read'), client, [], guest)
    guest.gone = true
    codec.feed(new Script(MODERN).prepared(8, 1, 0).bytes)
    expect(commandsIn(written).map(([command]) => command)).toEqual([unit.COM_STMT_EXECUTE, unit.COM_PING])
    codec.feed(new Script(MODERN).resultSet(1, [['2']]).bytes)
    codec.feed(new Script(MODERN).ok().bytes)
    expect([sink.ends, guest.ends, guest.parts.length]).toEqual([1, 1, 0])
  })

  test('under the state that it was prepared under, and back', () => {
    const { codec, written } = codecFor(MODERN)
    const client = testClient()
    client.state = { key: 'schema=b', settings: new Map([['schema', 'b']]) }
    const made = client.unit(prepare('SELECT a FROM t')).resolved!.statement!
    client.prepared({ resolved: { statement: made } } as never, 0, 1)
    client.state = { key: 'schema=c', settings: new Map([['schema', 'c']]) }
    const sink = new CollectingSink(client)
    const sent = codec.begin(client.unit(execute(made.id)), client, [], sink)
    codec.feed(new Script(MODERN).ok().bytes)
    codec.feed(new Script(MODERN).error().bytes)
    // It cannot be prepared any more: the client hears why, and the connection is where it was.
    expect(commandsIn([...sent, ...written]).map(([, text]) => text)).toEqual(['USE `b`', 'SELECT a FROM t', 'USE `c`'])
    expect(sink.ends).toBe(0)
    codec.feed(new Script(MODERN).ok().bytes)
    expect(sink.failure?.number).toBe(1146)
    expect(sink.ends).toBe(1)
  })

  test('the least recently used are closed, those with a cursor stay', async () => {
    const { codec } = codecFor(MODERN, { preparedMax: 2 })
    const client = testClient()
    const ids = ['SELECT 1', 'SELECT 2'].map((sql, index) => preparedOn(codec, client, sql, index + 1, 0))
    const sink = new CollectingSink(client)
    codec.begin(client.unit(execute(ids[0]!, [], false, 1)), client, [], sink)
    codec.feed(new Script(MODERN).cursor(1).bytes)
    preparedOn(codec, client, 'SELECT 3', 3, 0)
    const sent = codec.begin(client.unit(query('SELECT 9'), 'read'), client, [], sink)
    expect(commandsIn(sent)[0]![0]).toBe(unit.COM_STMT_CLOSE)
    expect(Buffer.concat(sent).readUInt32LE(5)).toBe(2)
    codec.feed(new Script(MODERN).resultSet(1, []).bytes)
    // Closing it closes the cursor on the server, where the statement stays for others.
    const closing = codec.begin(client.unit(onStatement(unit.COM_STMT_CLOSE, ids[0]!)), client, [], sink)
    expect(commandsIn(closing)[0]![0]).toBe(unit.COM_STMT_RESET)
    codec.feed(new Script(MODERN).ok().bytes)
    expect(sink.ends).toBe(3)
    codec.begin(client.unit(onStatement(unit.COM_STMT_CLOSE, ids[1]!)), client, [], sink)
    await settled()
    expect(sink.ends).toBe(4)
    expect(codec.outstanding).toBe(0)
  })

  test('two statements with the same text do not share a cursor', () => {
    const { codec, written } = codecFor(MODERN)
    const client = testClient()
    const first = preparedOn(codec, client, 'SELECT 1', 1, 0)
    const second = client.unit(prepare('SELECT 1'))
    const sink = new CollectingSink(client)
    codec.begin(client.unit(execute(first, [], false, 1)), client, [], sink)
    codec.feed(new Script(MODERN).cursor(1).bytes)
    client.prepared(second, 0, 1)
    const sent = codec.begin(client.unit(execute(second.resolved!.statement!.id)), client, [], sink)
    expect(commandsIn(sent)).toEqual([[unit.COM_STMT_PREPARE, 'SELECT 1']])
    codec.feed(new Script(MODERN).prepared(2, 1, 0).bytes)
    expect(Buffer.concat(written).readUInt32LE(5)).toBe(2)
    codec.feed(new Script(MODERN).resultSet(1, []).bytes)
    const fetch = codec.begin(client.unit(onStatement(unit.COM_STMT_FETCH, first, [1, 0, 0, 0])), client, [], sink)
    expect(Buffer.concat(fetch).readUInt32LE(5)).toBe(1)
  })

  test('ids that the client does not have are refused in the server’s words', async () => {
    const { codec } = codecFor(MODERN)
    const client = testClient()
    const sink = new CollectingSink(client)
    expect(codec.begin(client.unit(execute(5)), client, [], sink)).toEqual([])
    await settled()
    expect(sink.failure?.message).toBe('Unknown prepared statement handler (5) given to mysqld_stmt_execute')
    expect(Buffer.concat(sink.parts)[3]).toBe(1)
  })
})
