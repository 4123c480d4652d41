import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { crashTree, freezeTree, pause, processTree, running, signal, until } from '../../../src/cli/demo/processes.ts'

/** Threads that count as fast as they can, and a child process that does so too: each its own file. */
const COUNTING = `
  const { Worker } = require('node:worker_threads')
  const { spawn } = require('node:child_process')
  const [folder, isChild] = process.argv.slice(1)
  const counting = (name) => {
    const { openSync, writeSync } = require('node:fs')
    const file = openSync(name, 'w')
    for (let n = 0; ; n++) writeSync(file, String(n), 0)
  }
  const at = (n) => folder + '/' + (isChild ? 'child-' : 'root-') + n
  for (let n = 0; n < 3; n++) new Worker('(' + counting + ')(' + JSON.stringify(at(n)) + ')', { eval: true })
  if (!isChild) spawn(process.execPath, ['-e', process.env.COUNTING, folder, 'child'], { stdio: 'ignore' })
  // The thread that takes the signal has to wait for a processor like the others.
  setTimeout(counting, 500, at(3))
`

describe('a tree of processes with several threads each', () => {
  const names = [0, 1, 2, 3].flatMap((n) => [`root-${n}`, `child-${n}`])
  let folder: string
  let root: ChildProcess
  const counts = () => names.map((name) => Number(readFileSync(join(folder, name), 'utf8')))

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'freshet-processes-'))
    root = spawn(process.execPath, ['-e', COUNTING, folder], { stdio: 'ignore', env: { ...process.env, COUNTING } })
    await until('all of them count', () => {
      try {
        return counts().every((n) => n > 0)
      } catch {
        return false
      }
    })
  }, 40_000)

  afterEach(async () => {
    const tree = await crashTree(root.pid!)
    await until('they are gone', () => running(tree).length === 0)
    rmSync(folder, { recursive: true })
  }, 40_000)

  test('stands still when it is said to', async () => {
    for (let round = 0; round < 20; round++) {
      const tree = await freezeTree(root.pid!)
      expect(tree).toHaveLength(2)
      const before = counts()
      await pause(5)
      expect(counts()).toEqual(before)
      signal(tree, 'SIGCONT')
      await until('it goes on', () => counts().every((n, at) => n > before[at]!))
    }
  })

  test('is gone with all its children, also when it stood still before', async () => {
    const tree = processTree(root.pid!)
    await freezeTree(root.pid!)
    expect(await crashTree(root.pid!)).toEqual(tree)
    await until('they are gone', () => running(tree).length === 0)
    expect(await crashTree(root.pid!)).toEqual([])
  })
})
