/**
 * What was read, or its copy, is garbage as soon as it has been passed on. V8 sees a few small objects and lets their memory outside of its heap pile up
 * to some 64 MB before it looks; asking for a look at the young objects now and then, which takes about 0.1 ms, keeps large transfers small.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const BYTES_BETWEEN = 8 * 1024 * 1024

type Collect = (options: { readonly type: 'minor' }) => void

let collect: Collect | null = null
let bytes = 0

/** To be told of every chunk's length. */
export function chunkRead(length: number): void {
  bytes += length
  if (bytes < BYTES_BETWEEN) return
  bytes = 0
  collect ??= exposeCollector()
  collect({ type: 'minor' })
}

function exposeCollector(): Collect {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as Collect
}
