import { X509Certificate } from 'node:crypto'

/** The first certificate of a PEM text, as DER. */
export const pemToDer = (pem: string): Buffer => new X509Certificate(pem).raw
