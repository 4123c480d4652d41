import { randomInt } from 'node:crypto'
import type { ServerTlsMode } from '../config/types.ts'
import type { Dialect } from '../dialect.ts'
import { wantsTls } from '../net/connect.ts'
import { createAccounts } from '../postgres/auth/accounts.ts'
import { tlsServerEndPoint } from '../postgres/auth/channel-binding.ts'
import {
  type Catalog,
  createClassifier,
  digestSample,
  initClassifier,
  loadCatalog,
  readAhead,
  warmClassifier,
} from '../postgres/classify/index.ts'
import { PgClient } from '../postgres/client.ts'
import { createClientLogin } from '../postgres/client-login.ts'
import { createPgDialect } from '../postgres/dialect.ts'
import { SSL_REQUEST_PACKET } from '../postgres/frontend.ts'
import { covers } from '../postgres/position.ts'
import { connectProbe } from '../postgres/probe.ts'
import { settingNames } from '../postgres/setting-names.ts'
import type { Snapshot } from '../routing/types.ts'
import { accountLookups } from './account-lookups.ts'
import type { Engine, EngineParts, Knowledge } from './engine.ts'
import { InSlices } from './in-slices.ts'
import { waitBriefly } from './patience.ts'
import { pemToDer } from './pem.ts'

export async function createPostgresEngine({ config, fleet }: EngineParts): Promise<Engine> {
  await initClassifier()
  warmClassifier()
  const dialects = new Map<ServerTlsMode, Dialect>()
  const accounts = () => {
    const { users, query, method } = config().auth
    const lookUp = accountLookups(fleet, query !== null)
    return createAccounts({
      users,
      query,
      trust: method === 'trust',
      run: async (sql, parameters) => {
        await waitBriefly(() => canAnswer(fleet().snapshot()))
        return lookUp(sql, parameters)
      },
    })
  }
  const binding = () => {
    const { tls } = config()
    return tls === null ? null : tlsServerEndPoint(pemToDer(tls.cert))
  }
  // Of all databases together, so that many at once take no longer slices.
  const slices = new InSlices()
  let currentAccounts = accounts()
  let channelBinding = binding()

  return {
    covers,
    connectProbe,
    dialect(address) {
      const { serverTls, limits } = config()
      const tls = wantsTls(serverTls, address) ? serverTls.mode : 'disable'
      let dialect = dialects.get(tls)
      if (dialect === undefined) {
        const { preparedPerConnection } = limits
        dialect = createPgDialect({ tls, preparedPerConnection, statementNames: preparedPerConnection * 20 })
        dialects.set(tls, dialect)
      }
      return dialect
    },
    digestSample,
    login: ({ refuse }) =>
      createClientLogin({
        method: config().auth.method as 'scram-sha-256' | 'md5' | 'trust',
        accounts: currentAccounts,
        tls: config().tls?.mode ?? 'disable',
        channelBinding,
        startupBytes: config().limits.startupBytes,
        refuse,
      }),
    protocol: ({ classifier, state, schemaVersion }) =>
      new PgClient({ classifier, limits: config().limits, state, schemaVersion }),
    catalogOf: (database) => database,
    knowledge: () => new PostgresKnowledge(config().limits.digests, slices),
    lexMode: { standardConformingStrings: true, asciiSafeEncoding: true },
    reloaded() {
      currentAccounts = accounts()
      channelBinding = binding()
    },
    proved() {},
    tlsRequest: { packet: SSL_REQUEST_PACKET, accepts: (answer) => answer === 0x53 },
  }
}

/** One database's catalog: functions, views, types are its own. */
class PostgresKnowledge implements Knowledge {
  readonly classifier
  settings: readonly string[] = []
  settersOfOthers: ReadonlySet<string> = new Set()
  #catalog: Catalog | null = null
  readonly #slices: InSlices

  constructor(digests: number, slices: InSlices) {
    this.#slices = slices
    this.classifier = createClassifier({
      seed: randomInt(2 ** 47),
      limits: { digests },
      catalog: () => this.#catalog,
      now: () => performance.now(),
    })
  }

  async load(query: Parameters<Knowledge['load']>[0]): Promise<void> {
    const before = this.#catalog
    const catalog = await loadCatalog(query, before)
    await this.#slices.begin(this, readAhead(catalog, before))
    this.#catalog = catalog
    if (catalog.functions !== before?.functions) this.#findSettings(catalog)
  }

  #findSettings(catalog: Catalog): void {
    const setters = new Set<string>()
    const found: string[] = []
    for (const [name, functions] of catalog.functions) {
      for (const { definition } of functions) {
        if (definition === null) continue
        const { names, others } = settingNames(definition)
        found.push(...names)
        if (others) setters.add(name)
      }
    }
    this.settings = found
    this.settersOfOthers = setters
  }
}

/** Whether there is a server that accounts can be looked up on. */
const canAnswer = ({ primary, servers }: Snapshot): boolean =>
  primary !== null || servers.some(({ up, role }) => up && role === 'replica')
