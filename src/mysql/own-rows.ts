import { lenencBytesOf, PAYLOAD_MAX, PacketBuffer, PacketReader } from './packets.ts'

/** Rows of the text reply to one of Freshet's own commands, whatever of metadata and EOF packets it has; none where it is an OK or ERR packet. */
export function readRows(reply: Buffer): (string | null)[][] {
  const packets = new PacketBuffer(reply.length + 1)
  packets.push(reply)
  const rows: (string | null)[][] = []
  const first = packets.take()?.payload
  if (first === undefined || first[0] === 0 || first[0] === 0xfb || first[0]! >= 0xfe) return rows
  const columns = new PacketReader(first).lenenc()
  const width = lenencBytesOf(first[0]!)
  let definitions = first.length > width && first[width] === 0 ? 0 : columns
  for (let packet = packets.take(); packet !== null; packet = packets.take()) {
    const { payload } = packet
    if (definitions > 0) {
      definitions--
      continue
    }
    // An EOF, or what stands in its place: behind the columns and behind the rows.
    if (payload[0] === 0xff) break
    if (payload[0] === 0xfe && payload.length < PAYLOAD_MAX) continue
    const reader = new PacketReader(payload)
    rows.push(Array.from({ length: columns }, () => reader.lenencText()))
  }
  return rows
}
