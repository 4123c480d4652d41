import type { Emit, Reader } from './entry.ts'
import { lineReader } from './lines.ts'
import { postgresMessage } from './postgres-message.ts'

/** One line of jsonlog, or null. */
function parsed(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith('{')) return null
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

export function isPostgresJsonLine(line: string): boolean {
  const record = parsed(line)
  return record !== null && 'error_severity' in record && 'message' in record
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** JSON is one character per byte as well here, so what it spells by escapes is brought to bytes, and everything else is left as it is. */
const bytesOf = (said: string): string =>
  said.replace(/[^\x00-\xff]+/g, (letters) => Buffer.from(letters, 'utf8').toString('latin1'))

export function postgresJsonLog(emit: Emit): Reader {
  const line = (said: string, number: number) => {
    const record = parsed(said)
    const message = text(record?.message)
    if (record === null || message === null || record.error_severity !== 'LOG') return
    const session = text(record.session_id) ?? (typeof record.pid === 'number' ? String(record.pid) : null)
    postgresMessage(bytesOf(message), { session, database: text(record.dbname), line: number }, emit)
  }
  return lineReader(line, () => {})
}
