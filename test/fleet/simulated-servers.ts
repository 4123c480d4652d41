/**
 * Servers that replicate a log of numbered records, reduced to what the fleet can observe of them and what a reader would see. A server's
 * log is the list of its records; positions are (timeline, length of the log).
 */
import type { Covers, Position, Probe, Sample } from '../../src/dialect.ts'
import { createFleet } from '../../src/fleet/fleet.ts'
import type { Fleet, FleetOptions } from '../../src/fleet/types.ts'
import { quietLog } from '../../src/observe/log.ts'
import { type Instant, millis } from '../../src/units.ts'
import { FakeTime } from './fake-time.ts'

interface SimulatedPosition extends Position {
  readonly engine: 'simulated'
  readonly timeline: number
  readonly length: number
}

export const covers: Covers = (have, need) => {
  const [has, needs] = [have as SimulatedPosition, need as SimulatedPosition]
  return has.timeline === needs.timeline && has.length >= needs.length
}

export class SimulatedServer {
  readonly #time: FakeTime
  role: 'primary' | 'replica'
  identity = 'cluster-a'
  /** Where clusters have no identity: by whom its data were written, and whom it follows. */
  marks: string[] | null = null
  follows: { identity: string; length: number } | null = null
  unordered = false
  /** Timelines are not to be seen. */
  plainHistory = false
  timeline = 1
  log: number[] = []
  running = true
  /** Grows with every restart; a connection belongs to one life. */
  life = 1
  /** A sample takes so long: read half-way. */
  latency = 0.4
  /** Never answers a sample. */
  hangs = false
  /** Answers, but cannot say where it is. */
  doubt: string | null = null
  clockOffset = 0
  samples = 0
  nudges = 0
  refuseNudge = false
  openProbes = 0
  lookups: string[] = []
  onNudge: () => void = () => {}

  constructor(time: FakeTime, role: 'primary' | 'replica') {
    this.#time = time
    this.role = role
  }

  stop(): void {
    this.running = false
    this.life++
  }

  start(): void {
    this.running = true
  }

  restart(): void {
    this.stop()
    this.start()
  }

  /** The watching connections break though the server runs on. */
  dropConnections(): void {
    this.#connections++
  }

  #connections = 0

  async connect(): Promise<Probe> {
    await this.#time.sleep(this.latency)
    if (!this.running) throw new Error('connection refused')
    const { life } = this
    const connection = this.#connections
    let open = true
    this.openProbes++
    const check = () => {
      if (!open || !this.running || this.life !== life || this.#connections !== connection)
        throw new Error('connection lost')
    }
    return {
      sample: async () => {
        this.samples++
        if (this.hangs) await new Promise(() => {})
        await this.#time.sleep(this.latency / 2)
        check()
        const sample = this.#read()
        // What was answered before a server died still arrives.
        await this.#time.sleep(this.latency / 2)
        return sample
      },
      nudge: async () => {
        check()
        this.nudges++
        if (this.refuseNudge) throw Object.assign(new Error('permission denied'), { code: '42501' })
        this.onNudge()
      },
      query: async (sql) => {
        check()
        this.lookups.push(sql)
        if (sql === 'slow') await this.#time.sleep(10_000)
        return [[sql]]
      },
      close: () => {
        if (open) this.openProbes--
        open = false
      },
    }
  }

  #read(): Sample {
    const { role, identity, timeline, log, doubt, life, clockOffset, marks, follows, unordered, plainHistory } = this
    const at = (length: number): SimulatedPosition => ({ engine: 'simulated', timeline, length })
    const position = at(log.length)
    return {
      role,
      identity,
      position: doubt === null ? position : null,
      doubt,
      startedAt: life,
      clock: this.#time.clock() + clockOffset,
      history: doubt === null && !plainHistory ? timeline : 0,
      unordered,
      ...(marks === null ? {} : { marks }),
      ...(follows === null ? {} : { follows: { identity: follows.identity, written: at(follows.length) } }),
    }
  }
}

export interface World {
  readonly time: FakeTime
  readonly servers: SimulatedServer[]
  readonly fleet: Fleet
  readonly epochs: { epoch: number; at: Instant }[]
  readonly downs: number[]
  /** Replicas copy the primary's log up to its present end. */
  replicate(): void
}

/** db0 is the primary, the others are replicas; started, with every replica caught up. */
export async function startWorld(
  replicas = 2,
  over: Partial<FleetOptions> = {},
  prepare = (_: SimulatedServer[]) => {},
): Promise<World> {
  const world = makeWorld(replicas, over)
  prepare(world.servers)
  let started = false
  void world.fleet.start().then(() => {
    started = true
  })
  while (!started) await world.time.advance(10)
  await world.time.advance(120)
  return world
}

export function makeWorld(replicas = 2, over: Partial<FleetOptions> = {}): World {
  const time = new FakeTime()
  const servers = [new SimulatedServer(time, 'primary')]
  for (let index = 0; index < replicas; index++) servers.push(new SimulatedServer(time, 'replica'))
  const epochs: { epoch: number; at: Instant }[] = []
  const downs: number[] = []
  const fleet = createFleet({
    servers: servers.map((_, index) => ({
      name: `db${index}`,
      address: `10.0.0.${index}:5432`,
      weight: 1,
      zone: null,
    })),
    connectProbe: (id) => servers[id]!.connect(),
    covers,
    interval: millis(50),
    timeout: millis(500),
    nudge: true,
    clockSkewMax: millis(100),
    maxLag: millis(1000),
    clock: time.clock,
    schedule: time.schedule,
    log: quietLog,
    onEpoch: (epoch, at) => epochs.push({ epoch, at }),
    onServerDown: (id) => downs.push(id),
    ...over,
  })
  const replicate = () => {
    const primary = servers.find(({ role, running }) => role === 'primary' && running)
    for (const server of servers) if (primary !== undefined && server.role === 'replica') server.log = [...primary.log]
  }
  return { time, servers, fleet, epochs, downs, replicate }
}
