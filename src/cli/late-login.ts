import type { MySqlClientLogin } from '../mysql/client-login.ts'
import { waitBriefly } from './patience.ts'

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
      await waitBriefly(isReady)
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
