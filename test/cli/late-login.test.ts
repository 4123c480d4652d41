import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { lateLogin } from '../../src/cli/late-login.ts'
import type { MySqlClientLogin } from '../../src/mysql/client-login.ts'

test('the greeting waits until a server has answered, and is made then', async () => {
  let ready = false
  const begin = vi.fn(
    () => ({ start: () => ({ send: Buffer.from('hello') }), established: null }) as unknown as MySqlClientLogin,
  )
  const login = lateLogin(begin, () => ready)
  const greeting = login.start()
  await delay(30)
  expect(begin).not.toHaveBeenCalled()
  ready = true
  expect(await greeting).toEqual({ send: Buffer.from('hello') })
  expect(login.established).toBeNull()
  expect(begin).toHaveBeenCalledOnce()
})
