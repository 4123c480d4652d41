import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { running, until } from '../../../src/cli/demo/processes.ts'
import { startWatchdog } from '../../../src/cli/demo/watchdog.ts'

/** Something that ends only when it is made to. */
const sleeper = () => {
  const child = spawn(process.execPath, ['-e', "process.on('SIGQUIT', () => {}); setInterval(() => {}, 1000)"], {
    stdio: 'ignore',
    detached: true,
  })
  return child.pid!
}

function group() {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-watchdog-'))
  writeFileSync(join(folder, 'file'), '')
  const watchdog = startWatchdog(folder)
  const pids = [sleeper(), sleeper()]
  for (const pid of pids) watchdog.watch(pid)
  return { folder, watchdog, pids }
}

test('each group ends with its own close, and what was forgotten stays', async () => {
  const [one, two] = [group(), group()]
  const stays = sleeper()
  try {
    one.watchdog.watch(stays)
    one.watchdog.forget(stays)
    await Promise.all([one.watchdog.close(), one.watchdog.close()])
    expect(running(one.pids)).toEqual([])
    expect(existsSync(one.folder)).toBe(false)
    expect(running(two.pids)).toEqual(two.pids)
    expect(existsSync(two.folder)).toBe(true)
    await two.watchdog.close()
    expect(running([...two.pids, stays])).toEqual([stays])
    expect(existsSync(two.folder)).toBe(false)
    await two.watchdog.close()
  } finally {
    process.kill(stays, 'SIGKILL')
  }
})

test('a folder that has been given another name is nobody’s failure', async () => {
  const { folder, watchdog, pids } = group()
  renameSync(folder, `${folder}-published`)
  await watchdog.close()
  expect(running(pids)).toEqual([])
  expect(existsSync(`${folder}-published`)).toBe(true)
  rmSync(`${folder}-published`, { recursive: true })
})

test.each([
  ['is killed', "process.kill(process.pid, 'SIGKILL')"],
  ['ends while a close is under way', 'void one.close(); process.exit()'],
  ['has nothing more to do', ''],
])('all of it ends when the parent %s', async (_, last) => {
  const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'freshet-watchdog-')))
  const pids = [sleeper(), sleeper()]
  const module = new URL('../../../src/cli/demo/watchdog.ts', import.meta.url)
  const program = `
    import { startWatchdog } from '${module}'
    const [one, two] = ${JSON.stringify(folders)}.map(startWatchdog)
    one.watch(${pids[0]})
    two.watch(${pids[1]})
    setTimeout(() => { console.log('watched'); setTimeout(() => { ${last} }, 100) }, 500)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => parent.once('exit', resolve))
  await new Promise((resolve) => createInterface({ input: parent.stdout }).once('line', resolve))
  expect(running(pids)).toEqual(pids)
  await until('all processes are gone', () => running(pids).length === 0)
  await until('the folders are gone', () => !folders.some(existsSync))
  expect(await ended).toBe(last.includes('SIGKILL') ? null : 0)
})
