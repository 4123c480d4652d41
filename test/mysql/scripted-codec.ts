/** A server codec whose writes are looked at as commands, and scripted bytes fed to it. */
import type { Failure } from '../../src/dialect.ts'
import { DEPRECATE_EOF, formatProfile, OPTIONAL_RESULTSET_METADATA } from '../../src/mysql/capabilities.ts'
import { payloadLength } from '../../src/mysql/packets.ts'
import { MySqlServerCodec } from '../../src/mysql/server-codec.ts'
import type { Shape } from './scripted-replies.ts'

export const SHAPES: readonly Shape[] = [
  { deprecateEof: true, optionalMetadata: false },
  { deprecateEof: false, optionalMetadata: false },
  { deprecateEof: true, optionalMetadata: true },
  { deprecateEof: false, optionalMetadata: true },
]
export const MODERN = SHAPES[0]!

/** A codec whose writes are looked at as commands. */
export function codecFor(shape: Shape, options: { version?: string; preparedMax?: number; database?: string } = {}) {
  const capabilities =
    (shape.deprecateEof ? DEPRECATE_EOF : 0) | (shape.optionalMetadata ? OPTIONAL_RESULTSET_METADATA : 0)
  const written: Buffer[] = []
  const parameters = new Map([
    ['version', options.version ?? '9.7.0'],
    ['character_set_client', 'utf8mb4'],
    ['collation_connection', 'utf8mb4_general_ci'],
  ])
  const account = {
    user: 'u',
    database: options.database ?? 'app',
    secret: null,
    profile: formatProfile({ capabilities, extended: 0, collation: 45 }),
  }
  const codec = new MySqlServerCodec(
    { account, greeting: { parameters, cancel: { sql: '' } } },
    options.preparedMax ?? 10,
    (bytes) => void written.push(bytes),
  )
  return { codec, written }
}

/** Commands in what was written: the byte, and the rest as text. */
export function commandsIn(pieces: readonly Buffer[]): [number, string][] {
  const bytes = Buffer.concat(pieces)
  const found: [number, string][] = []
  for (let at = 0; at < bytes.length; at += 4 + payloadLength(bytes, at)) {
    found.push([bytes[at + 4]!, bytes.toString('latin1', at + 5, at + 4 + payloadLength(bytes, at))])
  }
  return found
}

/** Feeds through one buffer that is overwritten afterwards, as the shared read buffer is. */
export function feedIn(codec: MySqlServerCodec, bytes: Buffer, sizes: readonly number[]): Failure | null {
  let at = 0
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes.length === 0 ? bytes.length : Math.max(1, sizes[index % sizes.length]!)
    const chunk = Buffer.from(bytes.subarray(at, at + size))
    const failure = codec.feed(chunk)
    chunk.fill(0xee)
    if (failure !== null) return failure
    at += size
  }
  return null
}

export const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
