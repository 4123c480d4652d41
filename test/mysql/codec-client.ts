/** The client's half as far as the server codec asks for it: units from payloads, statements by id, and what it was told. */
import type { Failure, ReplySink, SessionState, TransactionStatus } from '../../src/dialect.ts'
import type { CodecClient } from '../../src/mysql/exchange.ts'
import type { Outcome, TrackerWishes } from '../../src/mysql/outcome.ts'
import { packetsOf } from '../../src/mysql/packets.ts'
import { LOGIN_STATE, stateAfterReport } from '../../src/mysql/session-state.ts'
import type { PreparedStatement } from '../../src/mysql/statements.ts'
import type { ExecuteLayout, MySqlUnit } from '../../src/mysql/unit.ts'
import * as unit from '../../src/mysql/unit.ts'

export const DEFAULT_WISHES: TrackerWishes = {
  schema: true,
  stateChange: false,
  gtids: false,
  transaction: 'OFF',
  variables: new Set([
    'time_zone',
    'autocommit',
    'character_set_client',
    'character_set_results',
    'character_set_connection',
  ]),
}

/** Sorts of units that a test tells apart; the classifier's work is not done here. */
export type Verdict = 'read' | 'primary'

export interface TestClient extends CodecClient {
  state: SessionState
  insertId: bigint | null
  readonly outcomes: Outcome[]
  readonly statements: Map<number, PreparedStatement>
  files: number
  unit(payload: Buffer, verdict?: Verdict, streamedAfter?: number): MySqlUnit
}

const text = (payload: Buffer): Buffer => payload.subarray(1)

function newStatement(sql: Buffer, state: SessionState): PreparedStatement {
  return {
    id: 0,
    text: sql,
    facts: {} as PreparedStatement['facts'],
    factsVersion: 0,
    lex: { standardConformingStrings: false, asciiSafeEncoding: true },
    hint: null,
    control: null,
    state,
    schemaVersion: 0,
    parameters: 0,
    columns: 0,
    types: null,
    typesCount: 0,
    cursor: false,
    longData: false,
    streamed: false,
    serverKey: null,
  }
}

/** Where types stand in an EXECUTE without query attributes. */
function layoutOf(payload: Buffer, parameters: number): ExecuteLayout {
  if (parameters === 0) return { cursor: payload[5]!, parameters, boundAt: -1, typesAt: 10, typesEnd: 10 }
  const bulk = payload[0] === unit.COM_STMT_BULK_EXECUTE
  const boundAt = bulk ? 5 : 10 + ((parameters + 7) >> 3)
  const typesAt = bulk ? 7 : boundAt + 1
  const sent = bulk ? (payload[5]! & 0x80) !== 0 : payload[boundAt] === 1
  return {
    cursor: bulk ? 0 : payload[5]!,
    parameters,
    boundAt,
    typesAt,
    typesEnd: sent ? typesAt + 2 * parameters : typesAt,
  }
}

