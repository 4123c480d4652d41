/** Pins against a plain model: what of a session lies on its connection after any row of statements, done or failed. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Pins } from '../../src/mysql/pins.ts'
import type { Facts } from '../../src/sql/facts.ts'
import { needsPrimary } from '../../src/sql/needs-primary.ts'

const facts = (of: Partial<Facts>): Facts => ({ ...needsPrimary('SELECT', 'session-state', { kind: 'none' }), ...of })

interface Step {
  readonly text: string
  readonly facts: Facts
  /** What the model does when it succeeds. */
  readonly model: (held: Set<string>) => void
  /** The model when it fails while running. */
  readonly failing?: (held: Set<string>) => void
}

const add = (name: string) => (held: Set<string>) => void held.add(name)
const drop = (name: string) => (held: Set<string>) => void held.delete(name)

const userVariable = (name: string, value: string): Step => ({
  text: `SET @${name} = ${value}`,
  facts: facts({ command: 'SET', pins: ['user-variable'], settings: [{ scope: 'user', name, value }] }),
  model: value === 'NULL' ? drop(`user-variable ${name}`) : add(`user-variable ${name}`),
})

const STEPS: readonly Step[] = [
  ...['a', 'b'].flatMap((name) => [userVariable(name, '1'), userVariable(name, 'NULL')]),
  ...['s', 't'].flatMap((name): Step[] => [
    {
      text: `CREATE TEMPORARY TABLE ${name} (i INT)`,
      facts: facts({
        command: 'CREATE TABLE',
        pins: ['temp-table'],
        temporaryTables: { created: [name], dropped: [] },
      }),
      model: add(`temp-table ${name}`),
    },
    {
      text: `DROP TEMPORARY TABLE ${name}`,
      facts: facts({
        command: 'DROP TABLE',
        unpins: ['temp-table'],
        temporaryTables: { created: [], dropped: [name] },
      }),
      model: drop(`temp-table ${name}`),
    },
    {
      text: `PREPARE ${name} FROM 'SELECT 1'`,
      facts: facts({ command: 'PREPARE', pins: ['prepared-in-sql'] }),
      model: add(`prepared-in-sql ${name}`),
    },
    {
      text: `DEALLOCATE PREPARE ${name}`,
      facts: facts({ command: 'DEALLOCATE PREPARE', unpins: ['prepared-in-sql'] }),
      model: drop(`prepared-in-sql ${name}`),
    },
    {
      text: `HANDLER ${name} OPEN`,
      facts: facts({ command: 'HANDLER', pins: ['handler'] }),
      model: add(`handler ${name}`),
    },
    {
      text: `HANDLER ${name} CLOSE;`,
      facts: facts({ command: 'HANDLER', unpins: ['handler'] }),
      model: drop(`handler ${name}`),
    },
  ]),
  {
    text: 'LOCK TABLES s READ',
    facts: facts({ command: 'LOCK TABLES', pins: ['lock-tables'] }),
    model: add('lock-tables tables'),
  },
  {
    text: 'FLUSH TABLES WITH READ LOCK',
    facts: facts({ command: 'FLUSH', pins: ['lock-tables'] }),
    model: add('lock-tables tables'),
    failing: add('lock-tables tables'),
  },
  {
    text: 'UNLOCK TABLES',
    facts: facts({ command: 'UNLOCK TABLES', unpins: ['lock-tables'] }),
    model: drop('lock-tables tables'),
  },
  {
    text: 'LOCK INSTANCE FOR BACKUP',
    facts: facts({ command: 'LOCK INSTANCE', pins: ['lock-tables'] }),
    model: add('lock-tables instance'),
  },
  {
    text: 'UNLOCK INSTANCE',
    facts: facts({ command: 'UNLOCK INSTANCE', unpins: ['lock-tables'] }),
    model: drop('lock-tables instance'),
  },
  { text: "XA START 'x'", facts: facts({ command: 'XA', pins: ['xa'] }), model: add('xa x') },
  { text: "XA COMMIT 'x'", facts: facts({ command: 'XA', unpins: ['xa'] }), model: drop('xa x') },
  {
    text: 'SELECT GET_LOCK(?, 1)',
    facts: facts({ pins: ['advisory-lock'] }),
    model: add('advisory-lock ?'),
    failing: add('advisory-lock ?'),
  },
  {
    text: 'DO RELEASE_ALL_LOCKS()',
    facts: facts({ command: 'DO', unpins: ['advisory-lock'] }),
    model: (held) => {
      for (const name of held) if (name.startsWith('advisory-lock')) held.delete(name)
    },
  },
  {
    text: 'SET timestamp = 1',
    facts: facts({ command: 'SET', settings: [{ scope: 'session', name: 'timestamp', value: '1' }] }),
    model: add('one-shot-variable timestamp'),
  },
  {
    text: 'SET timestamp = DEFAULT',
    facts: facts({ command: 'SET', settings: [{ scope: 'session', name: 'timestamp', value: 'default' }] }),
    model: drop('one-shot-variable timestamp'),
  },
  {
    text: 'CALL p()',
    facts: facts({ command: 'CALL', pins: ['unknown'] }),
    model: add('unknown x'),
    failing: add('unknown x'),
  },
  { text: 'SELECT 1', facts: facts({ verdict: 'read' }), model: () => {} },
]

const causesOf = (held: Set<string>) => [...new Set([...held].map((name) => name.split(' ')[0]!))].sort()

