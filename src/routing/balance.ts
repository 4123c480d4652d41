import type { Loads, ServerState } from './types.ts'

/** Spreads consecutive turns evenly over [0, 1): the golden ratio's fractional part. */
const STRIDE = 0.6180339887498949
/** A weight of 0 means "only when nobody else can"; this keeps the division defined. */
const WEIGHT_MIN = 1e-9

/** Outstanding work per unit of weight. */
export const pressure = (server: ServerState, loads: Loads): number =>
  (loads[server.id] ?? 0) / (server.weight > WEIGHT_MIN ? server.weight : WEIGHT_MIN)

/** Where `turn` falls on a ring of this circumference. */
export const pointOnRing = (turn: number, circumference: number): number => ((turn * STRIDE) % 1) * circumference
