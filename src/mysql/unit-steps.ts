/** What has to be sent to one server connection for a client's unit: its own command, translated, and whatever must come before it. */
import type { Failure } from '../dialect.ts'
import type { ConnectionStatements, ServerStatement } from './connection-statements.ts'
import { statementCommand } from './connection-statements.ts'
import { errorPacket } from './errors.ts'
import type { CodecClient, Step } from './exchange.ts'
import { okPacket, STATUS_CURSOR_EXISTS, STATUS_LAST_ROW_SENT } from './ok.ts'
import type { OwnSql } from './own-sql.ts'
import { HEADER_BYTES, packetCount, packetsOf, payloadLength } from './packets.ts'
import { Reframer } from './reframer.ts'
import type { ReplyShape } from './reply-scanner.ts'
import { atPrepare, difference } from './session-state.ts'
import type { PreparedStatement } from './statements.ts'
import type { ExecuteLayout, MySqlUnit } from './unit.ts'
import * as unit from './unit.ts'

/** What steps are made with, of one connection. */
export interface StepContext {
  readonly statements: ConnectionStatements
  /** Status flags last seen on the connection. */
  readonly status: () => number
  readonly sql: OwnSql
}

const SHAPES: Readonly<Record<number, ReplyShape>> = {
  [unit.COM_STMT_PREPARE]: 'prepare',
  [unit.COM_STMT_FETCH]: 'rows',
  [unit.COM_BINLOG_DUMP]: 'rows',
  [unit.COM_BINLOG_DUMP_GTID]: 'rows',
  [unit.COM_FIELD_LIST]: 'fields',
  [unit.COM_STATISTICS]: 'text',
}

/** Steps for the unit itself and for the statement that it needs. */
export function unitSteps(context: StepContext, client: CodecClient, request: MySqlUnit): Step[] {
  switch (request.command) {
    case unit.COM_STMT_EXECUTE:
    case unit.COM_STMT_BULK_EXECUTE:
      return executeSteps(context, client, request)
    case unit.COM_STMT_SEND_LONG_DATA:
      return longDataSteps(context, client, request)
    case unit.COM_STMT_FETCH:
    case unit.COM_STMT_RESET:
      return heldSteps(context, client, request)
    case unit.COM_STMT_CLOSE:
      return closeSteps(context, request)
    case unit.COM_STMT_PREPARE:
      return [prepareStep(context, client, request)]
    default:
      return [asItIs(request)]
  }
}

function asItIs(request: MySqlUnit): Step {
  const none = unit.hasNoReply(request.command)
  return {
    purpose: 'unit',
    make: () => [request.bytes],
    shape: none ? null : (SHAPES[request.command] ?? 'result'),
    sequence: sequenceBehind(request),
  }
}

/** What the reply's first packet is numbered with; -1: not known yet. */
const sequenceBehind = ({ streaming, payload }: MySqlUnit): number =>
  streaming ? -1 : packetCount(payload.length) & 0xff

function prepareStep(context: StepContext, client: CodecClient, request: MySqlUnit): Step {
  const statement = client.statementFor(request)
  return {
    ...asItIs(request),
    prepared: (reply) => {
      if (statement !== null) context.statements.add(statement, reply.id)
      return client.prepared(request, reply.parameters, reply.columns)
    },
  }
}

/** The statement prepared on this connection under the state that it was first prepared under; nothing when it is there. */
function prepareOnDemand(
  context: StepContext,
  client: CodecClient,
  statement: PreparedStatement,
  cursor: boolean,
): Step[] {
  if (context.statements.find(statement, cursor) !== null) return []
  const now = atPrepare(client.context.state())
  const then = atPrepare(statement.state)
  const payload = Buffer.concat([Buffer.from([unit.COM_STMT_PREPARE]), statement.text])
  const there = difference(now, then, false)
  const back = difference(then, now, false)
  return [
    ...texts(there).flatMap((text) => context.sql.steps(text)),
    {
      purpose: 'own',
      make: () => packetsOf(payload, 0),
      shape: 'prepare',
      sequence: packetCount(payload.length) & 0xff,
      prepared: (reply) => {
        context.statements.add(statement, reply.id)
        return reply.id
      },
    },
    ...texts(back).flatMap((text) => context.sql.steps(text, { always: true })),
  ]
}

