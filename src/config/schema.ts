/** The configuration's shape, its defaults and its limits. docs/configuration.md explains every key; a test compares the two. */
import { z } from 'zod'
import { millis } from '../units.ts'
import { type AuthMethod, ENGINES, type EngineName, engineOfSection } from './engines.ts'
import {
  choice,
  duration,
  field,
  flag,
  listenAddress,
  oneOrMore,
  type Parsed,
  password,
  positive,
  serverAddress,
  size,
  text,
  whole,
} from './fields.ts'
import { formatAddress } from './values.ts'

const KIB = 1024
const MIB = 1024 * KIB
const SECOND = 1000
const HOUR = 3600 * SECOND

/** Metrics keep counts per server in arrays of this length. */
const SERVERS_MAX = 256

/** A section that may be left out when everything in it has a default. */
const section = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.strictObject(shape).prefault({} as never)

const server = (defaultPort: number) =>
  z
    .unknown()
    .transform((raw) => (typeof raw === 'string' ? { address: raw } : raw))
    .pipe(
      z.strictObject({
        address: serverAddress(defaultPort),
        name: text('a short name').optional(),
        weight: positive(1000).default(1),
        zone: text('a short name').nullable().default(null),
      }),
    )
    .transform((raw) => ({ ...raw, name: raw.name ?? formatAddress(raw.address) }))

const servers = (defaultPort: number) =>
  z
    .array(server(defaultPort), { error: 'is missing' })
    .min(1, { error: 'is empty' })
    .max(SERVERS_MAX, { error: `has more than ${SERVERS_MAX} servers` })

/** A value that the contract names but this version cannot do yet: refused, so that nobody relies on it. */
function notYet<const T extends string>(allowed: readonly T[], later: string, instead: string) {
  const known = choice(allowed)
  return field(`allowed: ${allowed.join(' | ')}`, (raw): Parsed<T> => {
    if (raw === later) return { wrong: 'is not in this version yet', right: instead }
    const parsed = known.safeParse(raw)
    if (parsed.success) return { value: parsed.data }
    return { wrong: 'is not known here', right: `allowed: ${allowed.join(' | ')}` }
  })
}

/** For keys of another engine. */
/** `harmless`: what it comes to there in any case. */
const noMeaning = <T>(right: string, harmless?: T) =>
  field(right, (given): Parsed<T> => {
    if (harmless !== undefined && given === harmless) return { value: harmless }
    return { wrong: 'has no meaning with engine: mysql', right }
  })

const NO_NUDGE = 'leave it out: nothing is ever written to servers of MySQL'

/** Positions of MySQL's servers never stand beyond what replicas get. */
const nudge = (engine: EngineName) =>
  engine === 'postgres' ? flag().default(true) : noMeaning<boolean>(NO_NUDGE, false).default(false)

const monitor = (engine: EngineName) =>
  z.strictObject({
    user: text('the account that watches the servers, for example freshet'),
    password: password().default(''),
    database: text('the name of a database').default(ENGINES[engine].monitorDatabase),
    interval: duration(1, 60 * SECOND).default(millis(50)),
    timeout: duration(10, 60 * SECOND).default(millis(2000)),
    nudge: nudge(engine),
    clock_skew_max: duration(0, HOUR).default(millis(100)),
  })

const ENGINE_NAMES: Readonly<Record<string, EngineName>> = {
  postgresql: 'postgres',
  mariadb: 'mysql',
  percona: 'mysql',
  aurora: 'mysql',
}

const engineName = field(
  'allowed: postgres | mysql (which of its products it is, is found out)',
  (raw): Parsed<EngineName> => {
    if (raw === 'postgres' || raw === 'mysql') return { value: raw }
    const meant = typeof raw === 'string' && Object.hasOwn(ENGINE_NAMES, raw) ? ENGINE_NAMES[raw] : undefined
    const right = meant ? `write ${meant}; which of its products it is, is found out` : 'allowed: postgres | mysql'
    return { wrong: 'is not known here', right }
  },
)

/** A method of another engine is a mistake that deserves more than a list. */
function authMethod(engine: EngineName) {
  const { methods } = ENGINES[engine]
  const known = choice(methods)
  const right = `allowed: ${methods.join(' | ')}`
  return field(right, (raw): Parsed<AuthMethod> => {
    const parsed = known.safeParse(raw)
    if (parsed.success) return { value: parsed.data }
    const other = Object.entries(ENGINES).find(([, { methods }]) => methods.some((method) => method === raw))
    return { wrong: other ? `is for engine: ${other[0]}` : 'is not known here', right }
  }).default(methods[0]!)
}

const NO_VERIFIER_QUERY = 'leave it out: the servers check passwords themselves; or list the users in auth.users'
const VERIFIER_QUERY = 'a query with $1 (the name of a user) that returns the name and its verifier'

const queryText = () =>
  field(VERIFIER_QUERY, (raw): Parsed<string> => {
    if (typeof raw !== 'string' || raw === '') return { wrong: 'is not a text', right: VERIFIER_QUERY }
    return /\$1(?!\d)/.test(raw) ? { value: raw } : { wrong: 'does not ask for $1', right: VERIFIER_QUERY }
  })

