/** Names of settings without a definition (`app.user`), which no list of the server's has: they are found where they are set. */
import type { Control, Facts } from '../sql/facts.ts'

export interface SettingNames {
  readonly names: readonly string[]
  /** It sets one for the session whose name is not a literal, or whose value nobody can read. */
  readonly others: boolean
}

const SET_CONFIG = /set_config\s*\(\s*(?:E?'([^']*)'\s*,|([^()]*)\))?/gi
const SET = /\bset\s+(?:session\s+|local\s+)?("?[a-z_][\w$]*"?\s*\.\s*"?[a-z_][\w$]*"?)\s*(?:=|to\b)/gi
/** What random() gives next cannot be read, so it cannot be given to another connection either. */
const SEED = /\bsetseed\s*\(|\bset\s+(?:session\s+)?seed\b/i
/** set_config's last argument: only for the transaction. */
const LOCAL = /,\s*true\s*$/i

/** From the text of statements or of a function. It may find a few too many, which costs nothing but a look. */
export function settingNames(text: string): SettingNames {
  const names: string[] = []
  let others = SEED.test(text)
  for (const [, name, call] of text.matchAll(SET_CONFIG)) {
    if (name === undefined) others ||= call === undefined || !LOCAL.test(call)
    else if (name.includes('.')) names.push(name.toLowerCase())
  }
  for (const [, name] of text.matchAll(SET)) names.push(name!.replaceAll(/["\s]/g, '').toLowerCase())
  return { names, others }
}

const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g
const SETS_OURS = /set_config\s*\(\s*E?'freshet\.(\w+)'/i

/** set_config('freshet.name', ...): a server would take it for a setting of the client's own, without any effect. */
export function setsByFunction({ verdict, functions }: Facts, text: () => string): Control | null {
  if (verdict === 'read' || !functions.some((name) => name === 'set_config' || name === 'pg_catalog.set_config'))
    return null
  const name = SETS_OURS.exec(text().replaceAll(COMMENTS, ' '))?.[1]
  return name === undefined ? null : { kind: 'misuse', what: 'function', name: name.toLowerCase() }
}
