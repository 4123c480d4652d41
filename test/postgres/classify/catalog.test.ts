import { describe, expect, test } from 'vitest'
import type { Catalog, Relation, UserFunction } from '../../../src/postgres/classify/catalog.ts'
import { readAhead } from '../../../src/postgres/classify/function-judge.ts'
import { loadCatalog } from '../../../src/postgres/classify/index.ts'
import { recordedCatalog } from '../../corpus/postgres/corpus.ts'
import { classifying } from './classifying.ts'

const recorded = recordedCatalog()

function withFunctions(...functions: Partial<UserFunction>[]): Catalog {
  const made = functions.map((given, index): UserFunction => {
    const name = given.name ?? 'f'
    return {
      ...{
        oid: `${90_000 + index}`,
        schema: 'public',
        name,
        args: { min: 0, max: 1 },
        kind: 'function',
        volatile: false,
        language: 'sql',
      },
      ...{ definition: null, extension: null, calls: [] },
      ...given,
    }
  })
  return { ...recorded, functions: new Map([...recorded.functions, ...made.map((one) => [one.name, [one]] as const)]) }
}

const judged = (catalog: Catalog, sql: string) => classifying(() => catalog).facts(sql)
const sqlBody = (body: string) => `CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS $function$${body}$function$`
const plpgsqlBody = (body: string) =>
  `CREATE FUNCTION public.f() RETURNS int LANGUAGE plpgsql AS $function$${body}$function$`

describe('what a body does', () => {
  test.each([
    ['read', 'none', 'select count(*)::int from users'],
    ['read', 'none', 'select 1; select 2'],
    ['primary', 'none', 'delete from users; select 1'],
    ['primary', 'none', "select nextval('seq')::int"],
    ['primary', 'unknown', 'create temp table x(a int); select 1'],
    ['primary', 'unknown', 'listen x'],
    ['primary', 'none', 'select 1 from users for update'],
    ['primary', 'unknown', "select 1; set search_path = 'x'"],
    ['primary', 'unknown', "select set_config('search_path', 'x', false)::int"],
    ['primary', 'none', "select current_setting('port')::int"],
    ['read', 'none', "select current_setting('app.tenant')::int"],
    ['primary', 'unknown', 'this is no sql'],
    ['primary', 'unknown', `select ${'1 + '.repeat(9000)} 1`],
    ['primary', 'unknown', `select ${'('.repeat(9000)}1${')'.repeat(9000)}`],
  ])('SQL, %s, %s: %.60s', (verdict, effect, body) => {
    const facts = judged(withFunctions({ definition: sqlBody(body) }), 'select f()')
    expect([facts.verdict, facts.effect.kind]).toEqual([verdict, effect])
  })

  test.each([
    ['read', 'none', 'begin return 1; end'],
    ['read', 'none', 'declare a int := 1; begin a := a + (select count(*) from users); return a; end'],
    [
      'read',
      'none',
      'declare r record; begin for r in select * from users loop raise notice $$%$$, r.id; end loop; return 1; end',
    ],
    ['read', 'none', 'declare c cursor for select 1; begin open c; close c; return 1; end'],
    [
      'read',
      'none',
      'begin if exists (select from users) then return 1; else return 2; end if; exception when others then return 3; end',
    ],
    ['primary', 'none', 'begin perform nextval($$seq$$); return 1; end'],
    ['primary', 'none', 'declare a bigint := nextval($$seq$$); begin return a; end'],
    ['primary', 'none', 'declare a int[]; begin a[lastval()] := 1; return 1; end'],
    ['primary', 'none', 'begin if nextval($$seq$$) > 1 then return 1; end if; return 2; end'],
    ['primary', 'none', 'begin while nextval($$seq$$) < 5 loop null; end loop; return 2; end'],
    ['primary', 'none', 'begin raise notice $$%$$, nextval($$seq$$); return 2; end'],
    ['primary', 'none', 'begin case when nextval($$seq$$) = 1 then return 1; else return 2; end case; end'],
    ['primary', 'none', 'begin return nextval($$seq$$); end'],
    ['primary', 'none', 'begin assert nextval($$seq$$) > 0; return 1; end'],
    ['primary', 'none', 'begin return 1; exception when others then perform nextval($$seq$$); return 2; end'],
    ['primary', 'none', 'declare c cursor for select nextval($$seq$$); begin open c; return 1; end'],
    ['primary', 'none', 'begin insert into users(name) values ($$x$$); return 1; end'],
    ['primary', 'unknown', 'begin execute $$delete from users$$; return 1; end'],
    ['primary', 'unknown', 'declare c refcursor; begin open c for execute $$select 1$$; return 1; end'],
    ['primary', 'unknown', 'declare r record; begin for r in execute $$select 1$$ loop null; end loop; return 1; end'],
    ['primary', 'unknown', 'begin call p_one(); return 1; end'],
    ['primary', 'unknown', 'begin set search_path = x; return 1; end'],
    ['primary', 'unknown', 'begin this is nothing'],
  ])('PL/pgSQL, %s, %s: %s', (verdict, effect, body) => {
    const facts = judged(withFunctions({ definition: plpgsqlBody(body), language: 'plpgsql' }), 'select f()')
    expect([facts.verdict, facts.effect.kind]).toEqual([verdict, effect])
  })

  test.each([
    [{ language: 'c' }, 'unknown-function'],
    [{ language: 'c', volatile: true }, 'volatile-function'],
    [{ language: 'plpython3u' }, 'unknown-function'],
    [{ language: 'c', extension: 'pg_trgm' }, 'read'],
    [{ language: 'c', extension: 'pg_trgm', volatile: true }, 'volatile-function'],
    [{ language: 'c', extension: 'something' }, 'unknown-function'],
    [{ kind: 'aggregate', calls: ['1'] }, 'read'],
    [{ kind: 'aggregate', calls: ['99999'] }, 'unknown-function'],
    [{ kind: 'procedure', definition: 'x' }, 'unknown-function'],
  ] as const)('%o', (given, because) => {
    expect(judged(withFunctions(given), 'select f()').because).toBe(because)
  })

  test('a hostile body does not spoil the parser for the others', () => {
    judged(withFunctions({ definition: sqlBody(`select ${'1 + '.repeat(9000)} 1`) }), 'select f()')
    expect(judged(recorded, 'select some_new_column from users').verdict).toBe('read')
  })
})