test('any row of statements leaves what the model says', () => {
  const step = fc.record({
    index: fc.nat(STEPS.length - 1),
    ending: fc.constantFrom('done', 'done', 'done', 'failed', 'refused'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (rows) => {
      const pins = new Pins()
      const held = new Set<string>()
      for (const { index, ending } of rows) {
        const { facts, text, model, failing } = STEPS[index]!
        // A user variable that was set before its statement failed may be there.
        const failed = failing ?? (facts.pins?.includes('user-variable') ? null : () => {})
        if (ending === 'failed' && failed === null) continue
        const error = ending === 'done' ? null : ending === 'failed' ? 1213 : 1064
        pins.ran(facts, { error, results: 0 }, '', () => text)
        if (ending === 'done') model(held)
        else if (ending === 'failed') failed!(held)
        expect([...pins.causes].sort()).toEqual(causesOf(held))
      }
      pins.clear()
      expect(pins.causes).toEqual([])
    }),
    { numRuns: 1000 },
  )
})

test('named locks: released ones are asked for, because they may have been taken twice', () => {
  const pins = new Pins()
  const get = () =>
    pins.ran(facts({ pins: ['advisory-lock'] }), { error: null, results: 1 }, '', () => "SELECT GET_LOCK('Job', 5)")
  const release = () =>
    pins.ran(facts({ unpins: ['advisory-lock'] }), { error: null, results: 1 }, '', () => "SELECT RELEASE_LOCK('job')")
  get()
  expect(pins.causes).toEqual(['advisory-lock'])
  expect(pins.question()).toBeNull()
  release()
  expect(pins.causes).toEqual([])
  expect(pins.question()).toBe("SELECT IS_USED_LOCK('job') <=> CONNECTION_ID()")
  pins.answered(['1'])
  expect(pins.causes).toEqual(['advisory-lock'])
  release()
  pins.answered(['0'])
  expect(pins.causes).toEqual([])
  expect(pins.question()).toBeNull()
  get()
  release()
  pins.answered(null)
  expect(pins.causes).toEqual(['advisory-lock'])
})

test('among several statements everything may have happened, and nothing is taken away', () => {
  const pins = new Pins()
  const both = facts({ statements: 2, command: 'UNKNOWN', pins: ['lock-tables'], unpins: ['lock-tables'] })
  pins.ran(both, { error: 1064, results: 1 }, '', () => 'LOCK TABLES t READ; SELEC')
  expect(pins.causes).toEqual(['lock-tables'])
})

test('insert_id is used up by the next insert', () => {
  const pins = new Pins()
  const done = { error: null, results: 1 }
  const settings = [{ scope: 'session', name: 'insert_id', value: '5' }] as const
  pins.ran(facts({ command: 'SET', settings }), done, '', () => 'SET insert_id = 5')
  expect(pins.causes).toEqual(['one-shot-variable'])
  pins.ran(facts({ command: 'INSERT' }), done, '', () => 'INSERT INTO t VALUES (1)')
  expect(pins.causes).toEqual([])
})

describe('temporary tables', () => {
  const kept = (statements: readonly string[]): boolean => {
    const pins = new Pins()
    let schema = 'app'
    for (const sql of statements) {
      if (sql.startsWith('USE ')) schema = sql.slice(4)
      const creates = /create/i.test(sql)
      const other = /^(?:alter|rename)/i.test(sql)
      const more: Partial<Facts> = other
        ? { command: 'ALTER TABLE', changesSchema: true }
        : creates
          ? { command: 'CREATE TABLE', pins: ['temp-table'] }
          : { command: 'DROP TABLE', unpins: ['temp-table'] }
      if (!sql.startsWith('USE ')) pins.ran(facts(more), { error: null, results: 1 }, schema, () => sql)
    }
    return pins.causes.length > 0
  }

  test.each<[string, boolean]>([
    ['CREATE TEMPORARY TABLE t (i INT); DROP TEMPORARY TABLE t', false],
    ['CREATE TEMPORARY TABLE app.t (i INT); DROP TEMPORARY TABLE t', false],
    ['CREATE TEMPORARY TABLE t (i INT); drop table if exists `app` . `t` /* x */', false],
    ['/* app:x */ create temporary table if not exists `a``b` as select 1; DROP TABLE `a``b`', false],
    [
      'CREATE TEMPORARY TABLE a (i INT); CREATE TEMPORARY TABLE b LIKE c; DROP TEMPORARY TABLES a, app.b CASCADE',
      false,
    ],
    ['CREATE TEMPORARY TABLE t (i INT); CREATE TEMPORARY TABLE IF NOT EXISTS t (i INT); DROP TABLE t', false],
    ['CREATE TEMPORARY TABLE t (i INT); ALTER TABLE t ADD j INT; DROP TABLE t', false],
    // To a server they may be two.
    ['CREATE TEMPORARY TABLE Foo (i INT); CREATE TEMPORARY TABLE foo (i INT); DROP TEMPORARY TABLE foo', true],
    ['CREATE TEMPORARY TABLE Foo (i INT); DROP TABLE IF EXISTS foo', true],
    ['CREATE TEMPORARY TABLE t (i INT); USE b; DROP TABLE t', true],
    ['CREATE TEMPORARY TABLE `a.b` (i INT); DROP TABLE a.b', true],
    // It is there, by another name.
    ['CREATE TEMPORARY TABLE t (i INT); ALTER TABLE t RENAME TO u; DROP TABLE IF EXISTS t', true],
    ['CREATE TEMPORARY TABLE t (i INT); RENAME TABLE t TO u; DROP TABLE IF EXISTS t', true],
    ['CREATE TEMPORARY SEQUENCE s; DROP TABLE s', true],
    ['/*!50000 CREATE */ TEMPORARY TABLE t (i INT); DROP TABLE t', true],
  ])('%s: kept %s', (statements, there) => {
    expect(kept(statements.split('; '))).toBe(there)
  })
})
