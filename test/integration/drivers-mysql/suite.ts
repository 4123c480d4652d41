/** Drivers and tools of MySQL and MariaDB, all of them through one Freshet (see target.ts): starting servers for each would take longer than the tests. */
import { describe } from 'vitest'
import type { Flavour } from '../../../src/cli/demo/mysql-flavour.ts'
import { mariadbConnectorTests } from './mariadb-connector.ts'
import { mysql2Tests } from './mysql2.ts'
import { programTests } from './programs.ts'
import { createTarget } from './target.ts'
import { toolTests } from './tools.ts'

export function driverTests(flavour: Flavour): void {
  describe(flavour, () => {
    const target = createTarget(flavour)
    mysql2Tests(target)
    mariadbConnectorTests(target)
    programTests(target)
    toolTests(flavour, target)
  })
}
