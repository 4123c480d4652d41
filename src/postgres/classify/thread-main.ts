/** The thread of `thread.ts`: parses one text after another. */
import { parentPort } from 'node:worker_threads'
import { analyze } from './analyze.ts'
import { analyzeFunction } from './function-body.ts'
import { initParser } from './parser.ts'
import type { Result, Task } from './thread.ts'

await initParser()
parentPort!.on('message', ({ id, sql, language }: Task) => {
  const began = performance.now()
  let analyses: Result['analyses'] = null
  try {
    analyses = language === undefined ? analyzeText(sql) : analyzeFunction(sql, language)
  } catch {
    // It counts as not parsed.
  }
  parentPort!.postMessage({ id, analyses, ms: performance.now() - began } satisfies Result)
})

function analyzeText(sql: string): Result['analyses'] {
  const analysis = analyze(sql)
  return analysis === null ? null : [analysis]
}
