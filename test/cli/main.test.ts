import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** Through the launcher, as people call it. */
function freshet(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/freshet.js', ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('freshet', () => {
  test('--help names every command, --version the version', () => {
    const help = freshet('--help')
    expect(help.status).toBe(0)
    for (const command of ['serve', 'demo', 'check', 'explain']) expect(help.stdout).toContain(`\n  ${command} `)
    expect(freshet('--version').stdout).toMatch(/^freshet \d+\.\d+\.\d+\n$/)
  })

  test.each([
    [[], 'usage: freshet COMMAND'],
    [['serv'], 'serv is no command; there are: serve, demo, check, explain'],
    [['constructor'], 'constructor is no command'],
    [['check'], 'name a file (--config FILE) or a connection string'],
    [['check', '--conf', 'x'], "Unknown option '--conf'"],
    [['check', '--config', 'x', 'postgres://a@b/c'], '--config FILE says everything'],
    [['explain'], 'one statement, in quotes'],
    [['explain', '--engine', 'oracle', 'SELECT 1'], '--engine oracle: there are postgres, mysql, mariadb'],
    [['explain', '--file', '/nonexistent.sql'], 'cannot be read'],
    [['check', '--config', '/nonexistent.yaml'], 'cannot be read (ENOENT)'],
  ])('%j is wrong usage: exit code 2', (args, expected) => {
    const { status, stdout, stderr } = freshet(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(expected)
  })

  test.each([
    ['8', []],
    ['24', ['--max-semi-space-size=24']],
  ])(
    'serve has a space for new objects of %s MB per half: one process, with the options it was given',
    async (size, options) => {
      const args = [...options, '--no-warnings', 'bin/freshet.js', 'serve', '--listen', '127.0.0.1:0', '--admin', 'off']
      const child = spawn(process.execPath, [...args, 'postgres://nobody@127.0.0.1:1/none'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      try {
        for await (const text of child.stdout.setEncoding('utf8')) if (text.includes('freshet ready')) break
        const command = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').split('\0')
        expect(command.filter((option) => option.includes('semi-space'))).toEqual([`--max-semi-space-size=${size}`])
        expect(command).toContain('--no-warnings')
        expect(command.filter((option) => option.includes('pretenuring'))).toEqual(['--no-allocation-site-pretenuring'])
      } finally {
        child.kill('SIGKILL')
      }
    },
  )

  test('check --offline on the example', () => {
    process.env.MONITOR_PASSWORD = 'x'
    const { status, stdout } = freshet('check', '--offline', '--config', 'config/freshet.yaml')
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'ok       configuration: one cluster, nothing wrong\n' })
  })
})
