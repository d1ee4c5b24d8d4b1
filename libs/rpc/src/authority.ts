// Must precede the library that needs it.
import 'reflect-metadata';
import { KeyObject } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { BACKDATE_MS, spiffeIdOf } from './certificate.ts';

/** A certificate authority for environments without one: local use, tests, a small cluster. */

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

export interface CertificateKeyPair {
  certificate: string;
  key: string;
}

/** Start (ms since 1970) and duration in days. */
export interface ValidityPeriod {
  now: number;
  days: number;
}

/** Creates an authority for service certificates only. */
export async function createAuthority(validity: ValidityPeriod): Promise<CertificateKeyPair> {
  const keys = await generateKeyPair();
  const times = resolveValidity(validity);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...times,
    // Two authorities are trusted during a rotation, so their names must differ.
    name: `CN=cups services ${times.notBefore.toISOString()}`,
    keys,
    signingAlgorithm: P256,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return toPemPair(certificate, keys.privateKey);
}

/**
 * Issues a key and a certificate of a service, for client and server use.
 * @param hosts DNS names for standard clients, which verify the host; the platform only verifies the SPIFFE ID
 */
export async function issueCertificate(
  authority: CertificateKeyPair,
  service: string,
  validity: ValidityPeriod,
  hosts: readonly string[] = [],
): Promise<CertificateKeyPair> {
  const issuer = new X509Certificate(authority.certificate);
  const keys = await generateKeyPair();
  const certificate = await X509CertificateGenerator.create({
    ...resolveValidity(validity),
    subject: `CN=${service}`,
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await importSigningKey(authority.key),
    signingAlgorithm: P256,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'url', value: spiffeIdOf(service) },
        ...hosts.map((value) => ({ type: 'dns' as const, value })),
      ]),
      await AuthorityKeyIdentifierExtension.create(issuer),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return toPemPair(certificate, keys.privateKey);
}

/** Uses the global functions with inferred types: with a browser's type library these types differ from Node's. */
const generateKeyPair = () => crypto.subtle.generateKey(P256, true, ['sign', 'verify']);

const resolveValidity = ({ now, days }: ValidityPeriod) => ({
  notBefore: new Date(now - BACKDATE_MS),
  notAfter: new Date(now + days * DAY_MS),
});

const importSigningKey = (pem: string) =>
  crypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(pem), P256, false, ['sign']);

const toPemPair = (certificate: X509Certificate, key: Parameters<typeof KeyObject.from>[0]): CertificateKeyPair => ({
  certificate: `${certificate.toString('pem')}\n`,
  key: KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString(),
});
