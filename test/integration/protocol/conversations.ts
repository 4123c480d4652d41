/** What clients say in the extended protocol and around it: each conversation is had with a server, and with Freshet before it. */
import { frontend as f } from '../../postgres/conversation.ts'

/** What is sent at once, and how many ReadyForQuery (or other messages) answer it. */
export interface Exchange {
  readonly send: readonly Buffer[]
  readonly ready?: number
  /** Instead: so many messages of this type. */
  readonly until?: readonly [string, number]
}

const q = (...texts: string[]): Exchange => ({ send: texts.map(f.query), ready: texts.length })
const x = (...send: Buffer[]): Exchange => ({ send: [...send, f.sync] })
const run = (text: string, ...values: string[]) => [f.parse('', text), f.bind('', '', ...values), f.execute('')]

const simple: Record<string, Exchange[]> = {
  'a query, an empty one, several at once': [
    q('SELECT 1 AS one'),
    q(''),
    q(';'),
    q('SELECT 1', 'SELECT 2', 'SELECT 3'),
  ],
  'several statements in one text': [
    q("SELECT 1; SELECT 'two' AS b; INSERT INTO t VALUES (7, 'x')"),
    q("INSERT INTO t VALUES (8, 'x'); SELECT 1/0; INSERT INTO t VALUES (9, 'x')"),
    q('SELECT id FROM t ORDER BY id'),
    q('BEGIN; INSERT INTO t VALUES (10); COMMIT; SELECT 1/0'),
    q('SELECT id FROM t ORDER BY id'),
  ],
  errors: [
    q('SELEC'),
    q('SELECT * FROM nowhere'),
    q('SELECT 1/0'),
    q("INSERT INTO t VALUES (1, 'again')"),
    q('SELECT 1'),
  ],
  'a failed transaction': [q('BEGIN'), q('SELECT 1/0'), q('SELECT 1'), q(''), q('COMMIT'), q('SELECT count(*) FROM t')],
  'a transaction that fails at once': [q('BEGIN'), q('SELEC'), q('SELECT 1'), q('COMMIT'), q('SELECT 1')],
  'a transaction of nothing': [
    q('BEGIN'),
    q('COMMIT'),
    q('BEGIN'),
    q('ROLLBACK'),
    q('START TRANSACTION READ ONLY'),
    q('END'),
  ],
  'BEGIN twice, COMMIT without': [q('BEGIN'), q('BEGIN'), q('COMMIT'), q('COMMIT'), q('ROLLBACK')],
  'COMMIT AND CHAIN': [
    ...[
      q('BEGIN'),
      q('INSERT INTO t VALUES (20)'),
      q('COMMIT AND CHAIN'),
      q('INSERT INTO t VALUES (21)'),
      q('ROLLBACK'),
    ],
    ...[
      q('SELECT id FROM t ORDER BY id'),
      q('COMMIT AND CHAIN'),
      q('BEGIN'),
      q('COMMIT AND CHAIN'),
      q('ROLLBACK AND CHAIN'),
      q('COMMIT'),
    ],
  ],
  savepoints: [
    ...[q('BEGIN'), q('SAVEPOINT a'), q('SELECT 1/0'), q('ROLLBACK TO a'), q('INSERT INTO t VALUES (30)'), q('COMMIT')],
    ...[q('SAVEPOINT b'), q('SELECT id FROM t ORDER BY id')],
  ],
  'all at once': [
    q('BEGIN', 'INSERT INTO t VALUES (40)', 'SELECT id FROM t', 'SELECT 1/0', 'SELECT 1', 'COMMIT', 'SELECT id FROM t'),
  ],
  'notices and settings': [
    q("DO $$ BEGIN RAISE NOTICE 'hello'; RAISE WARNING 'careful'; END $$"),
    q("SET application_name = 'somebody'", 'SHOW application_name', 'RESET application_name'),
    q("SET TimeZone = 'Asia/Tokyo'", 'SHOW TimeZone', "SET DateStyle = 'German'", 'SELECT 1'),
    q("BEGIN; SET LOCAL TimeZone = 'Europe/Rome'; SELECT current_setting('TimeZone'); ROLLBACK; SHOW TimeZone"),
    q(
      "SET client_encoding = 'LATIN1'",
      'SHOW client_encoding',
      "SET no_such_thing = '1'",
      'DROP TABLE IF EXISTS nowhere',
    ),
    q('DISCARD ALL', 'SHOW TimeZone', 'SHOW DateStyle', 'SHOW client_encoding'),
  ],
  'LISTEN and NOTIFY': [
    q('LISTEN news'),
    q("NOTIFY news, 'one'"),
    q("BEGIN; NOTIFY news, 'two'; COMMIT; SELECT 1"),
    q('UNLISTEN *', "NOTIFY news, 'three'", 'SELECT 1'),
  ],
  'PREPARE and EXECUTE': [
    q(
      'PREPARE p AS SELECT $1::int + 1',
      'EXECUTE p(1)',
      'EXECUTE p(2)',
      'PREPARE p AS SELECT 2',
      'DEALLOCATE p',
      'EXECUTE p(3)',
    ),
    q(
      'PREPARE a AS INSERT INTO t VALUES ($1)',
      'EXECUTE a(50)',
      'DEALLOCATE ALL',
      'EXECUTE a(51)',
      'DEALLOCATE nothing',
    ),
    q('SELECT id FROM t ORDER BY id'),
  ],
  'cursors in SQL': [
    q(
      'BEGIN',
      'DECLARE c CURSOR FOR SELECT * FROM generate_series(1, 5)',
      'FETCH 2 FROM c',
      'MOVE 1 FROM c',
      'FETCH ALL FROM c',
      'CLOSE c',
      'COMMIT',
    ),
    q(
      'DECLARE h CURSOR WITH HOLD FOR SELECT * FROM generate_series(1, 3)',
      'FETCH 1 FROM h',
      'FETCH 1 FROM h',
      'CLOSE h',
      'FETCH 1 FROM h',
    ),
  ],
}

