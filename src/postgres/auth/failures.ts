import type { Failure } from '../../dialect.ts'

/** Everything that ends a login is FATAL. */
export function fatal(code: string, message: string, detail?: string, hint?: string): Failure {
  return {
    code,
    message,
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
    fatal: true,
  }
}

export const protocolViolation = (message: string, detail?: string): Failure => fatal('08P01', message, detail)

/** The server's one answer to a wrong password, an unknown user, an expired password and a user without one. */
export const wrongPassword = (user: string): Failure =>
  fatal('28P01', `password authentication failed for user "${user}"`)

/** Thrown inside this folder where a peer's message is read, and turned into a value before it leaves. */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}
