/** A process for serve.test.ts: `freshet serve` with a cluster that listens to nobody and reports on standard error what is asked of it. */
import { serve } from '../../src/cli/serve.ts'

const say = (text: string) => process.stderr.write(`FAKE ${text}\n`)
const never = process.argv.includes('--never-drained')
const args = process.argv.slice(2).filter((arg) => arg !== '--never-drained')

process.exitCode = await serve(args, async (config) => {
  if (config.servers[0]?.name === 'taken:5432') throw new Error('listen EADDRINUSE: address already in use')
  const held = setInterval(() => {}, 1000)
  return {
    name: config.name,
    addresses: ['127.0.0.1:6432'],
    view: () => ({
      mode: 'route',
      snapshot: { epoch: 1, primary: null, primaryProblem: null, withoutPrimarySince: null, servers: [] },
      now: 0,
      clients: 0,
      ready: { ok: false, why: 'no server answers' },
      pools: [],
      sessions: () => [],
      digests: () => [],
    }),
    nameMissingRights: () => say(`nameMissingRights`),
    stopAccepting: () => say('stopAccepting'),
    drained: () => (never ? new Promise(() => {}) : Promise.resolve()),
    async close() {
      clearInterval(held)
      say('close')
    },
    reload(fresh) {
      say(`reload max_lag=${fresh.policy.maxLag}`)
      return ['clusters.shop.listen']
    },
    explain: async () => [],
  }
})
