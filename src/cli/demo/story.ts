/** What happens to the replicas during the demo: scenes in a circle, each with a line that says what it is. */
import { setTimeout as delay } from 'node:timers/promises'
import type { DemoFleet, DemoReplica } from './engines.ts'

interface Scene {
  readonly text: string
  begin(): Promise<void>
  end(): Promise<void>
}

const late = (server: DemoReplica, ms: number): Scene => ({
  text: `${server.name} applies every commit ${ms} ms late`,
  begin: () => server.setApplyDelay(ms),
  end: () => server.setApplyDelay(0),
})

const halted = (server: DemoReplica): Scene => ({
  text: `${server.name} has stopped applying: its data grow old, and soon nobody may read them`,
  begin: () => server.pauseReplay(),
  end: () => server.resumeReplay(),
})

const together = (text: string, ...scenes: readonly Scene[]): Scene => ({
  text,
  begin: async () => void (await Promise.all(scenes.map((scene) => scene.begin()))),
  end: async () => void (await Promise.all(scenes.map((scene) => scene.end()))),
})

function scenesOf(fleet: DemoFleet): Scene[] {
  const [first, second] = fleet.replicas
  if (!first || !second) throw new Error('the demo needs two replicas')
  const calm = together('both replicas keep up')
  return [
    calm,
    late(first, 250),
    halted(second),
    calm,
    together('both replicas are late, by 60 ms and by 200 ms', late(first, 60), late(second, 200)),
    together('both replicas have stopped applying: soon all reads go to the primary', halted(first), halted(second)),
  ]
}

/** Plays until it is stopped, and then leaves the replicas as they were before. */
export async function play(
  fleet: DemoFleet,
  sceneMs: number,
  stopped: AbortSignal,
  announce: (text: string) => void,
): Promise<void> {
  const scenes = scenesOf(fleet)
  for (let at = 0; !stopped.aborted; at++) {
    const scene = scenes[at % scenes.length]!
    await scene.begin()
    announce(scene.text)
    await delay(sceneMs, undefined, { signal: stopped }).catch(() => {})
    await scene.end()
  }
}
