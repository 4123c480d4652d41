/** The engines that the demo can run: how their servers start, and how they are spoken with. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { startLocalMysql } from './local-mysql.ts'
import { startFleet } from './local-postgres.ts'
import type { Shop } from './shop.ts'
import { mysqlShop } from './shop-mysql.ts'
import { postgresShop } from './shop-postgres.ts'

/** What happens to a replica during the demo. */
export interface DemoReplica {
  readonly name: string
  /** Milliseconds from a commit's arrival until it is applied; 0 ends it. */
  setApplyDelay(ms: number): Promise<void>
  pauseReplay(): Promise<void>
  resumeReplay(): Promise<void>
  /** Straight to it. */
  url(): string
}

export interface DemoFleet {
  readonly version: number | string
  readonly servers: readonly { readonly name: string; readonly address: string }[]
  readonly replicas: readonly DemoReplica[]
  stop(): Promise<void>
}

export interface DemoEngine {
  /** For people. */
  readonly title: string
  /** What its replicas are called. */
  readonly replicas: string
  /** As a configuration names it. */
  readonly engine: 'postgres' | 'mysql'
  /** The port that the documentation names. */
  readonly port: number
  readonly shop: Shop
  start(): Promise<DemoFleet>
  url(port: number): string
  /** A command for people to look around with. */
  command(port: number): string
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

const postgresUrl = (port: number) => `postgres://app:app@127.0.0.1:${port}/app`

const mysqlLike = (flavour: 'mysql' | 'mariadb', title: string): DemoEngine => ({
  title,
  replicas: 'replicas by GTID',
  engine: 'mysql',
  port: 3307,
  shop: mysqlShop,
  start: () => startLocalMysql({ flavour, replicas: 2 }),
  url: (port) => `mysql://app:app@127.0.0.1:${port}/app`,
  command(port) {
    // The client programs of both speak with both.
    const other = flavour === 'mysql' ? 'mariadb' : 'mysql'
    const program = !isInstalled(flavour) && isInstalled(other) ? other : flavour
    return `${program} -h 127.0.0.1 -P ${port} -u app -papp app`
  },
})

export const ENGINES = {
  postgres: {
    title: 'PostgreSQL',
    replicas: 'streaming replicas',
    engine: 'postgres',
    port: 6432,
    shop: postgresShop,
    start: () => startFleet({ replicas: 2 }),
    url: postgresUrl,
    command: (port) => `psql '${postgresUrl(port)}'`,
  },
  mysql: mysqlLike('mysql', 'MySQL'),
  mariadb: mysqlLike('mariadb', 'MariaDB'),
} satisfies Record<string, DemoEngine>

export type EngineName = keyof typeof ENGINES
