/** What goes wrong with replication while the checker runs: replay stands still, runs late, and goes on, on each replica in its own time. */
import { setTimeout as delay } from 'node:timers/promises'

export interface Chaos {
  /** How often something was done. */
  readonly counts: { pauses: number; delays: number }
  /** Lets everybody replay again. Rejects when one of its own statements failed. */
  stop(): Promise<void>
}

const between = (random: () => number, least: number, most: number) => least + random() * (most - least)

/** A replica of any engine. */
interface Replica {
  pauseReplay(): Promise<unknown>
  resumeReplay(): Promise<unknown>
  setApplyDelay(ms: number): Promise<unknown>
}

export function startChaos(replicas: readonly Replica[], random: () => number): Chaos {
  const counts = { pauses: 0, delays: 0 }
  const ending = new AbortController()
  const rest = (ms: number) => delay(ms, undefined, { signal: ending.signal }).catch(() => {})
  const trouble = async (replica: Replica) => {
    while (!ending.signal.aborted) {
      if (random() < 0.5) {
        counts.pauses++
        await replica.pauseReplay()
        await rest(between(random, 20, 500))
        await replica.resumeReplay()
      } else {
        counts.delays++
        await replica.setApplyDelay(between(random, 5, 200))
        await rest(between(random, 100, 1000))
        await replica.setApplyDelay(0)
      }
      await rest(between(random, 20, 400))
    }
  }
  const running = Promise.all(replicas.map(trouble))
  // Nobody looks at it before the end; a failure must not count as one that nobody handles.
  running.catch(() => {})
  return {
    counts,
    async stop() {
      ending.abort()
      await running
    },
  }
}
