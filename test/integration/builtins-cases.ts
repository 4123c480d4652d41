/** What src/mysql/classify/builtins.ts says about functions, variables and system schemas, against all that real servers have of them. */
import { readFileSync } from 'node:fs'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { expect, test } from 'vitest'
import { builtinFunction, SYSTEM_SCHEMAS, sessionVariables } from '../../src/mysql/classify/builtins.ts'
import type { Catalog } from '../../src/mysql/classify/index.ts'
import type { Flavour, Row } from '../corpus/mysql/corpus.ts'
import { corpus } from '../corpus/mysql/corpus.ts'
import { classifying, serversOf } from '../mysql/classify/classifying.ts'
import type { MysqlServer } from '../support/mysql.ts'

export interface Bench {
  readonly primary: () => MysqlServer
  /** As somebody who may see everything. */
  readonly here: () => Connection
  readonly there: () => Connection
  readonly catalog: () => Catalog
  /** The statements that the judge has found to be plain reads. */
  readonly plain: () => ReadonlySet<Row>
}

/** Functions that the servers keep for their own views and refuse to everybody else, or that are other names of operators. */
const INTERNAL =
  /^(internal_|get_dd_|can_access_|is_visible_dd_|remove_dd_|convert_cpu_id|json_db$|json_binary|json_storage_|get_jdv_|convert_interval_to_user_interval$)/

const rowsOf = async (connection: Connection, sql: string): Promise<unknown[][]> => {
  const [rows] = await connection.query<RowDataPacket[][]>(sql)
  return rows as unknown as unknown[][]
}

/** Every word in the server's program that could be the name of a function. */
function words(server: MysqlServer): string[] {
  const parts = readFileSync(`/proc/${server.pid}/cmdline`, 'latin1').split('\0')
  const program = parts.find((part) => /\/(mysqld|mariadbd)$/.test(part))!
  const found = new Set<string>()
  for (const [word] of readFileSync(program, 'latin1').matchAll(/(?<=\0)[A-Za-z][A-Za-z0-9_]{1,40}(?=\0)/g))
    if (word === word.toUpperCase() || word === word.toLowerCase()) found.add(word.toLowerCase())
  return [...found]
}

