/** Freshet in this process, for what no configuration brings about: an engine of the test's own making. */
import { stringify } from 'yaml'
import { startCluster } from '../../src/cli/cluster.ts'
import { parseMetrics, type Sample } from '../../src/cli/demo/metrics-page.ts'
import type { Engine, EngineParts } from '../../src/cli/engine.ts'
import { parseConfig } from '../../src/config/load.ts'
import { createLog } from '../../src/observe/log.ts'
import { createMetrics } from '../../src/observe/metrics.ts'

export interface FreshetInProcess {
  /** host:port of its cluster. */
  readonly address: string
  /** Its log's lines, from `info` on. */
  readonly log: Record<string, unknown>[]
  metrics(): Promise<readonly Sample[]>
  stop(): Promise<void>
}

export async function startInProcess(
  config: object,
  engine: (parts: EngineParts) => Promise<Engine>,
): Promise<FreshetInProcess> {
  const loaded = parseConfig(stringify(config), { fileName: 'test.yaml', directory: '.', env: {} })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  const log: Record<string, unknown>[] = []
  const metrics = createMetrics({ processMetrics: false })
  const [cluster] = loaded.config.clusters
  const running = await startCluster(cluster!, {
    log: createLog({ level: 'info', pretty: false, destination: { write: (line) => log.push(JSON.parse(line)) } }),
    metrics: metrics.cluster(cluster!.name),
    engine,
  })
  return {
    address: `${running.addresses[0]}`,
    log,
    metrics: async () => parseMetrics(await metrics.render()),
    stop: () => running.close(),
  }
}

export const REFUSED = 'a replica refused a statement'
