import { setTimeout as delay } from 'node:timers/promises'
import type { MySqlClientLogin } from '../mysql/client-login.ts'

/** ms */
const LOOK_EVERY = 10
/** ms; after that a client is told by an error that no server is there. */
const PATIENCE = 2000

/**
 * A client that comes before any server has answered: what it is greeted with is the servers' to say, so the greeting waits for them a little.
 */
export function lateLogin(begin: () => MySqlClientLogin, isReady: () => boolean): MySqlClientLogin {
  let login: MySqlClientLogin | null = null
  const begun = (): MySqlClientLogin => {
    login ??= begin()
    return login
  }
  return {
    async start() {
      for (let waited = 0; waited < PATIENCE && !isReady(); waited += LOOK_EVERY) await delay(LOOK_EVERY)
      return begun().start()
    },
    receive: (chunk) => begun().receive(chunk),
    secured: () => begun().secured(),
    welcome: (parameters, processId, secret) => begun().welcome(parameters, processId, secret),
    encodeFailure: (failure) => begun().encodeFailure(failure),
    get transform() {
      return begun().transform
    },
    get established() {
      return begun().established
    },
    get cancelKeyBytes() {
      return begun().cancelKeyBytes
    },
  }
}