export function testClient(options: { sessionTrack?: boolean; wishes?: TrackerWishes } = {}): TestClient {
  let lastId = 0
  const client = {
    context: { sessionTrack: options.sessionTrack ?? true, state: () => client.state },
    wishes: options.wishes ?? DEFAULT_WISHES,
    state: LOGIN_STATE,
    insertId: null as bigint | null,
    outcomes: [] as Outcome[],
    statements: new Map<number, PreparedStatement>(),
    files: 0,
    unit(payload: Buffer, verdict: Verdict = 'primary', streamedAfter = Number.POSITIVE_INFINITY): MySqlUnit {
      const bytes = Buffer.concat(packetsOf(payload, 0))
      const command = payload[0]!
      const names = command >= unit.COM_STMT_EXECUTE && command !== unit.COM_SET_OPTION && payload.length >= 5
      const statement = names ? (client.statements.get(unit.statementIdOf(payload)) ?? null) : null
      const made =
        command === unit.COM_STMT_PREPARE ? newStatement(Buffer.from(text(payload)), client.state) : statement
      const executes = command === unit.COM_STMT_EXECUTE || command === unit.COM_STMT_BULK_EXECUTE
      const execute = executes && made !== null ? layoutOf(payload, made.parameters) : null
      if (execute !== null && execute.typesEnd > execute.typesAt && made !== null) {
        made.types = Buffer.from(payload.subarray(execute.typesAt, execute.typesEnd))
        made.typesCount = execute.parameters
      }
      return {
        size: bytes.length,
        streaming: bytes.length > streamedAfter,
        complete: true,
        command,
        bytes: bytes.subarray(0, Math.min(bytes.length, streamedAfter)),
        payload,
        resolved: { facts: { verdict, statements: 1 } as never, statement: made, execute, textAt: 1 },
      }
    },
    statementFor: (request: MySqlUnit) => request.resolved!.statement,
    insertIdFor: () => client.insertId,
    prepared(request: MySqlUnit, parameters: number, columns: number): number {
      const statement = request.resolved!.statement!
      statement.id = 1000 + ++lastId
      statement.parameters = parameters
      statement.columns = columns
      client.statements.set(statement.id, statement)
      return statement.id
    },
    localInfile: () => void client.files++,
    completed: (_: MySqlUnit, outcome: Outcome) => void client.outcomes.push({ ...outcome }),
  }
  return client as unknown as TestClient
}

/** What one exchange gave. */
export interface Reply {
  readonly bytes: Buffer
  readonly chunks: number
  readonly failure: Failure | null
  readonly status: TransactionStatus
  readonly reports: readonly (readonly [string, string])[]
}

/** Collects a reply; reported state becomes the client's, as in the core. */
export class CollectingSink implements ReplySink {
  readonly parts: Buffer[] = []
  readonly reports: [string, string][] = []
  failure: Failure | null = null
  status: TransactionStatus | null = null
  copying = false
  ends = 0
  readonly #client: TestClient | null
  readonly #swallow: boolean
  readonly #done: (reply: Reply) => void

  constructor(client: TestClient | null, done: (reply: Reply) => void = () => {}, swallow = false) {
    this.#client = client
    this.#done = done
    this.#swallow = swallow
  }

  data(view: Buffer): void {
    this.parts.push(view)
  }

  error(failure: Failure): boolean {
    this.failure = failure
    return this.#swallow
  }

  report(name: string, value: string): boolean {
    this.reports.push([name, value])
    if (this.#client !== null) this.#client.state = stateAfterReport(this.#client.state, name, value)
    return false
  }

  copyIn(): void {
    this.copying = true
  }

  end(status: TransactionStatus): void {
    this.ends++
    this.status = status
    const { parts, failure, reports } = this
    this.#done({ bytes: Buffer.concat(parts), chunks: parts.length, failure, status, reports })
  }
}

export const query = (sql: string): Buffer => Buffer.concat([Buffer.from([unit.COM_QUERY]), Buffer.from(sql)])
export const prepare = (sql: string): Buffer => Buffer.concat([Buffer.from([unit.COM_STMT_PREPARE]), Buffer.from(sql)])

/** A command on a statement: its id, then `rest`. */
export function onStatement(command: number, id: number, rest: readonly number[] | Buffer = []): Buffer {
  const head = Buffer.from([command, 0, 0, 0, 0])
  head.writeUInt32LE(id, 1)
  return Buffer.concat([head, Buffer.from(rest)])
}

/** EXECUTE with integer parameters; `types`: whether they are sent. */
export function execute(id: number, values: readonly number[] = [], types = true, flags = 0): Buffer {
  const head = [flags, 1, 0, 0, 0]
  if (values.length === 0) return onStatement(unit.COM_STMT_EXECUTE, id, head)
  const body = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) body.writeInt32LE(value, index * 4)
  const bound = [
    ...Buffer.alloc((values.length + 7) >> 3),
    types ? 1 : 0,
    ...(types ? values.flatMap(() => [3, 0]) : []),
  ]
  return onStatement(unit.COM_STMT_EXECUTE, id, Buffer.concat([Buffer.from([...head, ...bound]), body]))
}
