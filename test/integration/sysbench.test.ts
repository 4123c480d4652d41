/** sysbench through Freshet: texts and prepared statements, many sessions at once, and no error that a direct connection would not give. */
import { describe, expect, test } from 'vitest'
import { configFor, freshetFor, startFreshet, total } from '../support/freshet.ts'
import { createTestMysql } from '../support/mysql.ts'
import { succeed } from './drivers/programs.ts'

const DATA = ['--mysql-host=127.0.0.1', '--mysql-user=app', '--mysql-password=app', '--mysql-db=app', '--tables=2']

async function sysbench(port: number, script: string, ...args: string[]): Promise<string> {
  const all = [script, ...DATA, '--table-size=2000', `--mysql-port=${port}`, ...args]
  return (await succeed('sysbench', all, { env: {}, from: 'sysbench' })).out
}

/** What it did of what it was asked for; deadlocks, which every server has, are repeated by it. */
function counted(out: string) {
  const number = (name: string) => Number(new RegExp(`^ +${name}: +(\\d+)`, 'm').exec(out)?.[1])
  return { transactions: number('transactions'), reconnects: number('reconnects') }
}

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 2 })

  test('every script, with texts and prepared, by 24 sessions on 20 connections', async () => {
    // The first look decides what clients are greeted with, so the primary is known before they come.
    const freshet = await freshetFor(fleet())
    await freshet.until('the primary is known', () => freshet.log().some(({ msg }) => msg === 'the primary is known'))
    const port = freshet.port()
    await sysbench(port, 'oltp_common', 'prepare')
    for (const mode of ['auto', 'disable']) {
      const load = [`--db-ps-mode=${mode}`, '--threads=24', '--events=150', '--time=60', 'run']
      for (const script of ['oltp_point_select', 'oltp_read_only', 'oltp_read_write', 'oltp_write_only']) {
        const out = await sysbench(port, script, ...load)
        expect([mode, script, counted(out)]).toEqual([mode, script, { transactions: 150, reconnects: 0 }])
      }
    }
    const samples = await freshet.metrics()
    expect(total(samples, 'freshet_statements_total', { target: 'replica' })).toBeGreaterThan(120)
    expect(freshet.logLines.filter((line) => !line.startsWith('{'))).toEqual([])
  })

  test('100 logins at once, by accounts of the servers', async () => {
    const freshet = await startFreshet(configFor(fleet()))
    try {
      const out = await sysbench(freshet.port(), 'oltp_point_select', '--threads=100', '--events=1000', 'run')
      expect(counted(out)).toEqual({ transactions: 1000, reconnects: 0 })
      expect(freshet.logLines.filter((line) => !line.startsWith('{'))).toEqual([])
    } finally {
      await freshet.stop()
    }
  })
})
