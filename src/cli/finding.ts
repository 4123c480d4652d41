/** What `freshet check` says of a server or a cluster. */
export type Finding = { readonly level: 'ok' | 'warning' | 'error'; readonly text: string }

export const ok = (text: string): Finding => ({ level: 'ok', text })
export const warning = (text: string): Finding => ({ level: 'warning', text })
export const error = (text: string): Finding => ({ level: 'error', text })

export const because = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
