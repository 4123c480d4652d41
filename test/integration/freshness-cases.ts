/** Promise 1 under fire, for any engine: sessions read right behind their own writes while the replicas' replay is paused, delayed and resumed at random. */
import { describe, expect, test } from 'vitest'
import { startChaos } from '../support/chaos.ts'
import {
  type CheckOptions,
  checkConsistency,
  describeFigures,
  type Figures,
  type OpenClient,
} from '../support/checker.ts'
import { freshetFor, total } from '../support/freshet.ts'
import { seeded } from '../support/random.ts'

type Fleet = Parameters<typeof freshetFor>[0] & {
  readonly primary: { url(): string }
  readonly replicas: readonly (Parameters<typeof startChaos>[0][number] & { url(): string })[]
  caughtUp(): Promise<unknown>
}

export interface FreshnessOptions {
  readonly name: string
  readonly fleet: () => Fleet
  readonly open: OpenClient
  /** Makes the checker's tables. */
  readonly prepare: () => Promise<unknown>
  /** Unless FRESHET_TEST_PAIRS says another number. */
  readonly pairs: number
}

const SEED = Number(process.env.FRESHET_TEST_SEED ?? Math.floor(Math.random() * 1e6))
/** Far below what any machine manages, so that it only ends what hangs. */
const PAIRS_PER_SECOND_LEAST = 50

export function testFreshness({ name: engine, fleet, open, prepare, pairs: usual }: FreshnessOptions): void {
  const PAIRS = Number(process.env.FRESHET_TEST_PAIRS ?? usual)

  async function checkUnderChaos(options: Omit<CheckOptions, 'seed'>): Promise<Figures> {
    await prepare()
    await fleet().caughtUp()
    const chaos = startChaos(fleet().replicas, seeded(SEED))
    try {
      const figures = await checkConsistency(open, { ...options, seed: SEED })
      const { pauses, delays } = chaos.counts
      process.stdout.write(`${engine}: ${describeFigures(figures)}; ${pauses} pauses, ${delays} delays, seed ${SEED}\n`)
      return figures
    } finally {
      await chaos.stop()
    }
  }

  describe('the checker itself', () => {
    test('finds nothing wrong with the primary alone', async () => {
      const url = fleet().primary.url()
      const figures = await checkUnderChaos({ url, pairs: 500, strict: true })
      expect(figures).toMatchObject({ stale: 0, nonMonotonic: 0, unacknowledged: 0, examples: [] })
      expect(figures.reads).toBeGreaterThan(500)
    })

    test('catches a reader that takes whichever replica there is', async () => {
      const readUrl = fleet().replicas[0]!.url()
      const figures = await checkUnderChaos({ url: fleet().primary.url(), readUrl, pairs: 300 })
      expect(figures.stale).toBeGreaterThan(10)
    })
  })

  describe('through Freshet', () => {
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
        `${engine}, ${name}: ${(share * 100).toFixed(1)} % of the reads ran on replicas (statements: ${where})\n`,
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
      const begin = "SET freshet.consistency = 'strict'"
      const { figures } = await check('strict', { pairs: 600, strict: true, begin })
      expect(figures).toMatchObject({ stale: 0, nonMonotonic: 0 })
    })

    test('when reads wait for a replica, they are as fresh', async () => {
      const { figures, share } = await check('waiting', { pairs: 600 }, { when_stale: 'wait', wait: '50ms' })
      expect(figures).toMatchObject({ stale: 0, nonMonotonic: 0 })
      expect(share).toBeGreaterThan(0)
    })
  })
}
