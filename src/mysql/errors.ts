/** Error packets (manual, "ERR_Packet") and the numbers of Freshet's own faults. */
import type { Failure } from '../dialect.ts'
import { PacketReader, PacketWriter } from './packets.ts'

/** Freshet's own faults by the SQLSTATE that the neutral core gives them: [errno, MySQL's SQLSTATE for it]. */
const OWN: Readonly<Record<string, readonly [number, string]>> = {
  '53300': [1040, '08004'],
  '57P01': [1053, '08S01'],
  '57P03': [1053, '08S01'],
  '08000': [1158, '08S01'],
  '08001': [1158, '08S01'],
  '08003': [1158, '08S01'],
  '08006': [1158, '08S01'],
  '57014': [1317, '70100'],
  '42704': [1193, 'HY000'],
  '22023': [1231, '42000'],
  '55P02': [1238, 'HY000'],
  '40001': [1213, '40001'],
  '25006': [1792, '25006'],
  '55000': [1105, 'HY000'],
  '53400': [1461, '42000'],
  '54000': [1153, '08S01'],
  '08P01': [1835, 'HY000'],
  '0A000': [1235, '42000'],
  '3D000': [1049, '42000'],
  '42601': [1064, '42000'],
}

/** The number and SQLSTATE that a client is shown: the server's own, or those that mean the same; 1105 (unknown error) for anything else. */
export function errorCode(failure: Failure): { readonly number: number; readonly state: string } {
  if (failure.number !== undefined) return { number: failure.number, state: failure.code }
  const [number, state] = OWN[failure.code] ?? [1105, 'HY000']
  return { number, state }
}

/**
 * One ERR packet, numbered `sequence`. `protocol41` false: before the capabilities are known there is no SQLSTATE (manual: "if capabilities &
 * CLIENT_PROTOCOL_41"). Detail and hint, which MySQL has no place for, follow the message.
 */
export function errorPacket(failure: Failure, sequence: number, protocol41 = true): Buffer {
  const { number, state } = errorCode(failure)
  const writer = new PacketWriter(sequence, failure.message.length + 32).begin().byte(0xff).int16(number)
  if (protocol41) writer.byte(0x23).text(state.padEnd(5, '0').slice(0, 5))
  const more = [failure.detail, failure.hint].filter((text) => text !== undefined)
  return writer
    .text([failure.message, ...more].join(' '))
    .end()
    .done()
}

/** Reads the payload of an ERR packet (0xFF first). Without SQLSTATE (errors before the greeting) it is `08004` for 1040, else HY000. */
export function readError(payload: Buffer): Failure {
  const reader = new PacketReader(payload, 1)
  const number = reader.int16()
  let code = number === 1040 ? '08004' : 'HY000'
  if (reader.peek() === 0x23 && reader.remaining >= 6) {
    reader.skip(1)
    code = reader.bytes(5).toString('latin1')
  }
  return { code, number, message: reader.rest().toString('utf8') }
}
