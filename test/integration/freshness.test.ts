/** The first promise, attacked: sessions that read what they have just written while the replicas fall behind at random. */
import { describe, expect, test } from 'vitest'
import { startChaos } from '../support/chaos.ts'
import { CHECKER_SCHEMA, checkConsistency, type Findings, randomFrom } from '../support/checker.ts'
import { configFor, startFreshet, total } from '../support/freshet.ts'
import { createTestServers, type Fleet } from '../support/postgres.ts'

/** FRESHET_PAIRS=100000 for the long run; FRESHET_SEED repeats the random numbers of an earlier one. */
const PAIRS = Number(process.env.FRESHET_PAIRS ?? 10_000)
const SEED = Number(process.env.FRESHET_SEED ?? Date.now() % 1_000_000)
const PAIRS_WITH_TEETH = 1500

interface Outcome extends Findings {
  readonly onReplicas: number
  readonly onPrimary: number
  readonly share: number
}

/** One run with chaos, through a Freshet of its own. */
async function attack(fleet: Fleet, pairs: number, cluster: object): Promise<Outcome> {
  await fleet.primary.query(
    `DROP TABLE IF EXISTS own, shared CASCADE; DROP FUNCTION IF EXISTS grow, look; ${CHECKER_SCHEMA}`,
  )
  await fleet.caughtUp()
  const freshet = await startFreshet(configFor(fleet, cluster, { log: { level: 'info' } }))
  try {
    const start = performance.now()
    const chaos = startChaos(fleet, randomFrom(SEED + 7))
    const findings = await checkConsistency({
      url: freshet.url(),
      sessions: 32,
      pairs,
      watchers: 4,
      seed: SEED,
    }).finally(() => chaos.stop())
    const seconds = (performance.now() - start) / 1000
    const metrics = await freshet.metrics()
    const onReplicas = total(metrics, 'freshet_statements_total', { target: 'replica' })
    const onPrimary = total(metrics, 'freshet_statements_total', { target: 'primary' })
    const share = onReplicas / findings.reads
    const { stale, nonMonotonic, twice, early, reads } = findings
    console.log(
      `${findings.pairs} write-then-read pairs in ${seconds.toFixed(1)} s (seed ${SEED}): ${stale} stale, ${nonMonotonic} non-monotonic, ` +
        `${twice} doubled writes, ${early} early; ${onReplicas} statements on replicas, ${onPrimary} on the primary ` +
        `(${(share * 100).toFixed(1)} % of ${reads} reads); ${JSON.stringify(chaos.done)}${findings.examples.map((text) => `\n  ${text}`).join('')}`,
    )
    return { ...findings, onReplicas, onPrimary, share }
  } finally {
    await freshet.stop()
  }
}

describe('freshness', () => {
  const fleet = createTestServers({ replicas: 2 })

  test(`no read is stale in ${PAIRS} write-then-read pairs`, { timeout: 60_000 + PAIRS * 20 }, async () => {
    const outcome = await attack(fleet(), PAIRS, {})
    expect(outcome).toMatchObject({ pairs: PAIRS, stale: 0, nonMonotonic: 0, twice: 0 })
    expect(outcome.share).toBeGreaterThan(0)
  })

  test('the checker has teeth: it finds the stale reads that `eventual` allows', async () => {
    const outcome = await attack(fleet(), PAIRS_WITH_TEETH, { consistency: 'eventual', max_lag: '30s' })
    expect(outcome.stale).toBeGreaterThan(0)
    expect(outcome.nonMonotonic).toBeGreaterThan(0)
    expect(outcome.twice).toBe(0)
  })
})
