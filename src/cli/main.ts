/** `freshet COMMAND`: one file per command, loaded only when it is asked for. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration. */
import { readFileSync } from 'node:fs'
import { UsageError } from './usage.ts'

type Command = (args: readonly string[]) => Promise<number>

interface Entry {
  readonly summary: string
  load(): Promise<Command>
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  serve: {
    summary: 'run the proxy',
    async load() {
      const [{ serve }, { startCluster }] = await Promise.all([import('./serve.ts'), import('./cluster.ts')])
      return (args) => serve(args, startCluster)
    },
  },
  demo: {
    summary: 'a primary, two replicas and Freshet in front of them, to look at',
    load: async () => (await import('./demo/main.ts')).demo,
  },
  check: {
    summary: 'validate a configuration and test the monitor account on each server',
    load: async () => (await import('./check.ts')).check,
  },
  explain: {
    summary: 'say where statements would run, and why: one, a file, or a log of your servers',
    load: async () => (await import('./explain.ts')).explain,
  },
}

const HELP = `Freshet sends writes to the primary and provably fresh reads to the replicas.

usage: freshet COMMAND [options]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

  freshet COMMAND --help    what the command takes
  freshet --version

to begin:  freshet demo
           freshet serve --listen 127.0.0.1:6432 'postgres://monitor:secret@db1:5432,db2:5432/app'
           freshet serve --listen 127.0.0.1:3307 'mysql://monitor:secret@db1:3306,db2:3306'      (or mariadb://)
           freshet serve --config freshet.yaml
`

function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return String(JSON.parse(readFileSync(file, 'utf8')).version)
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const stream = name === undefined ? process.stderr : process.stdout
    stream.write(HELP)
    return name === undefined ? 2 : 0
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`freshet ${version()}\n`)
    return 0
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!entry) {
    process.stderr.write(`freshet: ${name} is no command; there are: ${Object.keys(COMMANDS).join(', ')}\n`)
    return 2
  }
  try {
    const command = await entry.load()
    return await command(rest)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`freshet ${name}: ${error.message}\n`)
    return 2
  }
}

// Who reads the output may have had enough of it (`freshet explain ... | head`); a proxy does not end because of that.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await main(process.argv.slice(2))
