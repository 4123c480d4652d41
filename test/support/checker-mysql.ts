/** The consistency checker's client on MySQL and MariaDB: text and binary statements, transactions, procedures, functions that write. */
import mysql, { type ResultSetHeader, type RowDataPacket } from 'mysql2/promise'
import { type OpenClient, SHARED } from './checker.ts'

const rowsUpTo = (count: number) => Array.from({ length: count }, (_, id) => `(${id}, 0)`).join(', ')

/** To be run one by one as an administrator in the database of the user who will check. Can be run again. */
export const MYSQL_CHECKER_SCHEMA: readonly string[] = [
  'DROP TABLE IF EXISTS checker_own, checker_shared',
  'DROP FUNCTION IF EXISTS checker_bump',
  'DROP PROCEDURE IF EXISTS checker_write',
  'CREATE TABLE checker_own (id INT PRIMARY KEY, n BIGINT NOT NULL)',
  'CREATE TABLE checker_shared (id INT PRIMARY KEY, n BIGINT NOT NULL)',
  `INSERT INTO checker_own VALUES ${rowsUpTo(256)}`,
  `INSERT INTO checker_shared VALUES ${rowsUpTo(SHARED)}`,
  `CREATE FUNCTION checker_bump(which INT) RETURNS BIGINT MODIFIES SQL DATA
   BEGIN
     UPDATE checker_own SET n = n + 1 WHERE id = which;
     RETURN (SELECT n FROM checker_own WHERE id = which);
   END`,
  `CREATE PROCEDURE checker_write(IN which INT)
   BEGIN
     START TRANSACTION;
     UPDATE checker_own SET n = n + 1 WHERE id = which;
     COMMIT;
   END`,
]

const OWN = 'SELECT n FROM checker_own WHERE id = ?'
const UPDATE = 'UPDATE checker_own SET n = n + 1 WHERE id = ?'

export const openMysql: OpenClient = async (uri, random, begin) => {
  const client = await mysql.createConnection({ uri })
  client.on('error', () => {})
  if (begin !== undefined) await client.query(begin)
  // As text or as a prepared statement.
  const run = (text: string, id: number) =>
    random() < 0.5 ? client.query(text.replace('?', String(id))) : client.execute(text, [id])
  const ask = async (text: string, id: number): Promise<number> => {
    const [rows] = await run(text, id)
    return Number((rows as RowDataPacket[])[0]!.n)
  }
  const change = async (text: string, id: number): Promise<ResultSetHeader> => {
    const [done] = await run(text, id)
    return done as ResultSetHeader
  }
  const update = async (id: number): Promise<void> => {
    const { affectedRows } = await change(UPDATE, id)
    if (affectedRows !== 1) throw new Error(`an update of one row has changed ${affectedRows}`)
  }
  return {
    own: (id) => ask(OWN, id),
    shared: (row) => ask('SELECT n FROM checker_shared WHERE id = ?', row),
    bumpShared: async (row) =>
      (await change('UPDATE checker_shared SET n = LAST_INSERT_ID(n + 1) WHERE id = ?', row)).insertId,
    writes: [
      async (id, written) => {
        await update(id)
        return written + 1
      },
      (id) => ask('SELECT checker_bump(?) AS n', id),
      async (id, written) => {
        await run('CALL checker_write(?)', id)
        return written + 1
      },
      async (id) => {
        await client.query(random() < 0.5 ? 'BEGIN' : 'START TRANSACTION')
        const before = await ask(OWN, id)
        await update(id)
        const seen = await ask(OWN, id)
        await client.query('COMMIT')
        if (seen !== before + 1) throw new Error(`inside a transaction: ${before}, then ${seen}`)
        return seen
      },
      async (id, written) => {
        await client.beginTransaction()
        await update(id)
        await client.rollback()
        return written
      },
      async (id, written) => {
        await client.query('SET autocommit = 0')
        await update(id)
        await client.query('COMMIT')
        await client.query('SET autocommit = 1')
        return written + 1
      },
    ],
    end: () => client.end(),
  }
}
