import { Worker } from 'node:worker_threads'
import type { Aside } from '../../sql/aside.ts'
import type { Analysis } from './analysis.ts'

/** Texts longer than this are parsed by the thread: PostgreSQL's parser and the copy of its tree take 0.2 to 1 ms per KB, by the machine and the text. */
export const ASIDE_BYTES = 2048
/** More are not waiting at a time: then a text is classified without being parsed. */
const WAITING_MAX = 32

/** What the thread is given, and what it gives back. */
export interface Task {
  readonly id: number
  readonly sql: string
  /** Of the function that `sql` creates; absent: a text to run. */
  readonly language?: string
}
export interface Result {
  readonly id: number
  /** Of the parts of a function, or of the one text; null: the parser cannot take it. */
  readonly analyses: readonly Analysis[] | null
  readonly ms: number
}

let worker: Worker | null = null
let lastId = 0
const waiting = new Map<number, (result: Pick<Result, 'analyses' | 'ms'>) => void>()

/** It ended by itself: whatever it had is not parsed, and the next text starts another one. */
function ended(one: Worker): void {
  if (worker !== one) return
  worker = null
  const left = [...waiting.values()]
  waiting.clear()
  for (const resolve of left) resolve({ analyses: null, ms: 0 })
}

function running(): Worker {
  if (worker !== null) return worker
  const started = new Worker(new URL('./thread-main.ts', import.meta.url))
  started.on('message', (result: Result) => {
    const resolve = waiting.get(result.id)
    waiting.delete(result.id)
    resolve?.(result)
  })
  started.on('error', () => ended(started))
  started.on('exit', () => ended(started))
  // A process that has nothing else to do may end. Listening to messages would undo it.
  started.unref()
  worker = started
  return started
}

function ask(sql: string, language?: string): Promise<Pick<Result, 'analyses' | 'ms'>> {
  const id = ++lastId
  return new Promise((resolve) => {
    waiting.set(id, resolve)
    running().postMessage({ id, sql, ...(language === undefined ? {} : { language }) } satisfies Task)
  })
}

/** What a catalog's definition says: of a function in `language`, or of a view (null). Resolves with null when that cannot be told. */
export async function analyzeDefinition(sql: string, language: string | null): Promise<readonly Analysis[] | null> {
  return (await ask(sql, language ?? undefined)).analyses
}

/** One thread for the whole process, started when the first long text comes. */
export const parserThread: Aside<Analysis> = {
  above: ASIDE_BYTES,
  analyze(sql) {
    if (waiting.size >= WAITING_MAX) return null
    return ask(sql).then(({ analyses, ms }) => ({ analysis: analyses?.[0] ?? null, ms }))
  },
}
