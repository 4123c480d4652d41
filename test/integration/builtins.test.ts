/** The list of what PostgreSQL's own functions and relations do is proved against the servers: what it lets pass as a read gives the same on a primary and on its replica. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fleet, startFleet } from '../../src/cli/demo/local-postgres.ts'
import { builtinFunction, READ, systemRelation, VOLATILE } from '../../src/postgres/classify/builtins.ts'
import { schema } from '../corpus/postgres/corpus.ts'
import { judges } from '../support/postgres-judge.ts'

/** Two samples of each type; functions with other types of arguments cannot be called from SQL, or are counted as not run. */
const SAMPLES: Readonly<Record<string, readonly [string, string]>> = {
  ...{ bool: ['true', 'false'], int2: ['1::int2', '3::int2'], int4: ['1', '0'], int8: ['1::int8', '5::int8'] },
  ...{
    float4: ['0.5::float4', '1::float4'],
    float8: ['0.5::float8', '1::float8'],
    numeric: ['1.5::numeric', '2::numeric'],
  },
  ...{
    text: ["'a'::text", "'users'::text"],
    varchar: ["'a'::varchar", "''::varchar"],
    bpchar: ["'a'::bpchar", "'b'::bpchar"],
  },
  ...{
    name: ["'users'::name", "'app'::name"],
    char: ['\'a\'::"char"', '\'r\'::"char"'],
    bytea: ["'a'::bytea", "''::bytea"],
  },
  ...{ cstring: ["'1'::cstring", "'a'::cstring"], unknown: ["'a'", "''"], money: ["'1'::money", "'2'::money"] },
  ...{
    date: ["'2024-01-01'::date", "'infinity'::date"],
    time: ["'10:00'::time", "'0:00'::time"],
    timetz: ["'10:00+01'::timetz", "'0:00+00'::timetz"],
  },
  ...{
    timestamp: ["'2024-01-01'::timestamp", "'2024-01-02'::timestamp"],
    timestamptz: ["'2024-01-01 00:00+00'::timestamptz", "'2024-02-01 00:00+00'::timestamptz"],
  },
  ...{
    interval: ["'1 hour'::interval", "'1 day'::interval"],
    uuid: ["'019535d9-3df7-79fb-b466-fa907fa17f9e'::uuid", "'00000000-0000-4000-8000-000000000000'::uuid"],
  },
  ...{
    json: ['\'{"a": 1}\'::json', "'[1]'::json"],
    jsonb: ['\'{"a": 1}\'::jsonb', "'[1]'::jsonb"],
    jsonpath: ["'$.a'::jsonpath", "'$[*]'::jsonpath"],
    xml: ["'<a/>'::xml", "'b'::xml"],
  },
  ...{
    oid: ["'users'::regclass::oid", '1::oid'],
    regclass: ["'users'::regclass", "'users_pkey'::regclass"],
    regproc: ["'f_pl'::regproc", "'now'::regproc"],
  },
  ...{
    regprocedure: ["'f_pl(int)'::regprocedure", "'f_pl(int)'::regprocedure"],
    regtype: ["'mood'::regtype", "'int'::regtype"],
    regrole: ["'app'::regrole", "'postgres'::regrole"],
  },
  ...{
    regnamespace: ["'public'::regnamespace", "'other'::regnamespace"],
    regconfig: ["'simple'::regconfig", "'english'::regconfig"],
    regdictionary: ["'simple'::regdictionary", "'simple'::regdictionary"],
  },
  ...{
    inet: ["'10.0.0.1'::inet", "'::1'::inet"],
    cidr: ["'10.0.0.0/8'::cidr", "'::/0'::cidr"],
    macaddr: ["'08:00:2b:01:02:03'::macaddr", "'08:00:2b:01:02:04'::macaddr"],
    macaddr8: ["'08:00:2b:01:02:03:04:05'::macaddr8", "'08:00:2b:01:02:03:04:06'::macaddr8"],
  },
  ...{
    bit: ["B'1'", "B'0'"],
    varbit: ["B'1'::varbit", "B'01'::varbit"],
    point: ["'(1,2)'::point", "'(0,0)'::point"],
    line: ["'{1,2,3}'::line", "'{1,0,0}'::line"],
    lseg: ["'((0,0),(1,1))'::lseg", "'((0,1),(1,0))'::lseg"],
  },
  ...{
    box: ["'((0,0),(1,1))'::box", "'((2,2),(3,3))'::box"],
    path: ["'((0,0),(1,1))'::path", "'[(0,0),(1,1)]'::path"],
    polygon: ["'((0,0),(1,1),(1,0))'::polygon", "'((0,0),(1,1))'::polygon"],
    circle: ["'<(0,0),1>'::circle", "'<(1,1),2>'::circle"],
  },
  ...{
    tsvector: ["'a b'::tsvector", "'c:1A'::tsvector"],
    tsquery: ["'a & b'::tsquery", "'c'::tsquery"],
    tid: ["'(0,1)'::tid", "'(0,2)'::tid"],
    xid: ["'3'::xid", "'5'::xid"],
    xid8: ["'3'::xid8", "'5'::xid8"],
    cid: ["'1'::cid", "'0'::cid"],
  },
  ...{
    pg_lsn: ["'0/1'::pg_lsn", "'1/0'::pg_lsn"],
    pg_snapshot: ["'10:20:10,14'::pg_snapshot", "'1:1:'::pg_snapshot"],
    txid_snapshot: ["'10:20:10,14'::txid_snapshot", "'1:1:'::txid_snapshot"],
    aclitem: ["'app=r/app'::aclitem", "'=r/app'::aclitem"],
  },
  ...{
    int4range: ['int4range(1,5)', "'empty'::int4range"],
    int4multirange: ['int4multirange(int4range(1,2))', "'{}'::int4multirange"],
    anyrange: ['int4range(1,5)', 'int4range(2,3)'],
    anymultirange: ['int4multirange(int4range(1,2))', "'{}'::int4multirange"],
  },
  ...{
    anyelement: ['1', '2'],
    anynonarray: ['1', '2'],
    anyarray: ['ARRAY[1,2]', 'ARRAY[3]'],
    anyenum: ["'ok'::mood", "'sad'::mood"],
    any: ['1', "'a'::text"],
    record: ['ROW(1,2)', 'ROW(1)'],
  },
  ...{
    anycompatible: ['1', '2'],
    anycompatiblearray: ['ARRAY[1]', 'ARRAY[2]'],
    anycompatiblenonarray: ['1', '2'],
    anycompatiblerange: ['int4range(1,5)', 'int4range(2,3)'],
    anycompatiblemultirange: ['int4multirange(int4range(1,2))', "'{}'::int4multirange"],
  },
  ...{
    oidvector: ["'1 2'::oidvector", "''::oidvector"],
    int2vector: ["'1 2'::int2vector", "''::int2vector"],
    _text: ["ARRAY['a','b']", "ARRAY['users']"],
    _int2: ['ARRAY[1::int2]', 'ARRAY[2::int2]'],
    _int4: ['ARRAY[1,2]', 'ARRAY[3]'],
    _int8: ['ARRAY[1::int8]', 'ARRAY[2::int8]'],
  },
  ...{
    _float8: ['ARRAY[0.5::float8]', 'ARRAY[0.25::float8, 0.75]'],
    _oid: ["ARRAY['users'::regclass::oid]", 'ARRAY[1::oid]'],
    _char: ['ARRAY[\'i\'::"char"]', 'ARRAY[\'o\'::"char"]'],
    _aclitem: ["ARRAY['app=r/app'::aclitem]", "'{}'::aclitem[]"],
    _cstring: ["'{1}'::cstring[]", "'{2,3}'::cstring[]"],
  },
  ...{
    _xml: ["ARRAY['<a/>'::xml]", "'{}'::xml[]"],
    _numeric: ['ARRAY[1.5]', 'ARRAY[2.5]'],
    _jsonb: ["ARRAY['1'::jsonb]", "'{}'::jsonb[]"],
    refcursor: ["'c'::refcursor", "'d'::refcursor"],
  },
}

