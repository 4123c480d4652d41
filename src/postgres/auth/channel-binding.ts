import { createHash, X509Certificate } from 'node:crypto'

/**
 * The channel binding data `tls-server-end-point` (RFC 5929) of a server certificate in DER: its hash by the hash function of its own
 * signature. null when it has none (Ed25519) or one that is not known here: the exchange then goes without binding.
 */
export function tlsServerEndPoint(certificate: Buffer): Buffer | null {
  const hash = bindingHash(signatureAlgorithm(certificate))
  return hash === null ? null : createHash(hash).update(certificate).digest()
}

function signatureAlgorithm(certificate: Buffer): string {
  try {
    return new X509Certificate(certificate).signatureAlgorithm ?? ''
  } catch {
    return ''
  }
}

/** From OpenSSL's name of a signature algorithm. RFC 5929, section 4.1: MD5 and SHA-1 count as SHA-256. */
export function bindingHash(algorithm: string): string | null {
  const name = algorithm.toLowerCase()
  if (/sha3-|sha512-\d/.test(name)) return null
  const found = /sha(1|224|256|384|512)(?!\d)|md5/.exec(name)?.[0]
  if (found === undefined) return null
  return found === 'md5' || found === 'sha1' ? 'sha256' : found
}