const verifierQuery = (engine: EngineName) =>
  (engine === 'postgres' ? queryText() : noMeaning<string>(NO_VERIFIER_QUERY)).nullable().default(null)

const auth = (engine: EngineName) =>
  section({
    method: authMethod(engine),
    users: z.array(z.strictObject({ name: text('the name of a user'), password: password() })).default([]),
    query: verifierQuery(engine),
  })

const pool = section({
  size: whole(1, 10_000).default(20),
  idle: duration(SECOND).default(millis(5 * 60 * SECOND)),
  lifetime: duration(SECOND).default(millis(HOUR)),
  wait: duration(0, HOUR).default(millis(5 * SECOND)),
})

const limits = (startupBytes: number) =>
  section({
    clients: whole(1, 1_000_000).default(10_000),
    statement: size(8 * KIB, 1024 * MIB).default(MIB),
    read_ahead: size(16 * KIB, 1024 * MIB).default(MIB),
    write_buffer: size(16 * KIB, 1024 * MIB).default(MIB),
    hold_back: size(1 * KIB, 64 * MIB).default(64 * KIB),
    prepared_per_connection: whole(1, 1_000_000).default(500),
    prepared_per_session: whole(1, 1_000_000).default(5000),
    digests: whole(100, 10_000_000).default(20_000),
    causal_keys: whole(1, 100_000_000).default(100_000),
    waiting: whole(0, 1_000_000).default(10_000),
    login_timeout: duration(100, HOUR).default(millis(60 * SECOND)),
    startup: size(256, MIB).default(startupBytes),
  })

/** `off` instead of a section gives null; nothing at all stays undefined. */
const orOff = <T extends z.ZodType>(schema: T) =>
  z
    .unknown()
    .transform((raw) => (raw === 'off' || raw === false ? null : raw))
    .pipe(schema.nullable().optional())
    .optional()

const tls = z.strictObject({
  mode: choice(['disable', 'allow', 'require']).default('allow'),
  cert: text('the path of a PEM file with the certificate and its chain'),
  key: text('the path of a PEM file with the private key'),
})

const serverTls = section({
  mode: choice(['disable', 'prefer', 'require', 'verify-ca', 'verify-full']).default('prefer'),
  ca: text("the path of a PEM file with the authorities' certificates").nullable().default(null),
})

/** The same keys for every engine; defaults and what is allowed differ. */
export const clusterSchema = (engine: EngineName) =>
  z.strictObject({
    engine: engineName,
    listen: oneOrMore(listenAddress(ENGINES[engine].listen)),
    servers: servers(ENGINES[engine].port),
    monitor: monitor(engine),
    auth: auth(engine),
    mode: choice(['route', 'observe']).default('route'),
    consistency: choice(['eventual', 'session', 'scope', 'global', 'strict']).default('session'),
    max_lag: duration(0).default(millis(SECOND)),
    when_stale: choice(['primary', 'wait', 'error', 'serve']).default('primary'),
    wait: duration(0, HOUR).default(millis(5)),
    when_no_primary: choice(['serve', 'error']).default('serve'),
    max_lag_without_primary: duration(0).default(millis(HOUR)),
    reads_in_transactions: notYet(['primary'], 'replica_until_write', 'only primary works so far').default('primary'),
    pool,
    lanes: section({ enabled: flag().default(true) }),
    tls: orOff(tls),
    server_tls: serverTls,
    limits: limits(ENGINES[engine].startupBytes),
    catalog_refresh: duration(SECOND, 24 * HOUR).default(millis(30 * SECOND)),
  })

const clusterSchemas = { postgres: clusterSchema('postgres'), mysql: clusterSchema('mysql') }

/** A section without a known engine is looked at as if it were PostgreSQL's, so that its other mistakes are named too. */
const cluster = z.unknown().transform((raw, context): RawCluster => {
  const parsed = clusterSchemas[engineOfSection(raw) ?? 'postgres'].safeParse(raw)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) context.issues.push(issue as z.core.$ZodRawIssue)
  return z.NEVER
})

const workers = field('1', (raw): Parsed<1> => {
  if (raw === 1 || raw === '1') return { value: 1 }
  const more = typeof raw === 'number' && raw > 1
  return { wrong: more ? 'is not in this version yet' : 'is not possible', right: 'only 1 works so far' }
})

const ADMIN = '127.0.0.1:9432'
const admin = orOff(z.strictObject({ listen: listenAddress(ADMIN).prefault(ADMIN) })).prefault({ listen: ADMIN })

export const configSchema = z.strictObject({
  clusters: z.record(z.string(), cluster, { error: 'is missing' }),
  workers: workers.default(1),
  admin,
  shutdown_grace: duration(0, 24 * HOUR).default(millis(30 * SECOND)),
  log: section({
    level: choice(['debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    pretty: flag().default(false),
  }),
})

export type RawConfig = z.infer<typeof configSchema>
export type RawCluster = z.infer<ReturnType<typeof clusterSchema>>
