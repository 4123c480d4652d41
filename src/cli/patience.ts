import { setTimeout as delay } from 'node:timers/promises'

/** ms */
const LOOK_EVERY = 10
/** ms; after that a client is told by an error that no server is there. */
const PATIENCE = 2000

/** For a client that comes before any server has answered: resolves when something is there, or after two seconds. */
export async function waitBriefly(isThere: () => boolean): Promise<void> {
  for (let waited = 0; waited < PATIENCE && !isThere(); waited += LOOK_EVERY) await delay(LOOK_EVERY)
}
