import { spawn } from 'node:child_process'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Program {
  readonly ended: Promise<Ended>
  interrupt(): void
}

/** Starts a program; one that is not there fails the test with a line that says how to get it. */
export function start(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; from: string },
): Program {
  const child = spawn(command, args, { env: { ...process.env, ...options.env }, stdio: 'pipe' })
  let out = ''
  let err = ''
  // Characters may be cut where chunks end.
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    err += chunk
  })
  // A program may end without reading all of its input; its exit code tells what that meant.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', () => reject(new Error(`${command} is missing: apt-get install ${options.from}`)))
    child.once('close', (code) => resolve({ code, out, err }))
  })
  return { ended, interrupt: () => child.kill('SIGINT') }
}

/** Runs a program to its end, which must be a good one. */
export async function succeed(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; from: string },
): Promise<Ended> {
  const ended = await start(command, args, options).ended
  if (ended.code !== 0) throw new Error(`${command} ended with ${ended.code}\n${ended.err}${ended.out}`)
  return ended
}
