import type { DiagnosticItem, DiagnosticQuery } from './diagnostic-query.ts'
import { type Column, TYPE_LONG, TYPE_LONGLONG, TYPE_VAR_STRING } from './local-reply.ts'

/** Columns as the servers define them; recorded from MySQL 9.7 and MariaDB 10.11 (test/mysql/diagnostics.test.ts compares). */

/** The encoding of a session's results. */
export interface ResultEncoding {
  readonly collation: number
  /** Bytes that a character can take. */
  readonly widest: number
}

const BINARY = 63
const NOT_NULL = 0x01
const UNSIGNED = 0x20
const IS_BINARY = 0x80

type Flavour = 'mysql' | 'mariadb'

export function diagnosticColumns(query: DiagnosticQuery, flavour: Flavour, encoding: ResultEncoding): Column[] {
  switch (query.kind) {
    case 'list':
      return [
        textColumn('Level', 7, flavour, encoding),
        number('Code', TYPE_LONG, flavour === 'mysql' ? 5 : 4, NOT_NULL | UNSIGNED | IS_BINARY),
        textColumn('Message', 512, flavour, encoding),
      ]
    case 'count':
      return [longlong(`@@session.${query.errorsOnly ? 'error_count' : 'warning_count'}`, UNSIGNED | IS_BINARY)]
    case 'select':
      return query.items.map((item) => selected(item, flavour))
  }
}

/** A text that is never NULL. `characters`: its longest. */
export function textColumn(name: string, characters: number, flavour: Flavour, encoding: ResultEncoding): Column {
  return {
    name,
    type: TYPE_VAR_STRING,
    collation: encoding.collation,
    length: characters * encoding.widest,
    flags: NOT_NULL,
    decimals: flavour === 'mysql' ? 31 : 39,
  }
}

function selected({ name, value, variable }: DiagnosticItem, flavour: Flavour): Column {
  if (variable) return longlong(name, UNSIGNED | IS_BINARY)
  const signed = value === 'row-count' || value === 'found-rows'
  const flags = NOT_NULL | IS_BINARY | (signed ? 0 : UNSIGNED)
  if (value === 'connection-id' && flavour === 'mariadb') return number(name, TYPE_LONG, 10, flags)
  return longlong(name, flags)
}

const longlong = (name: string, flags: number): Column => number(name, TYPE_LONGLONG, 21, flags)

const number = (name: string, type: number, length: number, flags: number): Column => ({
  name,
  type,
  collation: BINARY,
  length,
  flags,
  decimals: 0,
})
