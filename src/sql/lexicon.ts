/** What one byte outside of quotes begins. An engine's lexicon maps every byte to one of these. */
export const SPACE = 0
export const WORD = 1
export const DIGIT = 2
export const OPERATOR = 3
/** Stands for itself, separates nothing: , . */
export const PUNCTUATION = 4
export const OPEN = 5
export const CLOSE = 6
export const SEMICOLON = 7
export const STRING_QUOTE = 8
export const NAME_QUOTE = 9
export const DOLLAR = 10
/** Cannot begin a token: the text is not understood. */
export const INVALID = 11

/** How an engine's text falls into tokens; everything that `scan` must be told. */
export interface Lexicon {
  /** 256 entries: the class of each byte where a token may begin. */
  readonly begins: Uint8Array
  /** 256 entries: 1 where the byte may continue a word. */
  readonly continuesWord: Uint8Array
  /** A comment inside a comment must be closed, too. */
  readonly nestedComments: boolean
  /** `$tag$ ... $tag$` and `$1`. */
  readonly dollarQuotes: boolean
  /** Lower-case words that, right before a quote, make a string whose backslashes escape (`e`). */
  readonly escapePrefix: number
  /** Lower-case letters that, right before a quote, belong to a string without escapes (`b`, `x`, `n`). */
  readonly plainPrefixes: readonly number[]
  /** The letter that with `&` and a quote makes a string or name with Unicode escapes (`u`). */
  readonly unicodePrefix: number
  /** Comments, strings and SET as MySQL has them. */
  readonly controls?: 'mysql'
}