test('a catalog that did not change is a new object with what was found out before', async () => {
  const rows = [[['now', 'f']], [], [], []]
  const answers = () => {
    let asked = 0
    return async () => rows[asked++]! as (string | null)[][]
  }
  const first = await loadCatalog(answers())
  const second = await loadCatalog(answers(), first)
  expect(second).not.toBe(first)
  expect(second.functions).toBe(first.functions)
  rows[0] = [['now', 't']]
  const third = await loadCatalog(answers(), second)
  expect(third.functions).not.toBe(second.functions)
  expect(third.builtins.get('now')).toBe(true)
})

/** Two tables whose policies look into each other by functions; one of them writes, or a chain of functions is too long to be followed. */
function withPolicies(last: string): Catalog {
  const body = (name: string, text: string) =>
    `CREATE FUNCTION public.${name}() RETURNS boolean LANGUAGE sql STABLE AS $function$${text}$function$`
  const catalog = withFunctions(
    { name: 'h1', definition: body('h1', 'select exists (select 1 from t2)') },
    { name: 'h2', definition: body('h2', 'select exists (select 1 from t1)') },
    { name: 'w', definition: body('w', last), volatile: true },
    ...Array.from({ length: 5000 }, (_, n) => ({
      name: `deep${n}`,
      definition: body('deep', `select deep${n + 1}()`),
    })),
  )
  const table = (name: string, ...policies: string[]): [string, Relation[]] => [
    name,
    [
      {
        schema: 'public',
        name,
        kind: 'table',
        definition: null,
        policies,
        triggers: [],
        rules: false,
        expressions: [],
      },
    ],
  ]
  return {
    ...catalog,
    relations: new Map([...catalog.relations, table('t1', 'h1()', 'w()'), table('t2', 'h2()'), table('t3', 'deep0()')]),
  }
}

describe('policies that look into each other', () => {
  const asked = ['select * from t1', 'select * from t2', 'select h1()', 'select h2()']
  const orders = asked.map((_, first) => [...asked.slice(first), ...asked.slice(0, first)])
  const verdicts = (catalog: Catalog, statements: readonly string[]) => {
    const { facts } = classifying(() => catalog)
    return statements.map((sql) => `${sql}: ${facts(sql).verdict}`)
  }

  test.each([...orders, [...asked].reverse()])(
    'what writes behind them is found, whoever is asked first: %s',
    (...order) => {
      const all = order.map((sql) => `${sql}: primary`)
      expect(verdicts(withPolicies('insert into log values (1); select true'), order)).toEqual(all)
      const early = withPolicies('insert into log values (1); select true')
      for (const _ of readAhead(early, null));
      expect(verdicts(early, order)).toEqual(all)
    },
  )

  test('where nothing writes they are reads', () => {
    const early = withPolicies('select true')
    for (const _ of readAhead(early, null));
    expect(verdicts(early, asked)).toEqual(asked.map((sql) => `${sql}: read`))
  })

  test('what cannot be followed to its end is no read, also when it is asked again', () => {
    const catalog = withPolicies('select true')
    expect(verdicts(catalog, ['select * from t3', 'select * from t3 where true'])).toEqual([
      'select * from t3: primary',
      'select * from t3 where true: primary',
    ])
  })
})
