/**
 * Timers for watching servers. Whatever has arrived by then is read before the action runs: this process may have stood still past the time
 * (a busy machine, a virtual machine that was paused), and an answer that waits in the socket is not late because nobody could read it.
 */
export function scheduleBehindInput(delay: number, action: () => void): () => void {
  let immediate: NodeJS.Immediate | null = null
  const timer = setTimeout(() => {
    // The loop's order (libuv's design overview): timers, then input, then immediates.
    immediate = setImmediate(action)
  }, delay)
  return () => {
    clearTimeout(timer)
    if (immediate !== null) clearImmediate(immediate)
  }
}
