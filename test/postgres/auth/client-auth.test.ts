import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ClientAuthOptions, createClientAuth } from '../../../src/postgres/auth/client-auth.ts'
import { md5Hash } from '../../../src/postgres/auth/md5.ts'
import { makeVerifier } from '../../../src/postgres/auth/scram.ts'
import { createServerAuth } from '../../../src/postgres/auth/server-auth.ts'
import type { AuthStep, Credential, ServerSecret } from '../../../src/postgres/auth/types.ts'
import { payloadOf } from './exchange.ts'
import { FIRST, initialResponse, nonceOf, REFUSALS } from './refusals.ts'

const verifier = await makeVerifier('secret', Buffer.from('saltsaltsaltsalt'), 4096)
const credential: Credential = { kind: 'scram', verifier }
const bound = Buffer.alloc(32, 1)

function begin(options: Partial<ClientAuthOptions> = {}) {
  const auth = createClientAuth({ method: 'scram-sha-256', user: 'ada', credential, channelBinding: null, ...options })
  return { auth, first: auth.start() }
}

const textOf = (step: AuthStep): string => payloadOf(step.send!, 'R').toString('latin1', 4)

describe('broken SCRAM messages get the answers of the real server', () => {
  it.each(REFUSALS)('%#: $expected', async (refusal) => {
    const { auth } = begin({ channelBinding: refusal.tls === true ? bound : null })
    let step = await auth.receive(initialResponse(refusal))
    if (refusal.final !== undefined) {
      step = await auth.receive(Buffer.from(refusal.final(nonceOf(textOf(step))), 'latin1'))
    }
    const [code, message, detail] = refusal.expected
    expect(step).toEqual({ failure: { code, message, ...(detail === undefined ? {} : { detail }), fatal: true } })
    expect(await auth.receive(Buffer.from(FIRST))).toMatchObject({ failure: { code: '08P01' } })
  })
})

describe('what the real server tolerates', () => {
  it.each(['n,,n=,r=a,', 'n,,n=,r=', 'n,,n=,r=a,x=', 'y,,n=anything,r=a'])('%j', async (first) => {
    expect(textOf(await begin().auth.receive(initialResponse({ first, expected: ['', ''] })))).toMatch(
      /^r=.*,s=.*,i=4096$/,
    )
  })

  it('no initial response: an empty challenge, and then the message', async () => {
    const { auth } = begin()
    expect(textOf(await auth.receive(Buffer.from('SCRAM-SHA-256\0\xff\xff\xff\xff', 'latin1')))).toBe('')
    expect(textOf(await auth.receive(Buffer.from(FIRST)))).toMatch(/^r=abc[A-Za-z0-9+/]{24},s=/)
  })
})

describe('md5', () => {
  const md5 = () => begin({ method: 'md5', credential: { kind: 'md5', hash: md5Hash('secret', 'ada') } }).auth
  it.each([
    ['', '08P01', 'invalid password packet size'],
    ['abc', '08P01', 'invalid password packet size'],
    ['a\0b\0', '08P01', 'invalid password packet size'],
    ['\0', '28P01', 'empty password returned by client'],
    ['abc\0', '28P01', 'password authentication failed for user "ada"'],
    [`${md5Hash('secret', 'ada')}\0`, '28P01', 'password authentication failed for user "ada"'],
  ])('%j', async (payload, code, message) => {
    expect(await md5().receive(Buffer.from(payload))).toEqual({ failure: { code, message, fatal: true } })
  })
})

it('an answer before any question is refused', async () => {
  const auth = createClientAuth({ method: 'md5', user: 'ada', credential, channelBinding: null })
  expect(await auth.receive(Buffer.alloc(0))).toMatchObject({ failure: { code: '08P01' } })
  expect(await begin({ method: 'trust' }).auth.receive(Buffer.alloc(0))).toMatchObject({ failure: { code: '08P01' } })
})

describe('whatever arrives, the answer is a value', () => {
  const secrets: ServerSecret[] = [
    { kind: 'none' },
    { kind: 'password', password: 'secret' },
    { kind: 'scram-keys', clientKey: Buffer.alloc(32), ...verifier },
    { kind: 'md5-hash', hash: md5Hash('secret', 'ada') },
  ]
  const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array))
  const attributes = fc
    .array(
      fc.tuple(
        fc.constantFrom(...'nyparscvmiex1\0'),
        fc.constantFrom('=', ',', '=biws', '=tls-server-end-point', '=AAAA', '=1'),
      ),
    )
    .map((parts) => Buffer.from(parts.map(([name, rest]) => `${name}${rest}`).join(',')))
  const scramText = fc.oneof(bytes, attributes)

  it('from a client', async () => {
    const binding = fc.constantFrom(null, bound)
    const method = fc.constantFrom('scram-sha-256', 'md5', 'trust')
    const credentials = fc.constantFrom(null, credential, { kind: 'md5', hash: md5Hash('x', 'y') } as const)
    const initial = fc
      .tuple(fc.constantFrom('SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'), scramText)
      .map(([mechanism, text]) => initialResponse({ mechanism, first: text.toString('latin1'), expected: ['', ''] }))
    await fc.assert(
      fc.asyncProperty(
        binding,
        method,
        credentials,
        fc.array(fc.oneof(initial, scramText), { maxLength: 4 }),
        async (channelBinding, how, known, payloads) => {
          const { auth } = begin({ channelBinding, method: how, credential: known })
          for (const payload of payloads) {
            const step = await auth.receive(payload)
            expect(step.done).toBeUndefined()
            expect([step.send, step.failure].filter((part) => part !== undefined)).toHaveLength(1)
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('from a server', async () => {
    const code = fc.constantFrom(1, 2, 3, 5, 7, 10, 10, 10, 11, 11, 12)
    const request = fc
      .tuple(code, fc.oneof(scramText, fc.constant(Buffer.from('SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0'))))
      .map(([number, data]) => Buffer.concat([Buffer.from([0, 0, 0, number]), data]))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...secrets),
        fc.array(fc.oneof(bytes, request), { maxLength: 4 }),
        async (secret, payloads) => {
          const auth = createServerAuth({ user: 'ada', secret, channelBinding: null })
          for (const payload of payloads) expect(typeof (await auth.receive(payload))).toBe('object')
        },
      ),
      { numRuns: 3000 },
    )
  })
})
