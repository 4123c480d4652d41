import type { Failure } from '../../../src/dialect.ts'
import { createServerAuth, type ServerAuthOptions } from '../../../src/postgres/auth/server-auth.ts'
import { errorFields, startUp } from './wire.ts'

export type LoginResult =
  | 'logged in'
  | { error: Record<string, string> }
  | { failure: Failure; verifierChanged: boolean }

/** Logs in to a real server with what Freshet has. */
export async function login(
  port: number,
  options: ServerAuthOptions & { readonly database?: string; readonly tls?: boolean },
): Promise<LoginResult> {
  const wire = await startUp(port, options.user, options.database ?? 'postgres', options.tls)
  const auth = createServerAuth(options)
  try {
    for (;;) {
      const message = await wire.next()
      if (message === null) throw new Error('the server left')
      if (message.type === 'E') return { error: errorFields(message) }
      if (message.type === 'Z') return 'logged in'
      if (message.type !== 'R') continue
      const reply = await auth.receive(message.payload)
      if (reply.failure !== undefined)
        return { failure: reply.failure, verifierChanged: reply.verifierChanged ?? false }
      if (reply.send !== undefined) wire.send(reply.send)
    }
  } finally {
    wire.close()
  }
}
