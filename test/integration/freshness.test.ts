/** See freshness-cases.ts. FRESHET_TEST_PAIRS sets how many pairs, FRESHET_TEST_SEED which ones. */
import { describe } from 'vitest'
import { MYSQL_CHECKER_SCHEMA, openMysql } from '../support/checker-mysql.ts'
import { openPostgres, POSTGRES_CHECKER_SCHEMA } from '../support/checker-postgres.ts'
import { createTestMysql } from '../support/mysql.ts'
import { createTestServers } from '../support/postgres.ts'
import { testFreshness } from './freshness-cases.ts'

describe('postgres', () => {
  const fleet = createTestServers({ replicas: 2 })
  const prepare = () => fleet().primary.query(POSTGRES_CHECKER_SCHEMA)
  testFreshness({ name: 'postgres', fleet, open: openPostgres, prepare, pairs: 3_000 })
})

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 2 })
  const prepare = async () => {
    for (const sql of MYSQL_CHECKER_SCHEMA) await fleet().primary.query(sql)
  }
  testFreshness({ name: flavour, fleet, open: openMysql, prepare, pairs: 1_500 })
})
