import type { LocalAnswer, LocalAnswers, Work } from '../dialect.ts'
import type { Control } from '../sql/facts.ts'
import { answerControl } from './controls.ts'
import type { Session } from './session.ts'

/** A server would take SET freshet.* for a custom setting of its own, and the client would believe that it works. */
const CONTROL_AMONG_OTHERS = /(?:^|;)\s*(?:set|reset|show)\s+(?:local\s+|session\s+)?"?freshet"?\s*\./i
/** What may hold words that mean nothing: strings, names in quotes and comments. What does not end goes on to the end, so that no text takes more than one pass. */
const opaque = (string: string) =>
  new RegExp(String.raw`${string}|"[^"]*(?:"|$)|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|--[^\n]*|/\*[\s\S]*?(?:\*/|$)`, 'g')
const OPAQUE = opaque("'[^']*(?:'|$)")
/** The same where backslashes escape. */
const OPAQUE_ESCAPED = opaque(String.raw`'(?:[^'\\]|\\[\s\S])*(?:'|$)`)

export const NOT_ALONE: LocalAnswer = {
  failure: {
    code: '0A000',
    message: 'freshet settings cannot be used behind other statements in one text',
    hint: 'Send SET, RESET and SHOW of freshet.* as statements of their own, or in front of all others.',
  },
}

/** Whether several statements have one of Freshet's among them; `from`: where to look in their text. */
export function hasControl({ lex }: Session, { text }: Work, from: number): boolean {
  const sql = text()
  const words = lex.standardConformingStrings ? OPAQUE : OPAQUE_ESCAPED
  return sql.toLowerCase().includes('freshet') && CONTROL_AMONG_OTHERS.test(behind(sql, from).replaceAll(words, blank))
}

/** `"freshet".max_lag` is a setting. */
const blank = (found: string): string => (found[0] === '"' && !found.includes(';') ? found : ' ')

const behind = (sql: string, bytes: number): string => (bytes === 0 ? sql : Buffer.from(sql).toString('utf8', bytes))

/** Several statements of Freshet's in one text, in order, up to the first that fails. */
export function answerSequence(
  session: Session,
  { controls, rest }: Extract<Control, { kind: 'sequence' }>,
  work: Work,
): LocalAnswer | LocalAnswers | Promise<LocalAnswers> {
  if (rest !== null && hasControl(session, work, rest.to)) return NOT_ALONE
  const answers: LocalAnswer[] = []
  const goOn = (): LocalAnswers | Promise<LocalAnswers> => {
    const control = controls[answers.length]
    if (control === undefined) return { answers, rest }
    const answer = answerControl(session, control, true)!
    return answer instanceof Promise ? answer.then(add) : add(answer)
  }
  const add = (answer: LocalAnswer) => {
    answers.push(answer)
    return 'failure' in answer ? { answers, rest: null } : goOn()
  }
  return goOn()
}
