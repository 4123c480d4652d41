import { type ClientAuthOptions, createClientAuth } from '../../../src/postgres/auth/client-auth.ts'
import { createServerAuth, type ServerAuthOptions } from '../../../src/postgres/auth/server-auth.ts'
import type { ServerSecret } from '../../../src/postgres/auth/types.ts'

/** The payload of one complete message, whose type and length are checked. */
export function payloadOf(message: Buffer, type: string): Buffer {
  if (String.fromCharCode(message[0]!) !== type)
    throw new Error(`type ${String.fromCharCode(message[0]!)}, not ${type}`)
  if (message.readInt32BE(1) !== message.length - 1) throw new Error('wrong length')
  return message.subarray(5)
}

export const OK = Buffer.from([0, 0, 0, 0])

export interface Outcome {
  readonly done: ServerSecret | null
  readonly failure: unknown
  readonly loggedIn: boolean
  /** First bytes of every authentication request: what an onlooker sees of the flow. */
  readonly requests: readonly number[]
}

/** Lets Freshet's server side and its client side talk to each other until one of them is content or not. */
export async function converse(
  serverSide: Omit<ClientAuthOptions, 'user'>,
  clientSide: Omit<ServerAuthOptions, 'user'>,
  user = 'ada',
): Promise<Outcome> {
  const server = createClientAuth({ user, ...serverSide })
  const client = createServerAuth({ user, ...clientSide })
  const requests: number[] = []
  let step = server.start()
  for (;;) {
    if (step.failure !== undefined) return { done: null, failure: step.failure, loggedIn: false, requests }
    let answer: Buffer | undefined
    if (step.send !== undefined) {
      const payload = payloadOf(step.send, 'R')
      requests.push(payload.readInt32BE(0))
      const reply = await client.receive(payload)
      if (reply.failure !== undefined) return { done: step.done ?? null, failure: reply, loggedIn: false, requests }
      answer = reply.send
    }
    if (step.done !== undefined) {
      const last = await client.receive(OK)
      return { done: step.done, failure: last.failure ?? null, loggedIn: last.ok === true, requests }
    }
    if (answer === undefined) throw new Error('both sides wait')
    step = await server.receive(payloadOf(answer, 'p'))
  }
}
