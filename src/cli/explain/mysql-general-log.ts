import { type Emit, type Reader, STATEMENT_MAX } from './entry.ts'
import { Body, lineReader } from './lines.ts'
import { isMysqlLogHead } from './mysql-slow-log.ts'

/** The servers' names of commands: only these begin an entry, because a statement may go on with a line that looks like one. */
const COMMANDS =
  'Binlog Dump GTID|Binlog Dump|Bulk_execute|Change user|Clone|Close stmt|Connect Out|Connect|Create DB|Daemon|Debug|Delayed insert|Drop DB|Error|Execute|Fetch|Field List|Init DB|Kill|Long Data|Ping|Prepare|Processlist|Query|Quit|Refresh|Register Replica|Register Slave|Reset Connection|Reset connection|Reset stmt|Set option|Shutdown|Sleep|Statistics|Subscribe Group Replication Stream|Table Dump|Time'

/** MySQL since 5.7 gives each line a time; MariaDB and older ones only when the second is another one. */
const ENTRY = new RegExp(
  `^(?:\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(?:Z|[+-]\\d\\d:\\d\\d)\\t|\\d{6} +\\d{1,2}:\\d\\d:\\d\\d\\t|\\t\\t) *(\\d+) (${COMMANDS})(?:\\t(.*))?$`,
  's',
)

export const isMysqlGeneralLine = (line: string): boolean => ENTRY.test(line)

/** The server itself, at its start. */
const NOBODY = '0'

/** The general query log: what arrived, in its order, without durations. A prepared statement is written when it is prepared and at each execution. */
export function mysqlGeneralLog(emit: Emit): Reader {
  let body: Body | null = null
  let session = ''
  let began = 0
  const complete = () => {
    if (body === null) return
    const text = body.text.trimEnd()
    body = null
    if (text !== '' && session !== NOBODY) {
      emit({ kind: 'statement', text, line: began, session, database: null, ms: null })
    }
  }
  const line = (text: string, number: number) => {
    const entry = ENTRY.exec(text.slice(0, STATEMENT_MAX + 1000))
    if (entry === null) {
      if (isMysqlLogHead(text)) complete()
      else body?.add(`\n${text}`)
      return
    }
    complete()
    const [, id = '', command = '', argument = ''] = entry
    session = id
    began = number
    if (command === 'Query' || command === 'Execute' || command === 'Bulk_execute') {
      body = new Body(STATEMENT_MAX)
      body.add(argument)
    } else if (command === 'Init DB') emit({ kind: 'use', session, database: argument })
    else if (/^(?:Connect|Quit|Change user|Reset [Cc]onnection)$/.test(command)) emit({ kind: 'over', session })
  }
  return lineReader(line, complete)
}
