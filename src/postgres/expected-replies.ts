/**
 * What a server is going to answer to the extended-protocol messages of one exchange, in order, and what becomes of each answer.
 * This is how statements are prepared invisibly: a reply to a message that the client never sent is dropped, and a reply that the
 * client expects although its message was not sent is put in.
 */
export type ExpectedReply =
  | {
      readonly to: 'parse' | 'bind' | 'close' | 'describe-statement' | 'describe-portal' | 'execute' | 'sync'
      readonly forward: boolean
      /** Runs when the reply shows success. */
      readonly done?: () => void
      /** Runs when the reply will never come, because this message or one before it failed. */
      readonly undo?: () => void
      /** It runs before the client's own statement: should it fail, a simple Query behind it is skipped by the server as well. */
      readonly prefix?: boolean
    }
  | { readonly to: 'nothing'; readonly inject: Buffer; readonly done?: () => void; readonly undo?: undefined }

/** What the client's own messages are answered with; made once, because these are most of all. */
export const BIND: ExpectedReply = { to: 'bind', forward: true }
export const DESCRIBE_PORTAL: ExpectedReply = { to: 'describe-portal', forward: true }
export const EXECUTE: ExpectedReply = { to: 'execute', forward: true }
export const SYNCHRONIZE: ExpectedReply = { to: 'sync', forward: true }

/** The message type that completes the reply, or 0 when `type` does not complete it. */
export function completes(reply: ExpectedReply, type: number): boolean {
  switch (reply.to) {
    case 'parse':
      return type === 0x31
    case 'bind':
      return type === 0x32
    case 'close':
      return type === 0x33
    case 'describe-statement':
    case 'describe-portal':
      return type === 0x54 || type === 0x6e
    case 'execute':
      return type === 0x43 || type === 0x49 || type === 0x73
    case 'sync':
      return type === 0x5a
    case 'nothing':
      return false
  }
}
