import type { ServerState, Snapshot } from '../routing/types.ts'

export interface Change {
  readonly level: 'info' | 'warn' | 'debug'
  readonly fields: object
  readonly message: string
}

/** What differs between two snapshots beyond horizons, as log lines. Empty when nothing does. */
export function describeChanges(before: Snapshot, after: Snapshot): Change[] {
  const changes: Change[] = []
  after.servers.forEach((server, index) => {
    const earlier = before.servers[index]
    if (earlier !== undefined && earlier !== server) describeServer(earlier, server, changes)
  })
  if (
    before.primary !== after.primary ||
    before.primaryProblem !== after.primaryProblem ||
    before.epoch !== after.epoch
  ) {
    changes.push(describePrimary(after))
  }
  return changes
}

function describePrimary({ epoch, primary, primaryProblem, servers }: Snapshot): Change {
  if (primary === null)
    return { level: 'warn', fields: { epoch, problem: primaryProblem }, message: 'there is no primary' }
  return { level: 'info', fields: { epoch, primary: servers[primary]?.name }, message: 'the primary is known' }
}

function describeServer(before: ServerState, after: ServerState, changes: Change[]): void {
  const { name: server, role } = after
  if (before.role !== role) changes.push({ level: 'info', fields: { server, was: before.role, role }, message: 'role' })
  if (before.up !== after.up) {
    changes.push({ level: 'info', fields: { server }, message: after.up ? 'the server answers' : 'the server is down' })
  }
  if (before.ineligible !== after.ineligible) {
    const why = after.ineligible
    if (why === null) changes.push({ level: 'info', fields: { server }, message: 'the replica may serve reads again' })
    else changes.push({ level: 'warn', fields: { server, why }, message: 'the server may serve no reads' })
  }
  if (before.unordered !== after.unordered && after.unordered) {
    const message = 'the replica applies transactions in any order: it serves reads of eventual consistency only'
    changes.push({ level: 'warn', fields: { server }, message })
  }
  if (after.product && before.product?.version !== after.product.version) {
    changes.push({
      level: 'info',
      fields: { server, flavour: after.product.flavour, version: after.product.version },
      message: 'version',
    })
  }
  if (before.incarnation !== after.incarnation) {
    changes.push({ level: 'debug', fields: { server }, message: 'watched over a new connection' })
  }
  if (before.clockAgrees !== after.clockAgrees) {
    const message = after.clockAgrees
      ? "its clock agrees with the primary's"
      : "its clock is not known to agree with the primary's"
    changes.push({ level: 'debug', fields: { server }, message })
  }
}
