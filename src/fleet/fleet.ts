import type { Fleet, FleetOptions } from './types.ts'

export function createFleet(options: FleetOptions): Fleet {
  throw new Error(`not yet: ${options.servers.length}`)
}
