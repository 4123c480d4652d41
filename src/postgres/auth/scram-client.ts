import { timingSafeEqual } from 'node:crypto'
import { AuthError, fatal, protocolViolation } from './failures.ts'
import {
  BINDING_TYPE,
  deriveKeys,
  fromBase64,
  hash,
  hmac,
  ITERATIONS_MAX,
  type ScramKeys,
  toBase64,
  xor,
} from './scram.ts'
import { AttributeReader, isPrintable, sanitizeText } from './scram-attributes.ts'
import type { ServerSecret } from './types.ts'

/** The client's side of one SCRAM exchange, towards a server: with a password, or with keys recovered from somebody's proof. */
export interface ScramClientOptions {
  readonly secret: Extract<ServerSecret, { kind: 'password' | 'scram-keys' }>
  /**
   * `bound`: SCRAM-SHA-256-PLUS with this data. `not-offered`: this side could bind, but the server did not offer it (the server then knows
   * whether somebody removed the offer). `impossible`: no TLS, or a certificate without a hash function.
   */
  readonly binding: { readonly kind: 'bound'; readonly data: Buffer } | { readonly kind: 'not-offered' | 'impossible' }
  /** Printable and never used twice. */
  readonly nonce: string
  /** PostgreSQL takes the name from the start-up message and expects none here. */
  readonly name?: string
}

export interface ScramClient {
  readonly clientFirst: string
  /** The client-final-message. Throws (or rejects with) AuthError when the server's message is bad; `VerifierChanged` when the keys are outdated. */
  answer(serverFirst: string): string | Promise<string>
  /** Checks that the server knows the verifier too. Throws AuthError when it does not. */
  verify(serverFinal: string): void
}

/** The server's salt or iterations are not those that the keys were made with. */
export class VerifierChanged extends Error {
  override readonly name = 'VerifierChanged'
}

interface ServerFirst {
  readonly nonce: string
  readonly salt: Buffer
  readonly iterations: number
}

const GS2_FLAG = { bound: `p=${BINDING_TYPE}`, 'not-offered': 'y', impossible: 'n' } as const

export function createScramClient({ secret, binding, nonce, name = '' }: ScramClientOptions): ScramClient {
  const gs2Header = `${GS2_FLAG[binding.kind]},,`
  const bare = `n=${name},r=${nonce}`
  const bindingInput = Buffer.concat([
    Buffer.from(gs2Header),
    binding.kind === 'bound' ? binding.data : Buffer.alloc(0),
  ])
  let expectedSignature: Buffer | null = null

  function finish(serverFirst: string, serverNonce: string, keys: ScramKeys): string {
    const withoutProof = `c=${toBase64(bindingInput)},r=${serverNonce}`
    const authMessage = `${bare},${serverFirst},${withoutProof}`
    expectedSignature = hmac(keys.serverKey, authMessage)
    const proof = xor(keys.clientKey, hmac(hash(keys.clientKey), authMessage))
    return `${withoutProof},p=${toBase64(proof)}`
  }

  return {
    clientFirst: gs2Header + bare,
    answer(text) {
      const first = readServerFirst(text, nonce)
      if (secret.kind === 'scram-keys') {
        if (first.iterations !== secret.iterations || !first.salt.equals(secret.salt)) throw new VerifierChanged()
        return finish(text, first.nonce, secret)
      }
      return deriveKeys(secret.password, first.salt, first.iterations).then((keys) => finish(text, first.nonce, keys))
    },
    verify(text) {
      const reader = new AttributeReader(text, malformed)
      if (reader.peek() === 'e') {
        throw new AuthError(
          fatal('28000', `the server broke off the SCRAM exchange: ${sanitizeText(reader.value('e'))}`),
        )
      }
      const signature = fromBase64(reader.value('v'))
      while (!reader.atEnd()) reader.any()
      if (expectedSignature === null || signature?.length !== expectedSignature.length)
        throw malformed('Malformed signature.')
      if (!timingSafeEqual(signature, expectedSignature)) {
        throw new AuthError(
          fatal('28000', 'the server could not prove that it knows the password', 'Incorrect server signature.'),
        )
      }
    },
  }
}

const malformed = (detail: string): AuthError =>
  new AuthError(protocolViolation('malformed SCRAM message from the server', detail))

function readServerFirst(text: string, clientNonce: string): ServerFirst {
  const reader = new AttributeReader(text, malformed)
  const nonce = reader.value('r')
  if (nonce.length <= clientNonce.length || !nonce.startsWith(clientNonce) || !isPrintable(nonce)) {
    throw malformed('The nonce does not continue the one that was sent.')
  }
  const salt = fromBase64(reader.value('s'))
  if (salt === null || salt.length === 0) throw malformed('Malformed salt.')
  const rounds = reader.value('i')
  const iterations = /^\d{1,10}$/.test(rounds) ? Number(rounds) : 0
  if (iterations < 1 || iterations > ITERATIONS_MAX) throw malformed('Iteration count out of range.')
  while (!reader.atEnd()) reader.any()
  return { nonce, salt, iterations }
}
