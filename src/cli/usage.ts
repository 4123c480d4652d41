import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/** The command was called in a way that it does not understand: exit code 2, the message, and nothing was started. */
export class UsageError extends Error {}

/** Parses a command's arguments; `--help` belongs to every command. */
export function parseUsage<const Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\nsee --help`)
  }
}