/** Types that no value can be shown of, and what only the server's own machinery calls. */
const NO_RESULT = /^(internal|trigger|event_trigger|language_handler|fdw_handler|.*am_handler|tsm_handler|opaque)$/

/** They differ by chance or by the time that has passed, on one and the same server as well. */
const BY_CHANCE = /^(random|random_normal|gen_random_uuid|uuidv4|uuidv7|array_shuffle|array_sample)$/
/** Only their sign means anything. */
const SIGN_ONLY = /^bt(name|text)+cmp$/
/** They only wait. */
const WAITS = /^pg_sleep/

/** Runs a text; the answer, or the error. A transaction id that it has taken is told with it. */
const PROBE = `CREATE FUNCTION public.probe(sql text) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE answer text; BEGIN
    BEGIN EXECUTE sql INTO answer; EXCEPTION WHEN OTHERS THEN answer := 'error ' || SQLSTATE || ' ' || SQLERRM; END;
    RETURN coalesce(answer, 'null') || CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN '' ELSE ' AND WRITES' END;
  END $$`

interface Probed {
  readonly name: string
  readonly sql: string
  readonly clock: boolean
}

describe.each(judges())('on a real PostgreSQL (%s)', (binaries) => {
  let fleet: Fleet

  beforeAll(async () => {
    fleet = await startFleet({
      replicas: 1,
      parameters: { autovacuum: 'off' },
      ...(binaries === null ? {} : { binaries }),
    })
    await fleet.primary.query(`${schema}; ANALYZE users, orders; ${PROBE}`)
    await fleet.caughtUp()
  }, 120_000)

  afterAll(async () => {
    await fleet?.stop()
  })

  /** The answers of both servers. */
  async function answers(texts: readonly string[]): Promise<[string[], string[]]> {
    const ask = async (server: Fleet['primary']) => {
      const sql = 'SELECT public.probe(t) AS a FROM unnest($1::text[]) WITH ORDINALITY AS x (t, n) ORDER BY n'
      return (await server.query<{ a: string }>(sql, [texts])).map(({ a }) => a)
    }
    return Promise.all([ask(fleet.primary), ask(fleet.replicas[0]!)])
  }

  test('functions that pass as reads write nothing, and answer alike on a replica', async () => {
    const functions = await fleet.primary.query<{
      name: string
      volatile: boolean
      args: string[]
      result: string
      variadic: boolean
    }>(
      `SELECT proname AS name, provolatile = 'v' AS volatile, prorettype::regtype::text AS result, provariadic <> 0 AS variadic,
        ARRAY(SELECT typname FROM unnest(proargtypes::oid[]) WITH ORDINALITY AS a (t, n) JOIN pg_type ON pg_type.oid = t ORDER BY n)::text[] AS args
      FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' ORDER BY proname, oid`,
    )
    const probed: Probed[] = []
    let reads = 0
    for (const { name, volatile, args, result, variadic } of functions) {
      const treatment = builtinFunction(name, args.length) ?? (volatile ? VOLATILE : READ)
      if (treatment.verdict !== 'read' || NO_RESULT.test(result) || args.includes('internal') || WAITS.test(name))
        continue
      reads++
      if (args.some((type) => SAMPLES[type] === undefined)) continue
      for (const at of [0, 1] as const) {
        const values = args.map(
          (type, n) => (variadic && n === args.length - 1 && type !== 'any' ? 'VARIADIC ' : '') + SAMPLES[type]![at],
        )
        const sql = `SELECT string_agg(r::text, ',') FROM (SELECT pg_catalog."${name}"(${values}) AS r) q`
        probed.push({ name, sql, clock: treatment.usesClock === true })
      }
    }
    const [primary, replica] = await answers(probed.map(({ sql }) => sql))
    const wrong: string[] = []
    let answered = 0
    for (const [at, { name, sql, clock }] of probed.entries()) {
      const [here, there] = [primary[at]!, replica[at]!]
      if (!here.startsWith('error')) answered++
      if (here.endsWith('AND WRITES')) wrong.push(`${sql}: writes`)
      if (here !== there && !clock && !BY_CHANCE.test(name) && !SIGN_ONLY.test(name))
        wrong.push(`${sql}: ${here.slice(0, 80)} here, ${there.slice(0, 80)} there`)
    }
    expect(wrong).toEqual([])
    expect(new Set(probed.map(({ name }) => name)).size).toBeGreaterThan(1500)
    expect(probed.length / 2 / reads).toBeGreaterThan(0.95)
    expect(answered / probed.length).toBeGreaterThan(0.7)
  })

  test('system relations that pass as reads hold the same rows on a replica', async () => {
    const relations = await fleet.primary.query<{ schema: string; name: string }>(
      `SELECT nspname AS schema, relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE nspname IN ('pg_catalog', 'information_schema') AND relkind IN ('r', 'v', 'm') ORDER BY 1, 2`,
    )
    const reads = relations.filter(
      ({ schema, name }) => schema === 'information_schema' || systemRelation(name).verdict === 'read',
    )
    const [primary, replica] = await answers(
      reads.map(
        ({ schema, name }) =>
          `SELECT count(*) || ' ' || md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM ${schema}.${name} t`,
      ),
    )
    const wrong = reads.flatMap(({ name }, at) =>
      primary[at] === replica[at] ? [] : [`${name}: ${primary[at]} here, ${replica[at]} there`],
    )
    expect(wrong).toEqual([])
    expect(reads.length).toBeGreaterThan(120)
    // The others tell of one server or one session, and there are reasons for each in builtins.ts.
    expect(relations.length - reads.length).toBeGreaterThan(50)
  })
})
