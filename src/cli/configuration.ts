/** Where the configuration of `serve` and `check` comes from: a file, or a connection string on the command line. */
import { fromCommandLine } from '../config/command-line.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import { formatProblem, type Problem } from '../config/problems.ts'
import { UsageError } from './usage.ts'

export const CONFIGURATION_OPTIONS = {
  config: { type: 'string', short: 'c' },
  listen: { type: 'string', short: 'l', multiple: true },
  admin: { type: 'string' },
  pretty: { type: 'boolean' },
} as const

export interface Source {
  readonly config?: string | undefined
  readonly listen?: readonly string[] | undefined
  readonly admin?: string | undefined
  readonly pretty?: boolean | undefined
  readonly url?: string | undefined
}

/** @throws UsageError when it is neither one file nor one connection string. */
export function readConfiguration(source: Source): Loaded {
  const { config, listen, admin, pretty, url } = source
  if (config !== undefined) {
    if (url !== undefined || listen !== undefined || admin !== undefined) {
      throw new UsageError(
        '--config FILE says everything; it does not go together with a connection string, --listen or --admin',
      )
    }
    const loaded = loadConfig(config)
    if (!loaded.ok || !pretty) return loaded
    return { ...loaded, config: { ...loaded.config, log: { ...loaded.config.log, pretty: true } } }
  }
  if (url === undefined) throw new UsageError('name a file (--config FILE) or a connection string; see --help')
  return fromCommandLine({ url, listen: listen ?? [], admin, pretty: pretty ?? false })
}

export function printProblems(problems: readonly Problem[]): void {
  const lines = problems.map((problem) => `${formatProblem(problem)}\n`)
  const count = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`
  process.stderr.write(`${lines.join('')}freshet: ${count} in the configuration\n`)
}
