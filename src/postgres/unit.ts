import type { Unit } from '../dialect.ts'
import type { PreparedStatement } from './statements.ts'

/** A simple Query or a FunctionCall: one message, its own synchronisation point. */
export interface SimpleUnit extends Unit {
  readonly kind: 'query' | 'function-call'
  readonly copiesEnded: number
  /** The whole frame, or its beginning when `streaming`. */
  readonly bytes: Buffer
}

/** Extended-protocol messages up to Sync or Flush, or as many as were worth holding. */
export interface BatchUnit extends Unit {
  readonly kind: 'batch'
  /** CopyDone and CopyFail messages before it, since the client's login. */
  readonly copiesEnded: number
  readonly bytes: Buffer
  /** Where each frame begins in `bytes`. */
  readonly offsets: readonly number[]
  readonly endsWith: 'sync' | 'flush' | 'more'
  /** The statements of its Parse messages by frame index: read once, when the unit is resolved. */
  readonly parsed: Map<number, [string, PreparedStatement]>
}

export type PgUnit = SimpleUnit | BatchUnit

/** The frame's type byte. */
export const typeAt = (unit: BatchUnit, index: number): number => unit.bytes[unit.offsets[index]!]!
/** Where the frame ends (exclusive); the last frame of a streaming unit ends with the bytes at hand. */
export const endAt = (unit: BatchUnit, index: number): number => unit.offsets[index + 1] ?? unit.bytes.length
