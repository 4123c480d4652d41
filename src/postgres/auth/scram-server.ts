import { timingSafeEqual } from 'node:crypto'
import type { Failure } from '../../dialect.ts'
import { AuthError, fatal, protocolViolation } from './failures.ts'
import { BINDING_TYPE, fromBase64, hash, hmac, toBase64, xor } from './scram.ts'
import { AttributeReader, isPrintable, sanitizeByte, sanitizeText } from './scram-attributes.ts'
import type { ScramVerifier } from './types.ts'

/**
 * The server's side of one SCRAM exchange, with PostgreSQL's own checks, order of checks, codes and texts (auth-scram.c):
 *
 *     first  --client-first-message-->  final  --client-final-message-->  over
 *       |  '' (no initial response)       |
 *       +--> empty challenge, again       +--> proven or refused
 *
 * Messages are handled as Latin-1 text, one character per byte, so that whatever a client sends passes through unchanged.
 */
export interface ScramServerOptions {
  readonly verifier: ScramVerifier
  /** The exchange runs to its end and is refused there, whatever the proof. */
  readonly doomed: boolean
  /** Whether the client chose SCRAM-SHA-256-PLUS. */
  readonly plus: boolean
  /** Binding data when this connection could be bound (it has TLS), whether or not the client chose to. */
  readonly channelBinding: Buffer | null
  /** The server's half of the nonce: printable and never used twice. */
  readonly nonce: string
}

type ScramServerStep =
  | { readonly kind: 'challenge'; readonly message: string }
  | { readonly kind: 'proven'; readonly message: string; readonly clientKey: Buffer }
  /** The proof is wrong: the caller says so in its own words. */
  | { readonly kind: 'refused' }

interface ClientFirst {
  readonly flag: string
  readonly bare: string
  readonly nonce: string
}

type State =
  | { readonly at: 'first' }
  | { readonly at: 'final'; readonly first: ClientFirst; readonly nonce: string; readonly serverFirst: string }
  | { readonly at: 'over' }

export interface ScramServer {
  /** Throws AuthError for a message that breaks the rules. null: the client sent no initial response. */
  receive(message: Buffer | null): ScramServerStep
}

export function createScramServer(options: ScramServerOptions): ScramServer {
  const { verifier } = options
  let state: State = { at: 'first' }

  function answerFirst(text: string): ScramServerStep {
    const first = readClientFirst(text, options)
    const nonce = first.nonce + options.nonce
    const serverFirst = `r=${nonce},s=${toBase64(verifier.salt)},i=${verifier.iterations}`
    state = { at: 'final', first, nonce, serverFirst }
    return { kind: 'challenge', message: serverFirst }
  }

  function answerFinal(text: string, { first, nonce, serverFirst }: State & { at: 'final' }): ScramServerStep {
    state = { at: 'over' }
    const final = readClientFinal(text, first.flag, options)
    if (final.nonce !== nonce) throw new AuthError(protocolViolation('invalid SCRAM response', 'Nonce does not match.'))
    const authMessage = `${first.bare},${serverFirst},${final.withoutProof}`
    const clientKey = xor(final.proof, hmac(verifier.storedKey, authMessage))
    const proven = timingSafeEqual(hash(clientKey), verifier.storedKey)
    const signature = hmac(verifier.serverKey, authMessage)
    if (!proven || options.doomed) return { kind: 'refused' }
    return { kind: 'proven', message: `v=${toBase64(signature)}`, clientKey }
  }

  return {
    receive(message) {
      if (message === null) return { kind: 'challenge', message: '' }
      if (message.length === 0) throw malformed('The message is empty.')
      if (message.includes(0)) throw malformed('Message length does not match input length.')
      const text = message.toString('latin1')
      if (state.at === 'first') return answerFirst(text)
      if (state.at === 'final') return answerFinal(text, state)
      throw new AuthError(protocolViolation('the SCRAM exchange is over'))
    },
  }
}

const malformed = (detail: string): AuthError => new AuthError(protocolViolation('malformed SCRAM message', detail))

function readClientFirst(text: string, options: ScramServerOptions): ClientFirst {
  const reader = new AttributeReader(text, malformed)
  const flag = reader.peek()
  switch (flag) {
    case 'n':
    case 'y':
      refuseUnboundFlag(flag, options)
      reader.skip()
      if (reader.peek() !== ',')
        throw malformed(`Comma expected, but found character "${sanitizeByte(reader.peek())}".`)
      reader.skip()
      break
    case 'p':
      readBindingType(reader, options)
      break
    default:
      throw malformed(`Unexpected channel-binding flag "${sanitizeByte(flag)}".`)
  }
  if (reader.peek() === 'a') {
    throw new AuthError(fatal('0A000', 'client uses authorization identity, but it is not supported'))
  }
  if (reader.peek() !== ',') {
    throw malformed(`Unexpected attribute "${sanitizeByte(reader.peek())}" in client-first-message.`)
  }
  reader.skip()
  const bare = reader.rest()
  if (reader.peek() === 'm') throw new AuthError(fatal('0A000', 'client requires an unsupported SCRAM extension'))
  // The name is ignored: the one in the start-up message counts. Drivers send it empty or as they please.
  reader.value('n')
  const nonce = reader.value('r')
  if (!isPrintable(nonce)) throw new AuthError(protocolViolation('non-printable characters in SCRAM nonce'))
  while (!reader.atEnd()) reader.any()
  return { flag, bare, nonce }
}

function refuseUnboundFlag(flag: 'n' | 'y', { plus, channelBinding }: ScramServerOptions): void {
  if (plus) {
    throw malformed(
      'The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include channel binding data.',
    )
  }
  // "y" says: I could bind, but you did not offer it. We did, so somebody in between removed the offer.
  if (flag === 'y' && channelBinding !== null) throw new AuthError(downgraded())
}

const downgraded = (): Failure =>
  fatal(
    '28000',
    'SCRAM channel binding negotiation error',
    'The client supports SCRAM channel binding but thinks the server does not.  However, this server does support channel binding.',
  )

function readBindingType(reader: AttributeReader, { plus }: ScramServerOptions): void {
  if (!plus) {
    throw malformed(
      'The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel binding data.',
    )
  }
  const type = reader.value('p')
  if (type !== BINDING_TYPE) {
    throw new AuthError(protocolViolation(`unsupported SCRAM channel-binding type "${sanitizeText(type)}"`))
  }
}

function readClientFinal(text: string, flag: string, { plus, channelBinding }: ScramServerOptions) {
  const reader = new AttributeReader(text, malformed)
  const binding = reader.value('c')
  if (plus) {
    const expected = Buffer.concat([Buffer.from(`p=${BINDING_TYPE},,`), channelBinding ?? Buffer.alloc(0)])
    if (binding !== toBase64(expected)) throw new AuthError(fatal('28000', 'SCRAM channel binding check failed'))
  } else if (binding !== toBase64(Buffer.from(`${flag},,`))) {
    throw new AuthError(protocolViolation('unexpected SCRAM channel-binding attribute in client-final-message'))
  }
  const nonce = reader.value('r')
  for (;;) {
    const proofAt = reader.position - 1
    const { name, value } = reader.any()
    if (name !== 'p') continue
    const proof = fromBase64(value)
    if (proof?.length !== 32) throw malformed('Malformed proof in client-final-message.')
    if (!reader.atEnd()) throw malformed('Garbage found at the end of client-final-message.')
    return { nonce, proof, withoutProof: text.slice(0, proofAt) }
  }
}