const texts = (joined: string): string[] => (joined === '' ? [] : joined.split('\0'))

function executeSteps(context: StepContext, client: CodecClient, request: MySqlUnit): Step[] {
  const statement = client.statementFor(request)
  if (statement === null) return [unknownStatement(request, 'mysqld_stmt_execute')]
  const cursor = (request.resolved?.execute?.cursor ?? 0) !== 0
  if (statement.streamed && context.statements.find(statement, cursor) === null)
    return [unknownStatement(request, 'mysqld_stmt_execute')]
  const step = new ExecuteStep(context.statements, request, statement, cursor)
  const closing = cursor || statement.streamed ? null : closeCursor(context, statement)
  const preparing = prepareOnDemand(context, client, statement, cursor)
  if (closing === null) return preparing.length === 0 ? [step] : [...preparing, step]
  return [closing, ...preparing, step]
}

/** One execution of a statement that the connection has. A class, because it is made for every one. */
class ExecuteStep implements Step {
  readonly purpose = 'unit'
  readonly shape: ReplyShape = 'result'
  readonly sequence: number
  readonly #statements: ConnectionStatements
  readonly #request: MySqlUnit
  readonly #statement: PreparedStatement
  readonly #cursor: boolean
  #there: ServerStatement | null = null
  #setsTypes = false
  #reframer: Reframer | null = null

  constructor(statements: ConnectionStatements, request: MySqlUnit, statement: PreparedStatement, cursor: boolean) {
    this.sequence = sequenceBehind(request)
    this.#statements = statements
    this.#request = request
    this.#statement = statement
    this.#cursor = cursor
  }

