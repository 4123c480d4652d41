import { describe, expect, test } from 'vitest'
import type { Position, Sample } from '../../src/dialect.ts'
import { covers, formatToken, parseToken, tokenStanding } from '../../src/mysql/position.ts'

const A = '3e11fa47-71ca-11e1-9e33-c80aa9429562'
const B = '8d499fb3-e59a-11f1-8f6e-02fc00000001'
const C = '11111111-2222-3333-4444-555555555555'

const at = (token: string) => parseToken(token)!
const log = (source: string, file: string, offset: number) => `mysql-log:${source}:${offset}:${file}`
const sampleAt = (token: string | null): Sample => ({
  role: 'primary',
  identity: A,
  position: token === null ? null : at(token),
  doubt: null,
  startedAt: 0,
  clock: 0,
  history: 0,
})

describe('covers', () => {
  test.each([
    [`mysql:${A}:1-9`, `mysql:${A}:1-8`, true],
    [`mysql:${A}:1-7:9`, `mysql:${A}:1-8`, false],
    ['mariadb:0-1-9', 'mariadb:0-1-8', true],
    ['mariadb:0-1-7', 'mariadb:0-1-8', false],
    ['mariadb:0-1-9', 'mysql:', false],
    ['mysql:', 'mariadb:', false],
    [log(A, 'binlog.000002', 4), log(A, 'binlog.000002', 4), true],
    [log(A, 'binlog.000002', 4), log(A, 'binlog.000001', 900), true],
    [log(A, 'binlog.1000000', 4), log(A, 'binlog.999999', 900), true],
    [log(A, 'binlog.000002', 3), log(A, 'binlog.000002', 4), false],
    [log(A, 'other.000002', 4), log(A, 'binlog.000001', 4), false],
    [log(A, 'binlog', 9), log(A, 'binlog.000001', 4), false],
    // The same place in another server's log is another place.
    [log(B, 'binlog.000002', 4), log(A, 'binlog.000002', 4), false],
    [log(A, 'binlog.000002', 4), 'mysql:', false],
  ])('%s covers %s: %s', (have, need, expected) => {
    expect(covers(at(have), at(need))).toBe(expected)
  })

  test('nothing of another engine', () => {
    const other: Position = { engine: 'postgres' }
    expect(covers(other, at('mysql:'))).toBe(false)
    expect(covers(at('mysql:'), other)).toBe(false)
  })
})

describe('tokens', () => {
  test.each([
    'mysql:',
    `mysql:${A}:1-9:11:blue:3,${B}:1`,
    'mariadb:',
    'mariadb:0-1-9,5-2-7',
    log(A, 'binlog.000012', 157),
  ])('%s is written as it is read', (token) => {
    expect(formatToken(at(token))).toBe(token)
    expect(formatToken(at(` ${token}\n`))).toBe(token)
  })

  test.each([
    '',
    'mysql',
    'pg:7312345678901234567:1:0/3000148',
    'mysql:0-1-9',
    `mariadb:${A}:1`,
    `mysql:${A}:1;DROP TABLE t`,
    'mysql-log:binlog.000012:157',
    log(A, 'a/b.000001', 4),
    log('x', 'binlog.000001', 4),
    `postgres:${A}:1`,
  ])('%j is malformed', (token) => {
    expect(parseToken(token)).toBeNull()
    expect(tokenStanding(token, sampleAt('mysql:'))).toBe('malformed')
  })

  test.each([
    ['the primary has it', `mysql:${A}:1-9`, `mysql:${A}:1-10`, 'covered'],
    ['nothing is asked for', 'mysql:', `mysql:${A}:1-10`, 'covered'],
    ['the primary has lost it', `mysql:${A}:1-11`, `mysql:${A}:1-10`, 'unproved'],
    ['it was lost when another one was promoted', `mysql:${A}:1-11`, `mysql:${A}:1-10,${B}:1-3`, 'unproved'],
    ['a primary wrote it that this one has not heard of', `mysql:${A}:1-10,${B}:1`, `mysql:${A}:1-10`, 'ahead'],
    ['nobody here wrote any of it', `mysql:${C}:1-3`, `mysql:${A}:1-10`, 'foreign'],
    ['the primary does not say where it is', `mysql:${A}:1-9`, null, 'unproved'],
    ['the primary begins anew', `mysql:${A}:1-9`, 'mysql:', 'unproved'],
    ['another product', 'mariadb:0-1-9', `mysql:${A}:1-10`, 'foreign'],
    ['another product', `mysql:${A}:1-10`, 'mariadb:0-1-9', 'foreign'],
    ['MariaDB has it', 'mariadb:0-1-9', 'mariadb:0-1-9,5-1-1', 'covered'],
    ['MariaDB has lost it', 'mariadb:0-1-10', 'mariadb:0-1-9', 'unproved'],
    ['a later primary of MariaDB wrote it', 'mariadb:0-2-10', 'mariadb:0-1-9', 'ahead'],
    ['a domain that the primary does not know', 'mariadb:0-1-9,5-1-1', 'mariadb:0-1-9', 'ahead'],
    ['no domain in common', 'mariadb:5-1-1', 'mariadb:0-1-9', 'foreign'],
    ['the histories of MariaDB part', 'mariadb:0-2-9', 'mariadb:0-1-9', 'unproved'],
    ['in the same log', log(A, 'binlog.000002', 4), log(A, 'binlog.000002', 9), 'covered'],
    ["in another server's log", log(B, 'binlog.000002', 4), log(A, 'binlog.000002', 9), 'unproved'],
    ['GTIDs are on now', log(A, 'binlog.000002', 4), `mysql:${A}:1-10`, 'unproved'],
    ['GTIDs are off now', `mysql:${A}:1-10`, log(A, 'binlog.000002', 9), 'unproved'],
  ] as const)('%s: %s against %s', (_, token, primary, expected) => {
    expect(tokenStanding(token, sampleAt(primary))).toBe(expected)
  })
})
