/**
 * What files of statements and logs say, whatever their format. The readers in this folder are pure: text goes in by pieces of any size, entries
 * come out, nothing is thrown and nothing grows without a bound. Text is held as one character per byte (latin1), so that bytes which are no
 * valid UTF-8 come out as they went in.
 */

/** A session as its log names it: a thread or process id. null: the log does not tell sessions apart. */
export type SessionKey = string | null

export type Entry =
  | {
      readonly kind: 'statement'
      /** One character per byte. No longer than STATEMENT_MAX + 1: what is longer counts as too large, whatever follows. */
      readonly text: string
      /** Where it begins, counted from 1. */
      readonly line: number
      readonly session: SessionKey
      /** null: the log does not say. */
      readonly database: string | null
      /** How long it took, in milliseconds. */
      readonly ms: number | null
    }
  /** Time of a statement of that session: of its last one, said later, or of its next one, said before. */
  | { readonly kind: 'duration'; readonly session: SessionKey; readonly ms: number; readonly of: 'last' | 'next' }
  /** The session has ended, or begins anew. */
  | { readonly kind: 'over'; readonly session: SessionKey }
  /** The session's schema from now on. */
  | { readonly kind: 'use'; readonly session: SessionKey; readonly database: string }

export type Emit = (entry: Entry) => void

export interface Reader {
  /** The next piece of the text, cut anywhere. */
  feed(text: string): void
  /** There is no more. */
  end(): void
}

/** Characters of a statement that are looked at; the classifier takes none that is longer. */
export const STATEMENT_MAX = 1024 * 1024
