import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { scheduleBehindInput } from '../../src/fleet/schedule.ts'

function standStill(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('what has arrived is read before the time is up, though nobody could read it earlier', async () => {
  const seen: string[] = []
  const over = new Promise<void>((resolve) => {
    const server = createServer((socket) => {
      socket.on('data', () => {
        socket.end('answer')
        // The answer is in the client's socket now, and this process stands still until long after the time.
        scheduleBehindInput(5, () => {
          seen.push('the time is up')
          server.close()
          resolve()
        })
        standStill(50)
      })
    })
    server.listen(0, '127.0.0.1', () => {
      const client = connect((server.address() as AddressInfo).port, '127.0.0.1', () => client.write('question'))
      client.on('data', (data) => seen.push(data.toString()))
    })
  })
  await over
  expect(seen).toEqual(['answer', 'the time is up'])
})

test('what was taken back does not happen, not even when its time has come', async () => {
  const seen: string[] = []
  const early = scheduleBehindInput(1, () => seen.push('taken back before its time'))
  const late = scheduleBehindInput(2, () => seen.push('taken back behind its time'))
  const over = new Promise<void>((resolve) => {
    scheduleBehindInput(4, () => {
      seen.push('left')
      resolve()
    })
  })
  early()
  setTimeout(late, 3)
  standStill(20)
  await over
  expect(seen).toEqual(['left'])
})
