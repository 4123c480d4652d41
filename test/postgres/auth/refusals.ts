/**
 * What PostgreSQL answers to broken SCRAM messages. The unit test compares Freshet with this table, test/integration/auth-flow.test.ts
 * compares a running server with it. `final` gets the whole nonce and follows a valid first message.
 */
export interface Refusal {
  readonly tls?: true
  readonly mechanism?: string
  /** The whole SASLInitialResponse. */
  readonly raw?: string
  /** The client-first-message. */
  readonly first?: string
  readonly final?: (nonce: string) => string
  readonly expected: readonly [code: string, message: string, detail?: string]
}

const malformed = (detail: string) => ['08P01', 'malformed SCRAM message', detail] as const
const protocol = (message: string) => ['08P01', message] as const
const PLUS = 'SCRAM-SHA-256-PLUS'
const BOUND = 'p=tls-server-end-point,,n=,r=abc'
const PROOF = `${'A'.repeat(43)}=`
const unbound = 'The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include channel binding data.'

export const FIRST = 'n,,n=,r=abc'

export const REFUSALS: readonly Refusal[] = [
  { raw: '', expected: protocol('invalid string in message') },
  { raw: 'SCRAM-SHA-256', expected: protocol('invalid string in message') },
  { raw: 'SCRAM-SHA-256\0', expected: protocol('insufficient data left in message') },
  { raw: 'SCRAM-SHA-256\0\xff\xff\xff\xfe', expected: protocol('insufficient data left in message') },
  { raw: 'SCRAM-SHA-256\0\xff\xff\xff\xffab', expected: protocol('invalid message format') },
  { raw: 'SCRAM-SHA-256\0\0\0\0\x05ab', expected: protocol('insufficient data left in message') },
  { raw: 'SCRAM-SHA-256\0\0\0\0\x02abcd', expected: protocol('invalid message format') },
  { raw: 'SCRAM-SHA-1\0', expected: protocol('client selected an invalid SASL authentication mechanism') },
  { raw: 'x'.repeat(1030), expected: ['28P01', 'password authentication failed for user "ada"'] },
  { mechanism: PLUS, first: BOUND, expected: protocol('client selected an invalid SASL authentication mechanism') },

  { first: '', expected: malformed('The message is empty.') },
  { first: 'n,,n=,r=a\0b', expected: malformed('Message length does not match input length.') },
  { first: 'x', expected: malformed(`Unexpected channel-binding flag "'x'".`) },
  { first: '\xe9', expected: malformed('Unexpected channel-binding flag "0xe9".') },
  { first: 'n', expected: malformed('Comma expected, but found character "0x00".') },
  { first: 'nx', expected: malformed(`Comma expected, but found character "'x'".`) },
  { first: 'n,\x01', expected: malformed('Unexpected attribute "0x01" in client-first-message.') },
  { first: 'n,x', expected: malformed(`Unexpected attribute "'x'" in client-first-message.`) },
  { first: 'n,a=x,', expected: ['0A000', 'client uses authorization identity, but it is not supported'] },
  { first: 'n,,m=1', expected: ['0A000', 'client requires an unsupported SCRAM extension'] },
  { first: 'n,,x=1', expected: malformed(`Expected attribute "n" but found "'x'".`) },
  { first: 'n,,n', expected: malformed('Expected character "=" for attribute "n".') },
  { first: 'n,,n=', expected: malformed('Expected attribute "r" but found "0x00".') },
  { first: 'n,,n=,r=\x01', expected: protocol('non-printable characters in SCRAM nonce') },
  { first: 'n,,n=,r=\xff', expected: protocol('non-printable characters in SCRAM nonce') },
  { first: 'n,,n=,r=a,1=2', expected: malformed(`Attribute expected, but found invalid character "'1'".`) },
  { first: 'n,,n=,r=a,x', expected: malformed('Expected character "=" for attribute "x".') },
  {
    first: BOUND,
    expected: malformed(
      'The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel binding data.',
    ),
  },
  { tls: true, mechanism: PLUS, first: 'n,,n=,r=a', expected: malformed(unbound) },
  { tls: true, mechanism: PLUS, first: 'y,,n=,r=a', expected: malformed(unbound) },
  {
    tls: true,
    first: 'y,,n=,r=a',
    expected: [
      '28000',
      'SCRAM channel binding negotiation error',
      'The client supports SCRAM channel binding but thinks the server does not.  However, this server does support channel binding.',
    ],
  },
  { tls: true, mechanism: PLUS, first: 'p', expected: malformed('Expected character "=" for attribute "p".') },
  {
    tls: true,
    mechanism: PLUS,
    first: `p=tls-\x01\xff${'y'.repeat(40)},,n=,r=a`,
    expected: protocol(`unsupported SCRAM channel-binding type "tls-??${'y'.repeat(24)}"`),
  },
  {
    tls: true,
    mechanism: PLUS,
    first: 'p=tls-server-end-point',
    expected: malformed('Unexpected attribute "0x00" in client-first-message.'),
  },

  { final: () => '', expected: malformed('The message is empty.') },
  { final: () => 'c=biws\0', expected: malformed('Message length does not match input length.') },
  { final: () => 'x', expected: malformed(`Expected attribute "c" but found "'x'".`) },
  { final: () => 'c', expected: malformed('Expected character "=" for attribute "c".') },
  { final: () => 'c=', expected: protocol('unexpected SCRAM channel-binding attribute in client-final-message') },
  {
    final: () => 'c=eSws,r=',
    expected: protocol('unexpected SCRAM channel-binding attribute in client-final-message'),
  },
  { final: () => 'c=biws', expected: malformed('Expected attribute "r" but found "0x00".') },
  { final: (r) => `c=biws,r=${r}`, expected: malformed('Attribute expected, but found end of string.') },
  { final: (r) => `c=biws,r=${r},`, expected: malformed('Attribute expected, but found end of string.') },
  {
    final: (r) => `c=biws,r=${r},1=2`,
    expected: malformed(`Attribute expected, but found invalid character "'1'".`),
  },
  { final: (r) => `c=biws,r=${r},p=AAAA`, expected: malformed('Malformed proof in client-final-message.') },
  { final: (r) => `c=biws,r=${r},p=!!`, expected: malformed('Malformed proof in client-final-message.') },
  { final: (r) => `c=biws,r=${r},p= ${PROOF}`, expected: malformed('Malformed proof in client-final-message.') },
  { final: (r) => `c=biws,r=${r},p=${PROOF}=`, expected: malformed('Malformed proof in client-final-message.') },
  { final: () => 'c=biws,r=zz,p=AAAA', expected: malformed('Malformed proof in client-final-message.') },
  {
    final: (r) => `c=biws,r=${r},p=${PROOF},x`,
    expected: malformed('Garbage found at the end of client-final-message.'),
  },
  { final: () => `c=biws,r=zz,p=${PROOF}`, expected: ['08P01', 'invalid SCRAM response', 'Nonce does not match.'] },
  {
    final: (r) => `c=biws,r=${r},x=1,p=${PROOF}`,
    expected: ['28P01', 'password authentication failed for user "ada"'],
  },
  {
    final: (r) => `c=biws,r=${r},p=${PROOF},`,
    expected: ['28P01', 'password authentication failed for user "ada"'],
  },
  {
    tls: true,
    mechanism: PLUS,
    first: BOUND,
    final: (r) => `c=biws,r=${r},p=${PROOF}`,
    expected: ['28000', 'SCRAM channel binding check failed'],
  },
]

/** The payload of a SASLInitialResponse. */
export function initialResponse({ raw, mechanism = 'SCRAM-SHA-256', first = FIRST }: Refusal): Buffer {
  if (raw !== undefined) return Buffer.from(raw, 'latin1')
  const message = Buffer.from(first, 'latin1')
  const length = Buffer.alloc(4)
  length.writeInt32BE(message.length)
  return Buffer.concat([Buffer.from(`${mechanism}\0`, 'latin1'), length, message])
}

/** The nonce in a server-first-message. */
export const nonceOf = (serverFirst: string): string => serverFirst.slice(2, serverFirst.indexOf(','))
