import { createHash, X509Certificate } from 'node:crypto'

/**
 * The channel binding data `tls-server-end-point` (RFC 5929) of a server certificate in DER: its hash by the hash function of its own
 * signature, where MD5 and SHA-1 count as SHA-256. null when the signature names no hash function (Ed25519): PostgreSQL then offers no binding.
 */
export function tlsServerEndPoint(certificate: Buffer): Buffer | null {
  const algorithm = new X509Certificate(certificate).signatureAlgorithm?.toLowerCase() ?? ''
  const found = /sha3?-?(1|224|256|384|512)(?!\d)|md5/.exec(algorithm.replaceAll('_', '-'))
  if (found === null) return null
  const hash = found[0] === 'md5' || found[1] === '1' ? 'sha256' : `sha${found[1]}`
  return createHash(hash).update(certificate).digest()
}
