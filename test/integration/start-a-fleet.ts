/** A process for local-postgres.test.ts: starts a fleet, says where it is, and waits to be killed. */
import { startFleet } from '../support/postgres.ts'

const fleet = await startFleet({ replicas: 1 })
process.stdout.write(`${JSON.stringify({ pids: fleet.servers.map(({ pid }) => pid), folder: fleet.folder })}\n`)
setInterval(() => {}, 1000)
