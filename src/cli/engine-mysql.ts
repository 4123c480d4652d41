import { randomInt } from 'node:crypto'
import type { ClusterConfig } from '../config/types.ts'
import type { Dialect, Product } from '../dialect.ts'
import { createRsaKeys } from '../mysql/auth/caching-sha2.ts'
import { createPasswordCache } from '../mysql/auth/password-cache.ts'
import { createStoredAccounts } from '../mysql/auth/stored-accounts.ts'
import type { Credentials, ServerSecret } from '../mysql/auth/types.ts'
import { has, parseProfile, SESSION_TRACK } from '../mysql/capabilities.ts'
import {
  type Catalog,
  createClassifier,
  digestSample,
  initClassifier,
  loadCatalog,
  mysqlLexMode,
  readAhead,
  type Servers,
  UNKNOWN_SERVERS,
  warmClassifier,
} from '../mysql/classify/index.ts'
import { MySqlClient } from '../mysql/client.ts'
import { createClientLogin, type MySqlClientLogin, type ServerFace } from '../mysql/client-login.ts'
import { createMySqlDialect } from '../mysql/dialect.ts'
import { covers } from '../mysql/position.ts'
import { connectProbe } from '../mysql/probe.ts'
import { wantsTls } from '../net/connect.ts'
import type { Snapshot } from '../routing/types.ts'
import { tellingWhy } from './account-lookups.ts'
import type { Engine, EngineParts, Knowledge } from './engine.ts'
import { InSlices } from './in-slices.ts'
import { lateLogin } from './late-login.ts'

/** Users whose passwords are recognised without a full exchange. */
const PASSWORDS_MAX = 10_000

/** What clients are greeted with before any server has answered; they get no further than an error then. */
const NO_SERVER: ServerFace = {
  version: '8.0.0-freshet',
  flavour: 'mysql',
  capabilities: 0,
  extended: 0,
  collation: 45,
}

export async function createMySqlEngine({ config, fleet, log }: EngineParts): Promise<Engine> {
  await initClassifier()
  warmClassifier()
  const dialects = new Map<string, Dialect>()
  const cache = createPasswordCache(PASSWORDS_MAX)
  const rsaKeys = createRsaKeys()
  const run = tellingWhy((sql, parameters) => fleet().query(sql, parameters), log)
  const stored = createStoredAccounts({ run, clock: Date.now })
  let passwords = passwordsOf(config())
  const servers = serversOf(fleet)

  const credentials = (face: ServerFace): Credentials => {
    if (config().auth.method === 'trust') return { kind: 'trust' }
    if (passwords.size > 0) return { kind: 'users', password: (user) => passwords.get(user) ?? null }
    return face.flavour === 'mariadb' ? { kind: 'stored', lookup: stored } : { kind: 'servers', cache }
  }

  return {
    covers,
    connectProbe,
    dialect(address) {
      const { serverTls, limits } = config()
      const tls = wantsTls(serverTls, address) ? serverTls.mode : 'disable'
      const local = 'path' in address
      const key = `${tls} ${local}`
      let dialect: Dialect | undefined = dialects.get(key)
      if (dialect === undefined) {
        dialect = createMySqlDialect({ tls, local, preparedPerConnection: limits.preparedPerConnection })
        dialects.set(key, dialect)
      }
      return dialect
    },
    digestSample,
    login({ id, again, refuse, local, host }) {
      const begin = () => {
        const { face } = servers()
        return createClientLogin({
          server: face,
          plugin: pluginOf(config(), face),
          credentials: credentials(face),
          rsaKeys,
          tls: config().tls?.mode ?? 'disable',
          local,
          host,
          connectionId: id,
          refuse,
          again: again === null ? null : { packet: again.packet, established: establishedBy(again.before) },
          packetBytesMax: config().limits.startupBytes,
        })
      }
      return servers().face === NO_SERVER ? lateLogin(begin, () => servers().face !== NO_SERVER) : begin()
    },
    protocol: ({ id, profile, database, login, classifier, state, schemaVersion }) => {
      const { face } = servers()
      return new MySqlClient({
        classifier,
        limits: config().limits,
        profile: parseProfile(profile),
        database,
        sessionTrack: has(establishedBy(login).capabilities, SESSION_TRACK),
        flavour: face.flavour,
        serverVersion: versionNumber(face.version),
        connectionId: id,
        state,
        schemaVersion,
      })
    },
    // One server's schemas refer to each other by name at any time.
    catalogOf: () => '',
    knowledge: () => new MySqlKnowledge(config().limits.digests, servers),
    lexMode: mysqlLexMode({ sqlMode: '', characterSetClient: 'utf8mb4' }),
    reloaded() {
      passwords = passwordsOf(config())
      cache.clear()
    },
    proved(user, secret, failure) {
      const { kind, ...rest } = secret as ServerSecret
      if (kind !== 'password' || !('password' in rest)) return
      if (failure === null) cache.proved(user, rest.password)
      else if (failure.number === 1045) cache.refused(user, rest.password)
    },
    tlsRequest: null,
  }
}

