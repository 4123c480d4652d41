import type { Failure } from '../../dialect.ts'

/** Everything that ends a login. */
export const loginFailure = (number: number, code: string, message: string): Failure => ({
  number,
  code,
  message,
  fatal: true,
})

/** The server's one answer to a wrong password and to an unknown user. */
export const accessDenied = (user: string, host: string, usingPassword: boolean): Failure =>
  loginFailure(
    1045,
    '28000',
    `Access denied for user '${user}'@'${host}' (using password: ${usingPassword ? 'YES' : 'NO'})`,
  )

export const badHandshake = (): Failure => loginFailure(1043, '08S01', 'Bad handshake')

export const outOfOrder = (): Failure => loginFailure(1156, '08S01', 'Got packets out of order')

/** The client is too old, or does not speak the plugin that its account needs. */
export const unsupportedClient = (): Failure =>
  loginFailure(
    1251,
    '08004',
    'Client does not support authentication protocol requested by server; consider upgrading MySQL client',
  )
