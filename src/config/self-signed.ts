import { generateKeyPairSync, sign } from 'node:crypto'

/** A self-signed certificate, by default for 127.0.0.1 and localhost, made here because Node reads certificates and cannot write them. */
export function selfSigned(
  hash: 'sha256' | 'sha384' | 'sha512' = 'sha256',
  host = 'localhost',
  address: readonly number[] = [127, 0, 0, 1],
): {
  cert: string
  key: string
  der: Buffer
} {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid(`2a8648ce3d04030${{ sha256: 2, sha384: 3, sha512: 4 }[hash]}`))
  const name = sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(host)))))
  const validity = sequence(tlv(0x17, Buffer.from('200101000000Z')), tlv(0x18, Buffer.from('20990101000000Z')))
  const names = sequence(tlv(0x82, Buffer.from(host)), tlv(0x87, Buffer.from(address)))
  const extensions = tlv(0xa3, sequence(sequence(oid('551d11'), tlv(0x04, names))))
  const publicInfo = publicKey.export({ type: 'spki', format: 'der' })
  const version = tlv(0xa0, tlv(0x02, Buffer.from([2])))
  const serial = tlv(0x02, Buffer.from([1]))
  const body = sequence(version, serial, algorithm, name, validity, name, publicInfo, extensions)
  const signature = tlv(0x03, Buffer.concat([Buffer.from([0]), sign(hash, body, privateKey)]))
  const der = sequence(body, algorithm, signature)
  const lines = der
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    der,
  }
}

/** Tag, length, value of DER. */
function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), value])
}

const sequence = (...parts: Buffer[]): Buffer => tlv(0x30, Buffer.concat(parts))
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'))
