/** What one engine's benchmark consists of. Everything else is the same for all of them. */

export interface Target {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface Servers {
  readonly primary: Target
  readonly replicas: readonly Target[]
}

export interface Running {
  readonly target: Target
  /** The proxy's process; null when clients connect directly. */
  readonly pid: number | null
  stop(): Promise<void>
}

export interface Contestant {
  readonly name: string
  readonly title: string
  /** What the report says about it. */
  readonly note: string
  start(servers: Servers, clients: number, workload: string): Promise<Running>
}

export interface Workload {
  readonly name: string
  readonly title: string
  readonly args: readonly string[]
}

export interface Outcome {
  readonly tps: number
  readonly latencyMs: number
  readonly transactions: number
}

export type Run = { readonly ok: true; readonly outcome: Outcome } | { readonly ok: false; readonly why: string }

export interface Load {
  readonly clients: number
  readonly seconds: number
  /** How much data there are. */
  readonly scale: number
}

export interface BenchFleet {
  readonly servers: Servers
  /** Product, version and whatever was set. */
  readonly version: string
  /** A program that came with the servers; null when none did. */
  program(name: string): string | null
  untilCaughtUp(): Promise<void>
  stop(): Promise<void>
}

export interface Suite {
  /** As the command and the report's file name it. */
  readonly name: string
  readonly title: string
  /** The program that plays the clients, and the package that brings it. */
  readonly client: { readonly program: string; readonly package: string }
  readonly workloads: readonly Workload[]
  /** By whose throughput everybody's is divided: contestants' names. */
  readonly against: readonly string[]
  startServers(): Promise<BenchFleet>
  /** What can take part on this machine, and a line for each one that cannot. */
  contestants(fleet: BenchFleet): { readonly present: readonly Contestant[]; readonly missing: readonly string[] }
  /** Makes the data. */
  prepare(client: string, primary: Target, scale: number): Promise<void>
  /** What the report says of the data. */
  data(scale: number): string
  run(client: string, target: Target, workload: Workload, load: Load): Promise<Run>
}