const extended: Record<string, Exchange[]> = {
  'the unnamed statement': [
    x(...run('SELECT 1')),
    x(f.bind('', ''), f.execute('')),
    q('SELECT 2'),
    x(f.bind('', ''), f.execute('')),
  ],
  "asyncpg's way": [
    { send: [f.parse('a', 'SELECT $1::text AS t'), f.describe('S', 'a'), f.flush], until: ['T', 1] },
    x(f.bind('', 'a', 'value'), f.execute('')),
    { send: [f.parse('b', 'SELEC'), f.describe('S', 'b'), f.flush], until: ['E', 1] },
    x(),
    x(f.bind('', 'a', 'again'), f.execute('')),
  ],
  'an error before a Flush skips what was sent ahead': [
    x(f.parse('w', 'INSERT INTO t VALUES (60)'), f.parse('bad', 'SELEC'), f.flush, f.bind('', 'w'), f.execute('')),
    q('SELECT id FROM t ORDER BY id'),
  ],
  'several Flushes, one error': [
    { send: [...run('SELECT 1'), f.flush, ...run('SELECT 1/0'), f.flush, ...run('SELECT 3'), f.flush, f.sync] },
    { send: [f.flush, f.flush, ...run('SELECT 4'), f.flush, f.flush, f.sync] },
  ],
  'several Syncs in flight': [
    { send: [...run('SELECT 1'), f.sync, ...run('SELECT 1/0'), f.sync, ...run('SELECT 3'), f.sync, f.sync], ready: 4 },
    { send: [...run('INSERT INTO t VALUES (70)'), f.sync, ...run('SELECT count(*) FROM t'), f.sync], ready: 2 },
  ],
  'one Sync over many statements, an error in the middle': [
    x(...run('INSERT INTO t VALUES (80)'), ...run('SELECT 1/0'), ...run('INSERT INTO t VALUES (81)')),
    q('SELECT id FROM t ORDER BY id'),
    x(...run('INSERT INTO t VALUES (82)'), ...run('SELECT count(*) FROM t'), ...run('INSERT INTO t VALUES (83)')),
    q('SELECT id FROM t ORDER BY id'),
  ],
  'BEGIN and COMMIT in one batch': [
    x(...run('BEGIN'), ...run('INSERT INTO t VALUES (90)'), ...run('COMMIT')),
    x(...run('BEGIN'), ...run('SELECT 1/0')),
    x(...run('SELECT 1')),
    x(...run('COMMIT')),
    q('SELECT id FROM t ORDER BY id'),
  ],
  'BEGIN by itself, then an error': [
    x(...run('BEGIN')),
    x(f.parse('', 'SELEC')),
    x(...run('SELECT 1')),
    x(...run('ROLLBACK')),
  ],
  'portals in parts': [
    x(...run('BEGIN')),
    x(
      f.parse('s', 'SELECT * FROM generate_series(1, 5) AS n'),
      f.bind('p', 's'),
      f.describe('P', 'p'),
      f.execute('p', 2),
    ),
    x(f.execute('p', 2)),
    x(...run('SELECT 1')),
    x(f.execute('p', 2)),
    x(f.execute('p', 2)),
    x(f.close('P', 'p'), f.execute('p')),
    x(...run('COMMIT')),
    x(f.execute('p')),
  ],
  'portals in parts before a Sync': [
    {
      send: [f.parse('', 'SELECT * FROM generate_series(1, 3)'), f.bind('p', ''), f.execute('p', 2), f.flush],
      until: ['s', 1],
    },
    x(f.execute('p', 2)),
    x(f.execute('p', 2)),
  ],
  'Describe of statements and portals': [
    x(
      f.parse('d', 'SELECT $1::int AS i, $2::text AS t'),
      f.describe('S', 'd'),
      f.bind('p', 'd', '1', 'x'),
      f.describe('P', 'p'),
    ),
    x(f.describe('S', 'd')),
    x(f.parse('i', 'INSERT INTO t VALUES ($1)'), f.describe('S', 'i')),
    x(f.describe('S', 'nothing')),
    x(f.describe('P', 'nothing')),
  ],
  'duplicate names, Close, Bind of nothing': [
    x(f.parse('s', 'SELECT 1')),
    x(f.parse('s', 'SELECT 2')),
    x(f.parse('s', 'SELEC')),
    x(f.bind('', 's'), f.execute('')),
    x(f.close('S', 's'), f.parse('s', 'SELECT 3'), f.bind('', 's'), f.execute('')),
    x(f.close('S', 's')),
    x(f.bind('', 's'), f.execute('')),
    x(f.bind('', ''), f.execute('')),
    x(f.execute('')),
  ],
  'DEALLOCATE and DISCARD of protocol statements': [
    ...[x(f.parse('s', 'SELECT 1')), q('DEALLOCATE s'), x(f.bind('', 's'), f.execute(''))],
    ...[x(f.parse('s', 'SELECT 1')), q('DEALLOCATE ALL'), x(f.bind('', 's'), f.execute(''))],
    ...[x(f.parse('s', 'SELECT 1')), q('DISCARD ALL'), x(f.bind('', 's'), f.execute('')), x(f.parse('s', 'SELECT 2'))],
    ...[x(f.bind('', 's'), f.execute('')), q('DEALLOCATE s')],
  ],
  'an empty text, a lone Sync': [x(...run('')), x(), x(f.flush), x(f.close('S', 'x'), f.close('P', 'y'))],
  'malformed messages': [
    x(Buffer.from('B\0\0\0\x07abc')),
    x(Buffer.from('P\0\0\0\x07abc')),
    x(Buffer.from('D\0\0\0\x07Sab')),
    x(Buffer.from('C\0\0\0\x04')),
    x(Buffer.from('D\0\0\0\x08Xab\0')),
    q('SELECT 1'),
  ],
  'a Query behind a batch without Sync': [
    { send: [f.parse('z', 'SELECT 1'), f.query('SELECT 2')] },
    x(f.bind('', 'z'), f.execute('')),
    { send: [f.parse('zz', 'SELEC'), f.query('SELECT 2'), f.sync] },
  ],
  FunctionCall: [{ send: [f.functionCall(3448)] }, { send: [f.functionCall(1)] }, q('SELECT 1')],
}

