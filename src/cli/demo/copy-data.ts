/** Copies the data directory of a running server, the way pg_basebackup does, without its connection. */
import { constants } from 'node:fs'
import { chmod, chown, copyFile, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './postgres-binaries.ts'

/** What belongs to the other server alone, or is made anew at its start ("Making a Base Backup Using the Low Level API", manual 25.3.3). */
const LEFT_OUT = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'standby.signal',
  'standby.conf',
  'postgresql.auto.conf',
  'backup_label',
  'backup_label.old',
])
const EMPTIED = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
])
const AT_ONCE = 16

const isGone = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** Files that vanish meanwhile are no fault: the write-ahead log from the backup's start has what was in them. */
async function copyEntry(from: string, to: string, account: Account | null): Promise<string[]> {
  try {
    const stat = await lstat(from)
    if (stat.isSymbolicLink()) {
      await symlink(await readlink(from), to)
      return []
    }
    if (stat.isDirectory()) {
      await mkdir(to, { mode: 0o700 })
      if (account) await chown(to, account.uid, account.gid)
      return await readdir(from)
    }
    if (!stat.isFile()) return []
    await copyFile(from, to, constants.COPYFILE_FICLONE)
    await chmod(to, 0o600)
    if (account) await chown(to, account.uid, account.gid)
  } catch (error) {
    if (!isGone(error)) throw error
  }
  return []
}

export async function copyData(from: string, to: string, account: Account | null): Promise<void> {
  const waiting: string[] = ['.']
  const next = async (path: string): Promise<void> => {
    const names = await copyEntry(join(from, path), join(to, path), account)
    if (EMPTIED.has(path)) return
    for (const name of names) if (path !== '.' || !LEFT_OUT.has(name)) waiting.push(join(path, name))
  }
  while (waiting.length > 0) await Promise.all(waiting.splice(0, AT_ONCE).map(next))
  for (const name of ['archive_status', 'summaries']) await makeFolder(join(to, 'pg_wal', name), account)
}

async function makeFolder(path: string, account: Account | null): Promise<void> {
  await mkdir(path, { mode: 0o700 })
  if (account) await chown(path, account.uid, account.gid)
}
