/** The consistency checker's client on PostgreSQL. */
import pg from 'pg'
import { type OpenClient, SHARED } from './checker.ts'

/** To be run as the user who will check (or as one who lets everybody write). Can be run again. */
export const POSTGRES_CHECKER_SCHEMA = `
  DROP TABLE IF EXISTS checker_own, checker_shared;
  CREATE TABLE checker_own (id int PRIMARY KEY, n bigint NOT NULL) WITH (fillfactor = 20);
  CREATE TABLE checker_shared (id int PRIMARY KEY, n bigint NOT NULL) WITH (fillfactor = 20);
  INSERT INTO checker_own SELECT generate_series(0, 255), 0;
  INSERT INTO checker_shared SELECT generate_series(0, ${SHARED - 1}), 0;
  CREATE OR REPLACE FUNCTION checker_bump(which int) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE result bigint;
    BEGIN
      UPDATE checker_own SET n = n + 1 WHERE id = which RETURNING n INTO result;
      RETURN result;
    END $$;
`

type Row = { n: string }

/** PostgreSQL's names are short: a statement is prepared under a number of its own. */
const names = new Map<string, string>()
function nameOf(text: string): string {
  const name = names.get(text) ?? `checker_${names.size}`
  names.set(text, name)
  return name
}

/** The same statement by one of the protocol's ways: a simple query, an unnamed statement with parameters, a named one. */
async function run(client: pg.Client, way: number, text: string, id: number): Promise<number> {
  const query =
    way < 1 / 3
      ? client.query<Row>(text.replaceAll('$1', String(id)))
      : way < 2 / 3
        ? client.query<Row>(text, [id])
        : client.query<Row>({ name: nameOf(text), text, values: [id] })
  return Number((await query).rows[0]!.n)
}

const UPDATE = 'UPDATE checker_own SET n = n + 1 WHERE id = $1 RETURNING n'
const OWN = 'SELECT n FROM checker_own WHERE id = $1'

export const openPostgres: OpenClient = async (connectionString, random, begin) => {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  await client.connect()
  if (begin !== undefined) await client.query(begin)
  const ask = (text: string, id: number) => run(client, random(), text, id)
  return {
    own: (id) => ask(OWN, id),
    shared: (row) => ask('SELECT n FROM checker_shared WHERE id = $1', row),
    bumpShared: (row) => ask('UPDATE checker_shared SET n = n + 1 WHERE id = $1 RETURNING n', row),
    writes: [
      (id) => ask(UPDATE, id),
      (id) => ask('SELECT checker_bump($1) AS n', id),
      (id) => ask(`WITH done AS (${UPDATE}) SELECT n FROM done`, id),
      async (id) => {
        await client.query('BEGIN')
        const before = await ask(OWN, id)
        const after = await ask(UPDATE, id)
        const seen = await ask(OWN, id)
        await client.query('COMMIT')
        if (after !== before + 1 || seen !== after)
          throw new Error(`inside a transaction: ${before}, ${after}, ${seen}`)
        return after
      },
      async (id, written) => {
        // What is rolled back has never been: the reads behind it must not show it either.
        await client.query('BEGIN')
        await ask(UPDATE, id)
        await client.query('ROLLBACK')
        return written
      },
    ],
    end: () => client.end(),
  }
}
