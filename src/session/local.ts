import type { LocalAnswer, Work } from '../dialect.ts'

export function oneValue(column: string, value: string): LocalAnswer {
  return { result: { columns: [column], rows: [[value]], tag: 'SHOW' } }
}

export function done(tag: string): LocalAnswer {
  return { result: { columns: [], rows: [], tag } }
}

/** Whether the unit is nothing but an empty query. */
export const isEmpty = (work: Work): boolean => work.facts.statements === 0 && work.facts.command !== 'NONE'
