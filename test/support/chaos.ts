/** Replicas that pause, fall behind and catch up at random, until told to stop. */
import type { Fleet, PostgresServer } from './postgres.ts'

export interface Chaos {
  /** How often each thing was done. */
  readonly done: Readonly<Record<'pause' | 'delay' | 'calm', number>>
  /** Leaves all replicas keeping up again. */
  stop(): Promise<void>
}

const PAUSE_MS_MAX = 500
const DELAY_MS = { low: 5, high: 200 }
const SPELL_MS = { low: 200, high: 800 }

export function startChaos(fleet: Fleet, random: () => number): Chaos {
  const done = { pause: 0, delay: 0, calm: 0 }
  const over = Promise.withResolvers<void>()
  let stopped = false
  const between = (low: number, high: number) => low + random() * (high - low)
  const forAWhile = (ms: number) => {
    let timer: NodeJS.Timeout | undefined
    const elapsed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
    })
    return Promise.race([elapsed, over.promise]).finally(() => clearTimeout(timer))
  }
  const trouble = async (replica: PostgresServer) => {
    while (!stopped) {
      const kind = random()
      if (kind < 0.25) {
        done.pause++
        await replica.pauseReplay()
        await forAWhile(random() * PAUSE_MS_MAX)
        await replica.resumeReplay()
      } else if (kind < 0.6) {
        done.delay++
        await replica.setApplyDelay(between(DELAY_MS.low, DELAY_MS.high))
        await forAWhile(between(SPELL_MS.low, SPELL_MS.high))
        await replica.setApplyDelay(0)
      } else {
        done.calm++
        await forAWhile(between(SPELL_MS.low, SPELL_MS.high))
      }
    }
  }
  const all = Promise.all(fleet.replicas.map(trouble))
  // Whoever stops it gets the error; nobody else is to be surprised by it before.
  all.catch(() => {})
  return {
    done,
    async stop() {
      stopped = true
      over.resolve()
      await all
    },
  }
}
