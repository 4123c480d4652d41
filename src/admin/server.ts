/** The admin address: health, metrics, API and dashboard over HTTP. It reads and never changes anything, and it has no login. */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Address } from '../config/types.ts'
import { formatAddress } from '../config/values.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import { type Answer, digests, explain, ready, servers, sessions } from './api.ts'
import type { RunningCluster } from './view.ts'

export interface AdminOptions {
  readonly clusters: () => readonly RunningCluster[]
  readonly metrics: Metrics
  readonly log: Log
}

export interface Admin {
  /** With the real port. */
  readonly address: string
  close(): Promise<void>
}

const CONNECTIONS_MAX = 200
const REQUEST_TIMEOUT_MS = 10_000
const DASHBOARD = readFileSync(new URL('./dashboard.html', import.meta.url))
/** The page is one file: nothing may be loaded from elsewhere, and it may talk to this address only. */
const DASHBOARD_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'"

type Content = { readonly status: number; readonly type: string; readonly body: string | Buffer }

const json = ({ status, body }: Answer): Content => ({
  status,
  type: 'application/json; charset=utf-8',
  body: `${JSON.stringify(body)}\n`,
})
const plain = (status: number, body: string): Content => ({ status, type: 'text/plain; charset=utf-8', body })

async function answer(path: string, query: URLSearchParams, { clusters, metrics }: AdminOptions): Promise<Content> {
  switch (path) {
    case '/':
      return { status: 200, type: 'text/html; charset=utf-8', body: DASHBOARD }
    case '/healthz':
      return plain(200, 'ok\n')
    case '/readyz':
      return json(ready(clusters()))
    case '/metrics':
      return { status: 200, type: metrics.contentType, body: await metrics.render() }
    case '/api/v1/servers':
      return json(servers(clusters(), metrics))
    case '/api/v1/sessions':
      return json(sessions(clusters(), query))
    case '/api/v1/digests':
      return json(digests(clusters(), query))
    case '/api/v1/explain':
      return json(await explain(clusters(), query))
    default:
      return plain(404, 'not here; try / /healthz /readyz /metrics /api/v1/servers /sessions /digests /explain\n')
  }
}

async function respond(request: IncomingMessage, response: ServerResponse, options: AdminOptions): Promise<void> {
  const [path = '/', search = ''] = (request.url ?? '/').split('?', 2)
  const reading = request.method === 'GET' || request.method === 'HEAD'
  const content = reading
    ? await answer(path, new URLSearchParams(search), options)
    : plain(405, 'only GET and HEAD are understood here\n')
  response.writeHead(content.status, {
    'content-type': content.type,
    'content-length': Buffer.byteLength(content.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(path === '/' ? { 'content-security-policy': DASHBOARD_POLICY } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : content.body)
}

export function startAdmin(listen: Address, options: AdminOptions): Promise<Admin> {
  const server = createServer((request, response) => {
    respond(request, response, options).catch((error: unknown) => {
      options.log.error({ err: error, url: request.url }, 'an admin request failed')
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
      response.end('failed; see the log\n')
    })
  })
  server.maxConnections = CONNECTIONS_MAX
  server.headersTimeout = REQUEST_TIMEOUT_MS
  server.requestTimeout = REQUEST_TIMEOUT_MS
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen('path' in listen ? { path: listen.path } : { host: listen.host, port: listen.port }, () => {
      server.off('error', reject)
      server.on('error', (error) => options.log.error({ err: error }, 'the admin listener failed'))
      const bound = server.address()
      const address =
        'path' in listen || bound === null || typeof bound === 'string'
          ? formatAddress(listen)
          : formatAddress({ host: listen.host, port: bound.port })
      resolve({
        address,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
  })
}
