/** Promise 1 under fire on MySQL and MariaDB: see freshness.test.ts, which has the same variables. */
import { describe, expect, test } from 'vitest'
import { startChaos } from '../support/chaos.ts'
import { type CheckOptions, checkConsistency, describeFigures, type Figures } from '../support/checker.ts'
import { MYSQL_CHECKER_SCHEMA, openMysql } from '../support/checker-mysql.ts'
import { freshetFor, total } from '../support/freshet.ts'
import { createTestMysql } from '../support/mysql.ts'
import { seeded } from '../support/random.ts'

const PAIRS = Number(process.env.FRESHET_TEST_PAIRS ?? 10_000)
const SEED = Number(process.env.FRESHET_TEST_SEED ?? Math.floor(Math.random() * 1e6))
/** Far below what any machine manages, so that it only ends what hangs. */
const PAIRS_PER_SECOND_LEAST = 50

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 2 })

  async function checkUnderChaos(options: Omit<CheckOptions, 'seed'>): Promise<Figures> {
    for (const sql of MYSQL_CHECKER_SCHEMA) await fleet().primary.query(sql)
    await fleet().caughtUp()
    const chaos = startChaos(fleet().replicas, seeded(SEED))
    try {
      const figures = await checkConsistency(openMysql, { ...options, seed: SEED })
      process.stdout.write(
        `${flavour}: ${describeFigures(figures)}; ${chaos.counts.pauses} pauses, ${chaos.counts.delays} delays, seed ${SEED}\n`,
      )
      return figures
    } finally {
      await chaos.stop()
    }
  }

  test('the checker finds nothing wrong with the primary alone', async () => {
    const url = fleet().primary.url()
    const figures = await checkUnderChaos({ url, pairs: 500, strict: true })
    expect(figures).toMatchObject({ stale: 0, nonMonotonic: 0, unacknowledged: 0, examples: [] })
    expect(figures.reads).toBeGreaterThan(500)
  })

  test('the checker catches a reader that takes whichever replica there is', async () => {
    const readUrl = fleet().replicas[0]!.url()
    const figures = await checkUnderChaos({ url: fleet().primary.url(), readUrl, pairs: 300 })
    expect(figures.stale).toBeGreaterThan(10)
  })

  const check = async (name: string, options: Omit<CheckOptions, 'seed' | 'url'>, cluster: object = {}) => {
    const freshet = await freshetFor(fleet(), cluster)
    const before = await freshet.metrics()
    const figures = await checkUnderChaos({ url: freshet.url(), ...options })
    const after = await freshet.metrics()
    const ran = (target: string) =>
      total(after, 'freshet_statements_total', { target }) - total(before, 'freshet_statements_total', { target })
    const share = ran('replica') / figures.reads
    const where = ['replica', 'primary', 'local'].map((target) => `${ran(target)} ${target}`).join(', ')
    process.stdout.write(
      `${flavour}, ${name}: ${(share * 100).toFixed(1)} % of the reads ran on replicas (statements: ${where})\n`,
    )
    return { figures, share }
  }

  test(
    `no stale and no non-monotonic read in ${PAIRS} pairs over 32 connections`,
    async () => {
      const { figures, share } = await check('session', { pairs: PAIRS })
      expect(figures.examples.filter((example) => !example.startsWith('unacknowledged'))).toEqual([])
      expect(figures).toMatchObject({ pairs: PAIRS, stale: 0, nonMonotonic: 0 })
      expect(share).toBeGreaterThan(0)
    },
    60_000 + (PAIRS / PAIRS_PER_SECOND_LEAST) * 1000,
  )

  test('with strict, no read misses what anybody was told of before it', async () => {
    const { figures } = await check('strict', {
      pairs: 1000,
      strict: true,
      begin: "SET freshet.consistency = 'strict'",
    })
    expect(figures).toMatchObject({ stale: 0, nonMonotonic: 0 })
  })

  test('when reads wait for a replica, they are as fresh', async () => {
    const { figures, share } = await check('waiting', { pairs: 1000 }, { when_stale: 'wait', wait: '50ms' })
    expect(figures).toMatchObject({ stale: 0, nonMonotonic: 0 })
    expect(share).toBeGreaterThan(0)
  })
})
