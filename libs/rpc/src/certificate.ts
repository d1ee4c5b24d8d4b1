import { createPrivateKey, X509Certificate } from 'node:crypto';

/**
 * What a certificate says of a service. Its name is a SPIFFE id, the only URI among its subject alternative names; host names count
 * for nothing, so that a certificate is good wherever the service runs.
 */

const SPIFFE_PREFIX = 'spiffe://cups/';
/** Certificates of our own authority begin this long before they are made: clocks differ. */
export const BACKDATE_MS = 3_600_000;

/** The name of a service in its certificate. */
export const spiffeIdOf = (service: string): string => SPIFFE_PREFIX + service;

/**
 * Whose a certificate is.
 * @param names its subject alternative names, as Node writes them
 * @returns undefined when it names nobody of this platform, or more than one
 */
export function parseServiceName(names: string | undefined): string | undefined {
  const uris = (names ?? '').split(', ').filter((name) => name.startsWith('URI:'));
  const [uri = ''] = uris;
  return uris.length === 1 ? /^URI:spiffe:\/\/cups\/([a-z-]{1,40})$/.exec(uri)?.[1] : undefined;
}

/** The files of a folder of certificates, named as Kubernetes names them. */
export const TLS_FILES = ['tls.crt', 'tls.key', 'ca.crt'] as const;
export type TlsFileContents = Record<(typeof TLS_FILES)[number], string>;

/** What such a folder says: a service's certificate, and which authorities count. */
export interface CertificateInfo {
  service: string | undefined;
  /** When the certificate is no longer good. */
  expiresAt: Date;
  /** The same of the authority that it is from; undefined when that authority is not among those that count. */
  authorityExpiresAt: Date | undefined;
  /** How many authorities count. */
  authorityCount: number;
}

/** Reads certificates with their key. @throws Error, one sentence, when they are none or do not belong together */
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

/** The certificates of a PEM file, at least one. @param file what a refusal calls it @throws Error, one sentence */
export function parseCertificates(file: string, text: string): X509Certificate[] {
  const blocks = text.match(PEM_CERTIFICATE) ?? [];
  if (blocks.length === 0) throw new Error(`${file} holds no certificate.`);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw new Error(`${file} holds what is no certificate.`);
  }
}

function parsePrivateKey(text: string) {
  try {
    return createPrivateKey(text);
  } catch {
    throw new Error('tls.key is no key.');
  }
}
