import type { TransactionControl } from '../../sql/facts.ts'
import { type Extras, NO_EFFECT, type Statement, UNKNOWN_EFFECT } from './analysis.ts'
import { statement, UNPARSED } from './statement.ts'
import { isIdentifier, isSymbol, isWord, type Token } from './tokens.ts'

/** BEGIN, START TRANSACTION, COMMIT, SAVEPOINT and their relatives: the manual's section "Transactional and Locking Statements". */
export function judgeTransaction(tokens: readonly Token[]): Statement {
  const reader = new Words(tokens)
  const first = reader.next()
  switch (first) {
    case 'begin':
      reader.skip('work')
      return reader.atEnd ? begin('BEGIN', null, false) : UNPARSED
    case 'start':
      return start(reader)
    case 'commit':
    case 'rollback':
      return end(first, reader)
    case 'savepoint':
      return reader.name() && reader.atEnd ? control('SAVEPOINT', { op: 'savepoint' }) : UNPARSED
    default:
      return reader.skip('savepoint') && reader.name() && reader.atEnd
        ? control('RELEASE SAVEPOINT', { op: 'release' })
        : UNPARSED
  }
}

function control(command: string, transaction: TransactionControl, extras: Extras = {}, primary = false): Statement {
  return statement(command, primary ? 'primary' : 'in-transaction', 'transaction', { transaction, extras })
}

/** It ends the transaction that is open. */
function begin(command: string, readOnly: boolean | null, consistentSnapshot: boolean): Statement {
  const snapshot = consistentSnapshot ? ({ consistentSnapshot: true } as const) : {}
  const extras: Extras = { commitsImplicitly: true }
  return control(command, { op: 'begin', readOnly, isolation: null, ...snapshot }, extras, readOnly === false)
}

function start(reader: Words): Statement {
  if (isWord(reader.peek, 'replica', 'slave', 'group_replication', 'all'))
    return statement('START REPLICA', 'primary', 'server-specific')
  if (!reader.skip('transaction')) return UNPARSED
  let readOnly: boolean | null = null
  let snapshot = false
  while (!reader.atEnd) {
    if (reader.skip('with', 'consistent', 'snapshot')) snapshot = true
    else if (reader.skip('read', 'only')) readOnly = true
    else if (reader.skip('read', 'write')) readOnly = false
    else return UNPARSED
    if (!reader.symbol(',') && !reader.atEnd) return UNPARSED
  }
  return begin('START TRANSACTION', readOnly, snapshot)
}

function end(op: 'commit' | 'rollback', reader: Words): Statement {
  reader.skip('work')
  if (op === 'rollback' && reader.skip('to')) {
    reader.skip('savepoint')
    return reader.name() && reader.atEnd ? control('ROLLBACK TO', { op: 'rollback-to' }) : UNPARSED
  }
  let chain = false
  let release = false
  if (reader.skip('and', 'no', 'chain')) chain = false
  else if (reader.skip('and', 'chain')) chain = true
  if (reader.skip('no', 'release')) release = false
  else if (reader.skip('release')) release = true
  if (!reader.atEnd) return UNPARSED
  return control(op.toUpperCase(), { op, chain, ...(release ? { release: true as const } : {}) })
}

const XA_VERBS: Readonly<Record<string, Extract<TransactionControl, { op: 'xa' }>['verb']>> = {
  start: 'start',
  begin: 'start',
  end: 'end',
  prepare: 'prepare',
  commit: 'commit',
  rollback: 'rollback',
  recover: 'recover',
}

/** XA: what stands behind the verb is an identifier of the transaction, which means nothing here. */
export function judgeXa(tokens: readonly Token[]): Statement {
  const verb = tokens[1]?.kind === 'word' ? XA_VERBS[tokens[1].text] : undefined
  if (verb === undefined) return UNPARSED
  const ends = verb === 'commit' || verb === 'rollback'
  const extras: Extras = verb === 'recover' ? {} : ends ? { unpins: ['xa'] } : { pins: ['xa'] }
  return statement('XA', 'primary', 'transaction', {
    transaction: { op: 'xa', verb },
    effect: verb === 'recover' ? NO_EFFECT : UNKNOWN_EFFECT,
    extras,
  })
}

/** Reads a fixed phrase from left to right. */
export class Words {
  private at = 0
  private readonly tokens: readonly Token[]

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  get atEnd(): boolean {
    return this.at >= this.tokens.length
  }

  get peek(): Token | undefined {
    return this.tokens[this.at]
  }

  next(): string {
    return this.tokens[this.at++]?.text ?? ''
  }

  /** Behind these words, if they stand here. */
  skip(...words: readonly string[]): boolean {
    if (!words.every((word, i) => isWord(this.tokens[this.at + i], word))) return false
    this.at += words.length
    return true
  }

  symbol(symbol: string): boolean {
    if (!isSymbol(this.peek, symbol)) return false
    this.at++
    return true
  }

  name(): boolean {
    if (!isIdentifier(this.peek)) return false
    this.at++
    return true
  }
}
