/** A process for local-mysql.test.ts: starts a fleet of the flavour it is told, says where it is, and waits to be killed. */
import { startLocalMysql } from '../support/mysql.ts'

const fleet = await startLocalMysql({ flavour: process.argv[2] === 'mariadb' ? 'mariadb' : 'mysql', replicas: 1 })
const [{ account }] = (await fleet.primary.query('SELECT CURRENT_USER() AS account')) as [{ account: string }]
process.stdout.write(
  `${JSON.stringify({ pids: fleet.servers.map(({ pid }) => pid), folder: fleet.folder, account })}\n`,
)
setInterval(() => {}, 1000)
