import type { Failure } from '../dialect.ts'
import { fatal } from './auth/failures.ts'

export interface StartupSettings {
  readonly settings: readonly (readonly [string, string])[]
  readonly controls: readonly (readonly [string, string])[]
  readonly applicationName: string
}

/**
 * Settings from a StartupMessage: every parameter that is no keyword of its own, and the switches in `options`
 * (`-c name=value`, `--name=value`; backslash escapes a space or itself; manual, "Start-up" and "Setting Parameters via the Shell").
 */
export function startupOptions(parameters: ReadonlyMap<string, string>): StartupSettings | Failure {
  const settings: [string, string][] = []
  const controls: [string, string][] = []
  const put = (name: string, value: string) => {
    if (name.toLowerCase().startsWith('freshet.')) controls.push([name.slice(8).toLowerCase(), value])
    else settings.push([name, value])
  }
  const words = splitWords(parameters.get('options') ?? '')
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!
    const text =
      word === '-c' ? words[++index] : word.startsWith('-c') || word.startsWith('--') ? word.slice(2) : undefined
    const equals = text?.indexOf('=') ?? -1
    if (text === undefined || equals < 1) {
      return fatal(
        '22023',
        `invalid command-line argument for server process: ${word}`,
        undefined,
        'Through Freshet, options may hold -c name=value and --name=value only.',
      )
    }
    put(text.slice(0, equals).replaceAll('-', '_'), text.slice(equals + 1))
  }
  for (const [name, value] of parameters) {
    if (name === 'user' || name === 'database' || name === 'options' || name === 'replication') continue
    put(name, value)
  }
  return { settings, controls, applicationName: parameters.get('application_name') ?? '' }
}

function splitWords(text: string): string[] {
  const words: string[] = []
  let word = ''
  let inWord = false
  for (let index = 0; index < text.length; index++) {
    let character = text[index]!
    if (/\s/.test(character)) {
      if (inWord) words.push(word)
      word = ''
      inWord = false
      continue
    }
    if (character === '\\' && index + 1 < text.length) character = text[++index]!
    word += character
    inWord = true
  }
  if (inWord) words.push(word)
  return words
}