const passwordsOf = ({ auth }: ClusterConfig): ReadonlyMap<string, Buffer> =>
  new Map(auth.users.map(({ name, password }) => [name, Buffer.from(password)]))

/** null: the flavour's own. MariaDB's servers do not know the default of the configuration. */
const pluginOf = ({ auth }: ClusterConfig, { flavour }: ServerFace) =>
  auth.method === 'mysql_native_password' || (auth.method === 'caching_sha2_password' && flavour === 'mysql')
    ? auth.method
    : null

function establishedBy(login: unknown) {
  const { established } = login as MySqlClientLogin
  if (established === null) throw new Error('a login that is not over has established nothing')
  return established
}

/** `9.7.4`, `10.11.19-MariaDB-log`, `5.5.5-10.11.19-MariaDB`: 90704, 101119. */
export function versionNumber(version: string): number {
  const [, major = '0', minor = '0', patch = '0'] = /^(?:5\.5\.5-)?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []
  return Number(major) * 10_000 + Number(minor) * 100 + Number(patch)
}

/** What all servers can do, under the name of the oldest of them. */
export function faceOf(products: readonly Product[]): ServerFace {
  let face: ServerFace | null = null
  for (const { flavour, greeting } of products) {
    if (greeting === undefined) continue
    const { version, capabilities, extended, collation } = greeting
    const oldest: boolean = face === null || versionNumber(version) < versionNumber(face.version)
    face = {
      version: oldest ? version : face!.version,
      flavour: flavour === 'mariadb' ? 'mariadb' : 'mysql',
      capabilities: face === null ? capabilities : (face.capabilities & capabilities) >>> 0,
      extended: face === null ? extended : (face.extended & extended) >>> 0,
      collation: oldest ? collation : face!.collation,
    }
  }
  return face ?? NO_SERVER
}

interface ServersSeen extends Servers {
  readonly face: ServerFace
}

/** What the servers are, found out anew only when they have been looked at again. */
function serversOf(fleet: EngineParts['fleet']): () => ServersSeen {
  let of: Snapshot | null = null
  let seen: ServersSeen = { ...UNKNOWN_SERVERS, face: NO_SERVER }
  return () => {
    const snapshot = fleet().snapshot()
    if (snapshot === of) return seen
    of = snapshot
    const products = snapshot.servers.flatMap(({ product }) => product ?? [])
    if (products.length === 0) return seen
    const versions = products.map(({ version }) => versionNumber(version))
    const face = faceOf(products)
    // A server that has never answered may be of any version.
    const unknown = products.length < snapshot.servers.length
    seen = {
      face,
      flavour: face.flavour,
      versionMin: unknown ? UNKNOWN_SERVERS.versionMin : Math.min(...versions),
      versionMax: unknown ? UNKNOWN_SERVERS.versionMax : Math.max(...versions),
    }
    return seen
  }
}

/** One catalog for all schemas of the servers. */
class MySqlKnowledge implements Knowledge {
  readonly classifier
  readonly settings: readonly string[] = []
  readonly settersOfOthers: ReadonlySet<string> = new Set()
  readonly #servers: () => ServersSeen
  #catalog: Catalog | null = null
  readonly #slices = new InSlices()

  constructor(digests: number, servers: () => ServersSeen) {
    this.#servers = servers
    this.classifier = createClassifier({
      seed: randomInt(2 ** 47),
      limits: { digests },
      catalog: () => this.#catalog,
      now: () => performance.now(),
      servers,
    })
  }

  async load(query: Parameters<Knowledge['load']>[0]): Promise<void> {
    const before = this.#catalog
    const catalog = await loadCatalog(query, this.#servers().flavour, before)
    await this.#slices.begin(this, readAhead(catalog, before))
    this.#catalog = catalog
  }
}
