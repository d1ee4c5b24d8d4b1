import { createPrivateKey, X509Certificate } from 'node:crypto';

/**
 * The identity in a certificate is a SPIFFE ID, the only URI of its subject alternative names. Host names are
 * ignored, so that a certificate is valid wherever the service runs.
 */

const SPIFFE_PREFIX = 'spiffe://cups/';
/** Issued certificates are valid from this long ago, because clocks differ. */
export const BACKDATE_MS = 3_600_000;

/** Returns the SPIFFE ID of a service. */
export const spiffeIdOf = (service: string): string => SPIFFE_PREFIX + service;

/**
 * Returns the service that a certificate names.
 * @param names its subject alternative names, as Node formats them
 * @returns undefined if it names no service of the platform or more than one
 */
export function parseServiceName(names: string | undefined): string | undefined {
  const uris = (names ?? '').split(', ').filter((name) => name.startsWith('URI:'));
  const [uri = ''] = uris;
  return uris.length === 1 ? /^URI:spiffe:\/\/cups\/([a-z-]{1,40})$/.exec(uri)?.[1] : undefined;
}

/** File names of a certificate folder, as in Kubernetes. */
export const TLS_FILES = ['tls.crt', 'tls.key', 'ca.crt'] as const;
export type TlsFileContents = Record<(typeof TLS_FILES)[number], string>;

/** A service certificate and the trusted authorities. */
export interface CertificateInfo {
  service: string | undefined;
  /** Expiry of the certificate. */
  expiresAt: Date;
  /** Expiry of its authority; undefined if that is not trusted. */
  authorityExpiresAt: Date | undefined;
  /** Number of trusted authorities. */
  authorityCount: number;
}

/** Parses certificates and their key. @throws Error, one sentence, if they are invalid or do not match */
export function readCertificateInfo(texts: TlsFileContents): CertificateInfo {
  const [own] = parseCertificates('tls.crt', texts['tls.crt']);
  const authorities = parseCertificates('ca.crt', texts['ca.crt']);
  if (!own!.checkPrivateKey(parsePrivateKey(texts['tls.key']))) throw new Error('tls.key is not the key of tls.crt.');
  const issuer = authorities.find((one) => own!.checkIssued(one) && own!.verify(one.publicKey));
  return {
    service: parseServiceName(own!.subjectAltName),
    expiresAt: own!.validToDate,
    authorityExpiresAt: issuer?.validToDate,
    authorityCount: authorities.length,
  };
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Parses at least one certificate of a PEM file. @param file its name in the error
 * @throws Error, one sentence
 */
export function parseCertificates(file: string, text: string): X509Certificate[] {
  const blocks = text.match(PEM_CERTIFICATE) ?? [];
  if (blocks.length === 0) throw new Error(`${file} holds no certificate.`);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw new Error(`${file} holds an invalid certificate.`);
  }
}

function parsePrivateKey(text: string) {
  try {
    return createPrivateKey(text);
  } catch {
    throw new Error('tls.key is not a private key.');
  }
}
