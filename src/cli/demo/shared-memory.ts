import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A postmaster that was killed leaves a System V segment of 56 bytes behind (the rest of its memory goes with it). Its id is on line 7 of
 * postmaster.pid. Some thousand of them would use up the machine's table.
 */
export function removeSharedMemory(folder: string): void {
  for (const name of readdirSync(folder)) {
    try {
      const segment = readFileSync(join(folder, name, 'postmaster.pid'), 'utf8')
        .split('\n')[6]
        ?.trim()
        .split(/\s+/)[1]
      if (segment) execFileSync('ipcrm', ['-m', segment], { stdio: 'ignore' })
    } catch {
      // No such file: it ended in order. No such program: the segment stays, which is no harm for a while.
    }
  }
}
