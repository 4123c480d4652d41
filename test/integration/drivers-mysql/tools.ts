/** The command lines, dumps and benchmark of MySQL and MariaDB, whichever a machine has: clients of one flavour are used with servers of the other, too. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Flavour } from '../../../src/cli/demo/mysql-flavour.ts'
import { start, succeed } from '../drivers/programs.ts'
import { databaseFor, type Target } from './target.ts'

const NAME = 'tools'
const SYSBENCH = 'sysbench'
const SCHEMA = `
  CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, name varchar(100) CHARACTER SET utf8mb4 NOT NULL, doc json, raw varbinary(100),
    at timestamp(3) NULL, price decimal(12,4), UNIQUE (name)) ENGINE=InnoDB;
  CREATE TABLE orders (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, item int NOT NULL, n int DEFAULT 0, FOREIGN KEY (item) REFERENCES items (id));
  CREATE VIEW totals AS SELECT item, count(*) AS n FROM orders GROUP BY item;
  CREATE TRIGGER counted BEFORE INSERT ON orders FOR EACH ROW SET NEW.n = NEW.item * 2;
  DELIMITER //
  CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC BEGIN RETURN n * 2; END//
  CREATE PROCEDURE answer(OUT a int) BEGIN SELECT count(*) INTO a FROM items; END//
  DELIMITER ;
  INSERT INTO items (name, doc, raw, at, price) WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000)
    SELECT concat('tab\\t line\\n slash\\\\ quote\\' 😀 ', n), json_object('n', n), unhex(sha2(n, 256)), '2024-02-29 12:34:56.789', n / 7 FROM numbers;
  INSERT INTO orders (item) SELECT id FROM items;
`

export function toolTests(flavour: Flavour, target: () => Target): void {
  /** Where programs of the servers' own packages are; MariaDB's are the system's. */
  const pathOf = (program: string): string =>
    program.startsWith('mysql') ? (target().fleet.program(program) ?? program) : program
  const options = (user = 'app', password = user): string[] => {
    const { host, port } = target()
    return [
      '--no-defaults',
      `--host=${host}`,
      `--port=${port}`,
      '--protocol=TCP',
      `--user=${user}`,
      `--password=${password}`,
    ]
  }
  const from = (program: string): string => (program.startsWith('mysql') ? 'mysql-client' : 'mariadb-client')
  /** A client's own noise about passwords on command lines is nobody's concern. */
  const run = (program: string, args: readonly string[], input = '') =>
    succeed(pathOf(program), args, { input, from: from(program) })
  const lines = (out: string): string[] => out.trim().split('\n')
  /** The mysql command line of MySQL where there is one: it came with the servers. */
  const clients = (): string[] => (flavour === 'mysql' ? ['mysql', 'mariadb'] : ['mariadb'])
  const batch = (client: string, input: string, ...args: string[]) =>
    run(
      client,
      [...options(), '--batch', '--skip-column-names', '--default-character-set=utf8mb4', ...args, NAME],
      input,
    )

  describe('tools', () => {
    beforeAll(async () => {
      await databaseFor(target(), NAME)
      // What it defines runs with root's rights in the copy as well.
      await run('mariadb', [...options('root'), '--default-character-set=utf8mb4', NAME], SCHEMA)
    })

    it('command lines: statements, transactions, warnings, errors, delimiters, files, TLS, compression', async () => {
      const file = join(target().folder, 'tools.csv')
      writeFileSync(file, Array.from({ length: 2000 }, (_, n) => `${n}\tloaded\n`).join(''))
      for (const client of clients()) {
        const { out } = await batch(
          client,
          `SET sql_mode = ''; CREATE TEMPORARY TABLE t (a tinyint, b text);
           BEGIN; INSERT INTO t VALUES (1, 'one'); COMMIT; BEGIN; INSERT INTO t VALUES (2, 'two'); ROLLBACK;
           INSERT INTO t VALUES (1000, 'warned'); SHOW WARNINGS; SELECT * FROM t;
           LOAD DATA LOCAL INFILE '${file}' INTO TABLE t; SELECT count(*) FROM t;
           PREPARE p FROM 'SELECT ? + 1'; SET @a = 41; EXECUTE p USING @a; DEALLOCATE PREPARE p;
           CALL answer(@n); SELECT @n; SELECT '😀';
           USE information_schema; SELECT DATABASE();`,
          '--local-infile=1',
        )
        expect(lines(out)).toEqual([
          "Warning\t1264\tOut of range value for column 'a' at row 1",
          '1\tone',
          '127\twarned',
          '2002',
          '42',
          '1000',
          '😀',
          'information_schema',
        ])
        const wrong = await start(pathOf(client), [...options(), '--force', '--batch', '--skip-column-names', NAME], {
          input: "SELEC 1;\nSELECT * FROM no_such_table;\nINSERT INTO items (id) VALUES (1);\nSELECT 'alive';\n",
          from: from(client),
        }).ended
        expect(lines(wrong.out)).toEqual(['alive'])
        expect([...wrong.err.matchAll(/ERROR (\d+ \(\w+\))/g)].map(([, code]) => code)).toEqual([
          '1064 (42000)',
          '1146 (42S02)',
          wrong.err.includes('1364') ? '1364 (HY000)' : '1062 (23000)',
        ])
        const refused = await start(pathOf(client), [...options('app', 'wrong'), NAME], { from: from(client) }).ended
        expect(refused.err).toContain(
          "ERROR 1045 (28000): Access denied for user 'app'@'127.0.0.1' (using password: YES)",
        )
        const ssl =
          client === 'mysql'
            ? ['--commands', '--ssl-mode=VERIFY_CA', '--compression-algorithms=zstd']
            : ['--ssl', '--compress']
        const secure = await batch(client, '\\s\n', ...ssl, `--ssl-ca=${target().ca}`)
        expect(secure.out).toMatch(/SSL:\s+Cipher in use is \S+/)
        expect(secure.out).toContain(target().fleet.version)
        if (client === 'mysql')
          expect(
            (await batch(client, "SELECT repeat('z', 100000)", '--compression-algorithms=zlib')).out.trim(),
          ).toHaveLength(100_000)
      }
    })

    it.each(flavour === 'mysql' ? ['mysqldump', 'mariadb-dump'] : ['mariadb-dump'])(
      '%s and back into another schema',
      async (dump) => {
        const args = [
          ...options('root'),
          '--single-transaction',
          '--routines',
          '--triggers',
          '--default-character-set=utf8mb4',
          '--hex-blob',
        ]
        const own =
          dump === 'mysqldump'
            ? ['--set-gtid-purged=OFF', '--source-data=2']
            : flavour === 'mariadb'
              ? ['--master-data=2']
              : []
        const { out } = await run(dump, [...args, ...own, NAME])
        if (own.length > 0) expect(out).toMatch(/-- CHANGE (MASTER|REPLICATION SOURCE) TO/)
        const copy = `copied_by_${dump.replace('-', '_')}`
        const client = dump === 'mysqldump' ? 'mysql' : 'mariadb'
        await run(client, [...options('root')], `CREATE DATABASE ${copy}`)
        await run(client, [...options('root'), '--default-character-set=utf8mb4', copy], out)
        const sums = async (database: string) => {
          const sql = `SELECT count(*), sum(crc32(concat_ws('|', id, name, doc, hex(raw), at, price))) FROM items; SELECT sum(crc32(concat_ws('|', id, item, n))) FROM orders; SELECT sum(n), count(*) FROM totals; SELECT ${database}.twice(21); CALL answer(@a); SELECT @a;
          INSERT INTO orders (item) VALUES (7); SELECT n FROM orders ORDER BY id DESC LIMIT 1; DELETE FROM orders ORDER BY id DESC LIMIT 1;`
          const { out } = await run(client, [...options('root'), '--batch', '--skip-column-names', database], sql)
          return out.replaceAll(`${database}.`, '')
        }
        const wanted = await sums(NAME)
        expect(lines(wanted).slice(2)).toEqual(['1000\t1000', '42', '1000', '14'])
        expect(await sums(copy)).toBe(wanted)
      },
    )

    // Its client library, MariaDB's, has caching_sha2_password as a plugin, which fetches the server's key where there is no TLS.
    it.each(['auto', 'disable'])('sysbench oltp_read_write, --db-ps-mode=%s', async (mode) => {
      const { host, port } = target()
      const args = [
        'oltp_read_write',
        '--db-driver=mysql',
        `--mysql-host=${host}`,
        `--mysql-port=${port}`,
        '--mysql-user=app',
        '--mysql-password=app',
        `--mysql-db=${NAME}`,
        '--tables=2',
        '--table-size=1000',
        '--threads=4',
        '--time=2',
        `--db-ps-mode=${mode}`,
      ]
      const sysbench = (command: string) => succeed(SYSBENCH, [...args, command], { from: 'sysbench' })
      await sysbench('prepare')
      const { out } = await sysbench('run')
      await sysbench('cleanup')
      expect(out).toMatch(/ignored errors:\s+\d+/)
      expect(Number(/transactions:\s+(\d+)/.exec(out)?.[1])).toBeGreaterThan(0)
      expect(Number(/reconnects:\s+(\d+)/.exec(out)?.[1])).toBe(0)
    })
  })
}
