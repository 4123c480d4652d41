import { vi } from 'vitest'

/** What a command writes to standard output, and its exit code. */
export async function printed(
  command: (args: readonly string[]) => Promise<number>,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  const written: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  try {
    return { code: await command(args), output: written.join('') }
  } finally {
    spy.mockRestore()
  }
}