  make(): Buffer[] {
    const there = this.#statements.find(this.#statement, this.#cursor)
    this.#there = there
    if (there === null) return withId(this.#request, NO_STATEMENT)
    if (this.#cursor) there.cursors = true
    const before = there.types
    const packets = this.#execute(there)
    const { types } = there
    this.#setsTypes = types !== before && !(before !== null && types?.equals(before) === true)
    return packets
  }

  /** With the connection's id, and with the parameter types when the server does not know them yet. */
  #execute(there: ServerStatement): Buffer[] {
    const request = this.#request
    const statement = this.#statement
    const layout = request.resolved?.execute ?? null
    if (layout === null || layout.parameters === 0) return withId(request, there.id)
    if (layout.typesEnd > layout.typesAt) {
      there.types = statement.types
      return withId(request, there.id)
    }
    const { types } = statement
    const known = types === null || there.types === types || there.types?.equals(types) === true
    if (known || statement.typesCount !== layout.parameters) return withId(request, there.id)
    there.types = types
    if (request.streaming) this.#reframer = new Reframer()
    return withTypes(request, layout, types, there.id, this.#reframer)
  }

  setsTypes(): boolean {
    return this.#setsTypes
  }

  reframer(): Reframer | null {
    return this.#reframer
  }

  done(status: number): void {
    if (this.#there === null) return
    // Its long data has been used up, and a cursor from before is closed.
    if ((status & STATUS_CURSOR_EXISTS) !== 0) this.#statements.hold(this.#there, this.#statement)
    else this.#statements.release(this.#there)
  }

  failed(failure: Failure): void {
    if (this.#there === null) return
    this.#there.types = null
    if (failure.number === ER_UNKNOWN_STMT_HANDLER) this.#statements.remove(this.#there)
  }
}

/** An execution closes the cursor that is open; where that is on a copy which cannot run it, another one does. */
function closeCursor({ statements }: StepContext, statement: PreparedStatement): Step | null {
  const there = statements.heldFor(statement)
  if (there === null || !there.cursors || statement.longData) return null
  statements.release(there)
  return resetOf(there)
}

const resetOf = ({ id }: ServerStatement): Step => ({
  purpose: 'own',
  make: () => [statementCommand(unit.COM_STMT_RESET, id)],
  shape: 'result',
  sequence: 1,
  ignored: true,
})

/** Up to here a copy is cheaper than two pieces. */
const COPIED_MAX = 1024

/** The packet with another statement id; everything else stays where it is. */
function withId({ bytes }: MySqlUnit, id: number): Buffer[] {
  if (bytes.length <= COPIED_MAX) {
    const whole = Buffer.from(bytes)
    whole.writeUInt32LE(id >>> 0, HEADER_BYTES + 1)
    return [whole]
  }
  const at = HEADER_BYTES + 5
  const head = Buffer.from(bytes.subarray(0, at))
  head.writeUInt32LE(id >>> 0, HEADER_BYTES + 1)
  return [head, bytes.subarray(at)]
}

/** `reframer`: for one that streams; null: all of it is here. */
function withTypes(
  request: MySqlUnit,
  layout: ExecuteLayout,
  types: Buffer,
  id: number,
  reframer: Reframer | null,
): Buffer[] {
  const { payload, bytes } = request
  const head = Buffer.from(payload.subarray(0, layout.typesAt))
  head.writeUInt32LE(id >>> 0, 1)
  if (request.command === unit.COM_STMT_BULK_EXECUTE) head[layout.boundAt]! |= 0x80
  else head[layout.boundAt] = 1
  if (reframer === null) return packetsOf(Buffer.concat([head, types, payload.subarray(layout.typesAt)]), 0)
  const length = payloadLength(bytes, 0)
  const end = HEADER_BYTES + length
  const rest = bytes.subarray(HEADER_BYTES + layout.typesAt, end)
  return [...reframer.begin(length, [head, types, rest], types.length), ...reframer.push(bytes.subarray(end))]
}

function longDataSteps(context: StepContext, client: CodecClient, request: MySqlUnit): Step[] {
  const statement = client.statementFor(request)
  // The server ignores what it cannot place; it answers nothing to this command.
  if (statement === null) return [nothing()]
  return [
    ...prepareOnDemand(context, client, statement, false),
    {
      ...asItIs(request),
      make: () => {
        const there = context.statements.find(statement, false)
        if (there === null) return []
        context.statements.hold(there, statement)
        return withId(request, there.id)
      },
    },
  ]
}

/** FETCH and RESET mean what this connection holds for that very statement. */
function heldSteps(context: StepContext, client: CodecClient, request: MySqlUnit): Step[] {
  const fetches = request.command === unit.COM_STMT_FETCH
  const statement = client.statementFor(request)
  if (statement === null) return [unknownStatement(request, fetches ? 'mysqld_stmt_fetch' : 'mysqld_stmt_reset')]
  const there = context.statements.heldFor(statement)
  if (there === null) {
    const nothingHeld = fetches
      ? noCursor(request)
      : { ...nothing(), local: okPacket(1, { status: context.status() }, { sessionTrack: false }) }
    return [nothingHeld]
  }
  return [
    {
      ...asItIs(request),
      make: () => withId(request, there.id),
      done: (status) => {
        const over = !fetches || (status & STATUS_LAST_ROW_SENT) !== 0
        if (over) context.statements.release(there)
      },
    },
  ]
}

/** The copy on the connection is others', too: it stays, without what this client had open on it. */
function closeSteps(context: StepContext, request: MySqlUnit): Step[] {
  const statement = request.resolved?.statement ?? null
  const there = statement === null ? null : context.statements.heldFor(statement)
  if (statement === null || there === null) return [nothing()]
  if (statement.streamed) {
    context.statements.remove(there)
    return [nothing()]
  }
  context.statements.release(there)
  return [resetOf(there)]
}

const nothing = (): Step => ({ purpose: 'unit', make: () => [], shape: null, sequence: 1 })

export const ER_UNKNOWN_STMT_HANDLER = 1243
/** No server gives it to a statement. */
const NO_STATEMENT = 0
/** The server has none of the types that it was not told, or others. */
export const ER_WRONG_ARGUMENTS = 1210
const ER_STMT_HAS_NO_OPEN_CURSOR = 1421

const idText = (request: MySqlUnit): string => String(unit.statementIdOf(request.payload))

function unknownStatement(request: MySqlUnit, command: string): Step {
  return locally({
    code: 'HY000',
    number: ER_UNKNOWN_STMT_HANDLER,
    message: `Unknown prepared statement handler (${idText(request)}) given to ${command}`,
  })
}

const noCursor = (request: MySqlUnit): Step =>
  locally({
    code: 'HY000',
    number: ER_STMT_HAS_NO_OPEN_CURSOR,
    message: `The statement (${idText(request)}) has no open cursor.`,
  })

const locally = (failure: Failure): Step => ({ ...nothing(), local: errorPacket(failure, 1), localFailure: failure })