export function testBuiltins(flavour: Flavour, bench: Bench): void {
  const subject = () => classifying(bench.catalog, serversOf[flavour], { digests: 20_000, parseBurstMs: 1e9 })

  /** What this server knows by itself: everything else it looks for among the stored functions. */
  async function nativeFunctions(): Promise<string[]> {
    const native: string[] = []
    const said =
      flavour === 'mariadb'
        ? await rowsOf(bench.here(), 'SELECT LOWER(FUNCTION) FROM information_schema.SQL_FUNCTIONS')
        : []
    const helped = await rowsOf(
      bench.here(),
      "SELECT LOWER(name) FROM mysql.help_topic WHERE name REGEXP '^[A-Za-z0-9_]+$'",
    )
    const names = new Set([...words(bench.primary()), ...[...said, ...helped].map(([name]) => String(name))])
    for (const name of names) {
      const failure = await bench
        .here()
        .query(`PREPARE f FROM 'DO ${name}()'`)
        .then(() => null)
        .catch((error: { errno: number }) => error.errno)
      // 1064: a word of the grammar, of which the function may be one with arguments.
      if (failure === null || ![1305, 1064, 1630, 1046].includes(failure)) native.push(name)
    }
    await bench
      .here()
      .query('DEALLOCATE PREPARE f')
      .catch(() => {})
    return native
  }

  test('every function that the server has of its own is on the list', async () => {
    const native = await nativeFunctions()
    expect(native.length).toBeGreaterThan(150)
    const missing = native.filter((name) => builtinFunction(name) === null && !INTERNAL.test(name))
    // And what is said to be a read has been seen to be one.
    const { facts } = subject()
    const called = new Set([...bench.plain()].flatMap((row) => facts(row.bytes).functions))
    const unseen = native.filter(
      (name) => builtinFunction(name)?.verdict === 'read' && !called.has(name) && !UNSEEN.has(name),
    )
    expect({ missing, unseen }).toEqual({ missing: [], unseen: [] })
  })

  test('every SHOW of the manual is in the corpus', async () => {
    const topics = await rowsOf(bench.here(), "SELECT UPPER(name) FROM mysql.help_topic WHERE name LIKE 'SHOW %'")
    const texts = corpus.map(({ sql }) => sql.toUpperCase())
    const missing = topics
      .map(([name]) => String(name).replace(/ +(STATUS|COLLATION|STATEMENT)$/, (end) => end))
      .filter(
        (name) =>
          !texts.some((text) => text.replace(/^SHOW (FULL|GLOBAL|SESSION|EXTENDED|ALL) /, 'SHOW ').startsWith(name)),
      )
    expect(missing.filter((name) => !SAID_OTHERWISE.test(name))).toEqual([])
  })

  test('no system variable is a plain read, and the session has those which are said to be its own', async () => {
    const { facts } = subject()
    const [rows] = await bench
      .here()
      .query<RowDataPacket[]>(
        flavour === 'mariadb'
          ? 'SELECT LOWER(VARIABLE_NAME), VARIABLE_SCOPE FROM information_schema.SYSTEM_VARIABLES'
          : "SELECT VARIABLE_NAME, 'ANY' FROM performance_schema.global_variables UNION SELECT VARIABLE_NAME, 'SESSION' FROM performance_schema.session_variables",
      )
    const all = rows as unknown as [string, string][]
    expect(all.length).toBeGreaterThan(500)
    for (const [name] of all)
      for (const prefix of ['', 'session.', 'global.', 'local.'])
        expect(facts(`SELECT @@${prefix}${name}`).verdict, name).not.toBe('read')
    const wrong: string[] = []
    for (const name of sessionVariables) {
      if (!all.some(([known]) => known === name)) continue
      // What only the server has cannot be set for a session: 1229 or 1238.
      const failure = await bench
        .here()
        .query(`SET SESSION ${name} = @@session.${name}`)
        .then(() => null)
        .catch((error: { errno: number }) => error.errno)
      if (failure !== null && !READ_BY_SESSION.has(name)) wrong.push(`${name}: ${failure}`)
    }
    expect(wrong).toEqual([])
  })

  test('of the system schemas only what is the same on primary and replica is read on replicas', async () => {
    const { facts } = subject()
    const columns = await rowsOf(
      bench.here(),
      `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS
       WHERE TABLE_SCHEMA IN ('mysql', 'sys', 'performance_schema', 'information_schema') ORDER BY 1, 2, ORDINAL_POSITION`,
    )
    const wrong: string[] = []
    let compared = 0
    // As Freshet's own connections to replicas are.
    await bench.there().query('SET SESSION TRANSACTION READ ONLY')
    for (const [schema, table, column] of columns as [string, string, string][]) {
      const sql = `SELECT \`${column}\` FROM \`${schema}\`.\`${table}\``
      if (facts(sql).verdict !== 'read') continue
      if (schema !== 'information_schema') wrong.push(`${sql}: read`)
      compared++
      const [here, there] = [await rowsOf(bench.here(), sql), await rowsOf(bench.there(), sql)].map((rows) =>
        rows
          .map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)))
          .sort(),
      )
      const [only, alone] = [without(here!, there!), without(there!, here!)]
      if (JSON.stringify(here) !== JSON.stringify(there)) wrong.push(`${sql}: here ${only}, there ${alone}`)
    }
    expect(wrong, wrong.join('\n')).toEqual([])
    expect(compared).toBeGreaterThan(150)
    for (const [schema, table] of columns as [string, string][]) {
      expect(SYSTEM_SCHEMAS.has(schema)).toBe(true)
      // All columns at once: whatever has one that differs stays.
      const sql = `SELECT * FROM \`${schema}\`.\`${table}\``
      if (facts(sql).verdict === 'read') expect(schema, sql).toBe('information_schema')
    }
  })
}

const without = (rows: readonly string[], others: readonly string[]): string =>
  JSON.stringify(rows.filter((row) => !others.includes(row)).slice(0, 3))

/** Read by all, set by nobody: the session's own view of what the connection is. */
const READ_BY_SESSION: ReadonlySet<string> = new Set([
  'in_transaction',
  'max_allowed_packet',
  'net_buffer_length',
  'autocommit',
])

/** SHOW statements that the manual names by a part only, or with a word in between, or of plugins that are not there. */
const SAID_OTHERWISE = /^SHOW (STATUS|FUNCTION CODE|PROCEDURE CODE|QUERY_RESPONSE_TIME|WSREP_\w+)$/

/** Plain reads that no statement of the corpus can call: they are words of the grammar here, or need what the test's servers have not. */
const UNSEEN: ReadonlySet<string> = new Set<string>([])