const copy: Record<string, Exchange[]> = {
  'COPY in': [
    { send: [f.query('COPY t FROM STDIN')], until: ['G', 1] },
    { send: [f.copyData('100\ta\n101\tb\n'), f.copyData('102\tc\n'), f.copyDone] },
    q('SELECT * FROM t ORDER BY id'),
  ],
  'COPY data right behind the query': [
    {
      send: [f.query('COPY t FROM STDIN'), f.copyData('110\ta\n'), f.copyDone, f.query('SELECT count(*) FROM t')],
      ready: 2,
    },
  ],
  CopyFail: [
    { send: [f.query('COPY t FROM STDIN'), f.copyData('120\ta\n'), f.copyFail('no more')] },
    q('SELECT * FROM t ORDER BY id'),
  ],
  'COPY of broken data': [
    { send: [f.query('COPY t FROM STDIN'), f.copyData('x\ty\n'), f.copyData('130\tz\n'), f.copyDone] },
    q('SELECT * FROM t ORDER BY id'),
  ],
  'COPY out': [q('COPY t TO STDOUT'), q('COPY (SELECT * FROM generate_series(1, 3)) TO STDOUT WITH (FORMAT binary)')],
  'COPY inside of several statements': [
    {
      send: [
        f.query('SELECT 1; COPY t FROM STDIN; SELECT count(*) FROM t; COPY t TO STDOUT'),
        f.copyData('140\ta\n'),
        f.copyDone,
      ],
    },
    q('SELECT * FROM t ORDER BY id'),
  ],
  'COPY in a transaction': [
    q('BEGIN'),
    { send: [f.query('COPY t FROM STDIN'), f.copyData('150\ta\n'), f.copyDone] },
    q('ROLLBACK', 'SELECT count(*) FROM t'),
  ],
  'COPY by the extended protocol, ended as libpq does': [
    { send: [...run('COPY t FROM STDIN'), f.sync], until: ['G', 1] },
    { send: [f.copyData('160\ta\n'), f.copyDone, f.sync] },
    q('SELECT * FROM t ORDER BY id'),
    { send: [...run('COPY t FROM STDIN'), f.flush], until: ['G', 1] },
    { send: [f.copyData('161\ta\n'), f.copyDone, f.sync] },
    { send: [...run('COPY t FROM STDIN'), f.sync], until: ['G', 1] },
    { send: [f.copyFail('stop'), f.sync] },
    q('SELECT * FROM t ORDER BY id'),
    x(...run('COPY t TO STDOUT')),
  ],
  'a Sync or a Flush that comes while a server copies in is read over': [
    { send: [...run('COPY t FROM STDIN'), f.sync, f.sync, f.flush, f.copyData('170\ta\n'), f.copyDone, f.sync] },
    { send: [...run('COPY t FROM STDIN'), f.sync, f.sync], until: ['G', 1] },
    { send: [f.sync, f.copyData('171\ta\n'), f.flush, f.sync, f.copyData('172\ta\n'), f.copyDone, f.sync] },
    { send: [...run('COPY t FROM STDIN'), f.flush, f.sync, f.copyData('173\ta\n'), f.copyFail('stop'), f.sync] },
    { send: [f.query('COPY t FROM STDIN'), f.sync, f.copyData('174\ta\n'), f.flush, f.copyDone] },
    { send: [f.query('COPY t FROM STDIN')], until: ['G', 1] },
    { send: [f.sync, f.copyData('175\ta\n'), f.sync, f.copyDone, f.sync], ready: 2 },
    q('SELECT * FROM t ORDER BY id'),
  ],
  'a Sync behind data that a COPY has refused is read again': [
    { send: [...run('COPY t FROM STDIN'), f.sync], until: ['G', 1] },
    { send: [f.copyData('x\ty\n')], until: ['E', 1] },
    { send: [f.sync, f.copyData('180\ta\n'), f.copyDone, f.sync], ready: 2 },
    { send: [...run('COPY t FROM STDIN'), f.sync], until: ['G', 1] },
    { send: [f.copyData('x\ty\n'), f.sync] },
    q('SELECT * FROM t ORDER BY id'),
  ],
  'what follows the data of a COPY without a Sync belongs to its transaction': [
    { send: [...run('COPY t FROM STDIN'), f.sync], until: ['G', 1] },
    { send: [f.copyData('190\ta\n'), f.copyDone, ...run('SELECT count(*) FROM t'), ...run('SELECT 1 / 0'), f.sync] },
    {
      send: [
        ...run('COPY t FROM STDIN'),
        f.sync,
        f.sync,
        f.copyData('191\ta\n'),
        f.copyDone,
        f.flush,
        ...run('SELECT max(id) FROM t'),
        f.sync,
      ],
    },
    q('SELECT * FROM t ORDER BY id'),
  ],
  'what is neither data nor the end of it ends a COPY and its connection': [
    { send: [...run('COPY t FROM STDIN'), f.sync], until: ['G', 1] },
    { send: [f.copyData('200\ta\n'), ...run('SELECT 1'), f.sync], until: ['E', 2] },
  ],
  'the same, without a Sync': [
    { send: [...run('COPY t FROM STDIN'), f.sync], until: ['G', 1] },
    { send: [f.parse('', 'SELECT 1'), f.flush], until: ['E', 2] },
  ],
  'the same within a simple Query': [
    { send: [f.query('COPY t FROM STDIN'), f.copyData('201\ta\n'), f.query('SELECT 1')], until: ['E', 2] },
  ],
}

export const CONVERSATIONS: readonly (readonly [string, readonly Exchange[]])[] = Object.entries({
  ...simple,
  ...extended,
  ...copy,
})
