import { describe, expect, test } from 'vitest'
import type { Catalog, UserFunction } from '../../../src/postgres/classify/catalog.ts'
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
