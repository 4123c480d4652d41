/** Which servers a text may reach, as far as it decides how the text is read. Versions as in executable comments: 90700, 101106. */
export interface Servers {
  readonly flavour: 'mysql' | 'mariadb'
  /** The lowest and the highest version of the cluster's servers. */
  readonly versionMin: number
  readonly versionMax: number
}

export const UNKNOWN_SERVERS: Servers = { flavour: 'mysql', versionMin: 0, versionMax: Number.POSITIVE_INFINITY }

export type CommentKind = 'code' | 'comment' | 'unsure'

/**
 * Whether the servers run what stands in `/*!NNNNN ... *\/`. `marker`: `!` or `M!`; `digits`: what follows it (manual, "Comments").
 * MySQL reads five digits, from 8.0 on also six, so six are only clear to MariaDB. MariaDB skips 50700 to 99999: features it does not have.
 */
export function executableComment(marker: '!' | 'M!', digits: string, servers: Servers): CommentKind {
  const { flavour, versionMin, versionMax } = servers
  if (marker === 'M!' && flavour === 'mysql') return versionMin > 0 ? 'comment' : 'unsure'
  if (digits.length === 0) return 'code'
  if (digits.length !== 5 && (digits.length !== 6 || digits.startsWith('0') || flavour === 'mysql')) return 'unsure'
  const version = Number(digits)
  // Below it, all versions of both flavours that this program knows agree; without knowing the servers nothing else is clear.
  if (version <= 50_000) return 'code'
  if (versionMin === 0) return 'unsure'
  if (flavour === 'mariadb' && marker === '!' && version >= 50_700 && version <= 99_999) return 'comment'
  if (version <= versionMin) return 'code'
  return version > versionMax ? 'comment' : 'unsure'
}
