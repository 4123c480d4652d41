/** The demo as a user starts it: what it says, what it exits with, and that nothing of it stays. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { processTree, running } from '../../src/cli/demo/processes.ts'
import { until } from '../support/postgres.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/freshet.js', import.meta.url))

function startDemo(...args: string[]) {
  const child = spawn(process.execPath, [PROGRAM, 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.err += text
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, output, ended }
}

test.each([
  ['postgres', /^connect: +psql 'postgres:\/\/app:app@127\.0\.0\.1:\d+\/app'$/m],
  ['mysql', /^connect: +(mysql|mariadb) -h 127\.0\.0\.1 -P \d+ -u app -papp app$/m],
  ['mariadb', /^connect: +(mysql|mariadb) -h 127\.0\.0\.1 -P \d+ -u app -papp app$/m],
])('%s: a demo of eight seconds shows its servers, is never stale, and ends by itself', async (engine, connect) => {
  const { output, ended } = startDemo('--engine', engine, '--seconds', '8')
  expect(await ended, output.err).toBe(0)
  expect(output.out).toMatch(connect)
  expect(output.out).toMatch(/^dashboard: http:\/\/127\.0\.0\.1:\d+\/$/m)
  expect(output.out).toMatch(/^now: replica-1 applies every commit 250 ms late$/m)
  expect(output.out).toMatch(/^now: replica-2 has stopped applying/m)
  expect(output.out).toMatch(/primary \d+\/s, replica-1 [\d,]+\/s \([\d.]+ m?s old\)/)
  const [writes, reads] = /, ([\d,]+) writes, ([\d,]+) reads$/m
    .exec(output.out)!
    .slice(1)
    .map((text) => Number(text.replace(',', '')))
  expect(writes).toBeGreaterThan(20)
  expect(reads).toBeGreaterThan(100)
  expect(Number(/^reads on replicas: ([\d.]+) %$/m.exec(output.out)![1])).toBeGreaterThan(10)
  expect(output.out).toMatch(/^stale reads: 0 of [\d,]+ right after a write; gone back in time: 0$/m)
  expect(output.out).toMatch(/^sent to just any replica, for comparison: /m)
  expect(output.err).toBe('')
})

test('Ctrl-C ends it in order, with its summary and without leaving a process', async () => {
  const { child, output, ended } = startDemo()
  await until('it works', () => /reads on replicas: [\d.]+ %/.test(output.out))
  const started = processTree(child.pid!)
  expect(started.length).toBeGreaterThan(10)
  // Twice, as when npm hands on what the terminal has sent to everybody.
  child.kill('SIGINT')
  child.kill('SIGINT')
  expect(await ended, output.err).toBe(0)
  expect(output.out).toMatch(/^stale reads: 0 of/m)
  await until('all of its processes are gone', () => running(started).length === 0)
})

test('a proxy that dies ends the demo with its last words, and the servers with it', async () => {
  const { child, output, ended } = startDemo()
  await until('it works', () => /reads on replicas: [\d.]+ %/.test(output.out))
  const started = processTree(child.pid!)
  const proxy = started.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('\0serve\0'))
  process.kill(proxy!, 'SIGKILL')
  expect(await ended).toBe(1)
  expect(output.err).toMatch(/^freshet demo: Freshet ended with null/)
  await until('all of its processes are gone', () => running(started).length === 0)
})

test.each([
  [['--engine', 'oracle'], /--engine oracle: there are postgres, mysql, mariadb/],
  [['--seconds', 'many'], /--seconds many: a number above 0 is needed/],
  [['--second', '3'], /--second/],
])('%j is wrong usage', async (args, message) => {
  const { output, ended } = startDemo(...args)
  expect(await ended).toBe(2)
  expect(output.err).toMatch(message)
  expect(output.out).toBe('')
})
