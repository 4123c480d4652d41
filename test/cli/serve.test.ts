import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'

const FAKE = new URL('./serve-with-fake-cluster.ts', import.meta.url).pathname
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A running command whose output can be waited for. */
function run(script: string, ...args: string[]) {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  const output = { stdout: '', stderr: '' }
  const waiting: (() => void)[] = []
  const woken = () => {
    for (const wake of waiting.splice(0)) wake()
  }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      woken()
    })
  }
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      resolve(code)
      woken()
    })
  })
  const until = async (name: 'stdout' | 'stderr', text: string) => {
    while (!output[name].includes(text)) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`ended without ${JSON.stringify(text)}: ${output.stdout}${output.stderr}`)
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }
  return { output, ended, until, kill: (signal: NodeJS.Signals) => child.kill(signal) }
}

const yaml = (maxLag: string, grace = '30s') => `
clusters:
  shop:
    engine: postgres
    listen: 127.0.0.1:6432
    servers: [db1]
    monitor: { user: freshet }
    max_lag: ${maxLag}
admin: { listen: 127.0.0.1:0 }
shutdown_grace: ${grace}
`

const folder = mkdtempSync(join(tmpdir(), 'freshet-serve-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true }))

function configFile(text: string): string {
  const path = join(folder, `${++files}-freshet.yaml`)
  writeFileSync(path, text)
  return path
}

describe('serve', () => {
  test('says ready once, serves the admin address, drains at SIGTERM and ends with 0', async () => {
    const running = run(FAKE, '--config', configFile(yaml('1s')))
    await running.until('stdout', '\n')
    const line = running.output.stdout
    expect(line).toMatch(/^freshet ready: shop on 127\.0\.0\.1:6432; dashboard http:\/\/127\.0\.0\.1:\d+\/\n$/)
    const admin = /http:\S+/.exec(line)![0]
    await running.until('stderr', 'FAKE nameMissingRights')
    expect((await fetch(`${admin}healthz`)).status).toBe(200)
    expect((await fetch(`${admin}readyz`)).status).toBe(503)
    running.kill('SIGTERM')
    expect(await running.ended).toBe(0)
    expect(running.output.stderr).toMatch(/FAKE stopAccepting[\s\S]*FAKE close/)
    expect(running.output.stdout).toBe(line)
  })

  test('a transaction that does not end holds it no longer than the grace', async () => {
    const running = run(FAKE, '--never-drained', '--config', configFile(yaml('1s', '50ms')))
    await running.until('stdout', 'freshet ready')
    running.kill('SIGTERM')
    expect(await running.ended).toBe(0)
    expect(running.output.stderr).toContain('the grace is over')
  })

  test('a second signal ends it at once', async () => {
    const running = run(FAKE, '--never-drained', '--config', configFile(yaml('1s')))
    await running.until('stdout', 'freshet ready')
    running.kill('SIGINT')
    await running.until('stderr', 'FAKE stopAccepting')
    running.kill('SIGINT')
    expect(await running.ended).toBe(0)
    expect(running.output.stderr).toContain('asked again')
  })

  test('SIGHUP applies what it can, names what it cannot, and survives a wrong file', async () => {
    const path = configFile(yaml('1s'))
    const running = run(FAKE, '--config', path)
    await running.until('stdout', 'freshet ready')
    writeFileSync(path, yaml('2s').replace('127.0.0.1:0', '127.0.0.1:9999'))
    running.kill('SIGHUP')
    await running.until('stderr', 'need a restart')
    expect(running.output.stderr).toMatch(/FAKE nameMissingRights\nFAKE reload max_lag=2000\nFAKE nameMissingRights\n/)
    expect(running.output.stderr).toContain('["admin","clusters.shop.listen"]')
    writeFileSync(path, yaml('nonsense'))
    running.kill('SIGHUP')
    await running.until('stderr', 'the old one stays')
    running.kill('SIGTERM')
    expect(await running.ended).toBe(0)
  })

  test('a wrong configuration: every mistake, exit code 2, nothing started', async () => {
    const running = run(FAKE, '--config', configFile(yaml('nonsense').replace('servers:', 'server:')))
    expect(await running.ended).toBe(2)
    expect(running.output.stdout).toBe('')
    expect(running.output.stderr).toMatch(/freshet\.yaml:6:5 clusters\.shop\.server: .*did you mean servers\?/)
    expect(running.output.stderr).toMatch(/freshet\.yaml:8:14 clusters\.shop\.max_lag: nonsense is not a duration/)
    expect(running.output.stderr).toContain('3 mistakes')
  })

  test('a listener that is taken: one sentence, exit code 1', async () => {
    const running = run(FAKE, '--admin', 'off', 'postgres://m@taken/app')
    expect(await running.ended).toBe(1)
    expect(running.output.stderr).toBe('freshet: cannot start: listen EADDRINUSE: address already in use\n')
  })
})
