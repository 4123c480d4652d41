/** Writes catalog-15.jsonl and catalog-18.jsonl anew, after a change of schema.sql or of catalog-query.ts: `node test/corpus/postgres/record.ts`. */
import { writeFileSync } from 'node:fs'
import { startFleet } from '../../../src/cli/demo/local-postgres.ts'
import { loadCatalog } from '../../../src/postgres/classify/index.ts'
import { asText, connect } from '../../support/postgres-judge.ts'
import { schema } from './corpus.ts'

for (const binaries of [null, '/usr/lib/postgresql/15/bin']) {
  const fleet = await startFleet({ replicas: 0, ...(binaries === null ? {} : { binaries }) })
  await fleet.primary.query(schema)
  const monitor = await connect(fleet.primary.url('freshet'))
  const lines: string[] = []
  await loadCatalog(async (text, parameters) => {
    const rows = await asText(monitor, text, parameters)
    lines.push(JSON.stringify(rows))
    return rows
  })
  writeFileSync(new URL(`catalog-${fleet.version}.jsonl`, import.meta.url), `${lines.join('\n')}\n`)
  await monitor.end()
  await fleet.stop()
}
