import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import {
  acceptLogin,
  close,
  expectBytes,
  expectClosed,
  expectMessage,
  expectStartup,
  message,
  reset,
  type Step,
  scriptedClient,
  scriptedServer,
  send,
  skipTo,
} from './script.ts'

async function serve(...scripts: readonly (readonly Step[])[]) {
  const server = await scriptedServer(...scripts)
  onTestFinished(() => server.stop())
  return server
}

test('a scripted server talks to a real driver, one script per connection', async () => {
  const failure = message('E', 'SERROR\0C57014\0Mthe story says so\0\0')
  const server = await serve(
    [
      ...acceptLogin,
      expectMessage('Q', 'SELECT 1\0'),
      send(failure, message('Z', 'I')),
      skipTo('X'),
      expectClosed,
      close,
    ],
    [...acceptLogin, expectMessage('Q'), reset],
  )
  const client = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'somebody' })
  await client.connect()
  await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '57014', message: 'the story says so' })
  await client.end()
  const second = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'somebody' })
  second.on('error', () => {})
  await second.connect()
  await expect(second.query('SELECT 2')).rejects.toThrow()
  await server.done
})

test('a scripted client plays the other side, and bytes may come in any pieces', async () => {
  const server = await serve([
    expectStartup((body) => expect(body.readUInt32BE()).toBe(80877103)),
    send(Buffer.from('N')),
    send(message('Z', 'I').subarray(0, 3)),
    send(message('Z', 'I').subarray(3)),
    close,
  ])
  const sslRequest = message('', Buffer.from([0x04, 0xd2, 0x16, 0x2f]))
  const steps = [send(sslRequest), expectBytes(Buffer.from('N')), expectMessage('Z', 'I'), expectClosed]
  await scriptedClient(server.port, ...steps)
  await server.done
})

test('what is not in the script fails, with the number of the step', async () => {
  const server = await serve([expectMessage('Q'), expectMessage('S')])
  await scriptedClient(server.port, send(message('Q', 'SELECT 1\0')), send(message('X')), expectClosed)
  await expect(server.done).rejects.toThrow('step 2 of 2: message: "X" instead of "S"')
})
