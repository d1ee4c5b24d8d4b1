// Must come before the library that needs it.
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

/** An authority of certificates of our own, for where no other one makes them: the local default, tests, a small cluster. */

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** A certificate and its private key, both PEM. */
export interface CertificateKeyPair {
  certificate: string;
  key: string;
}

/** A span of time: from when on (ms since 1970), and for how many days. */
export interface ValidityPeriod {
  now: number;
  days: number;
}

/** Makes an authority that may certify services and no further authority. */
export async function createAuthority(validity: ValidityPeriod): Promise<CertificateKeyPair> {
  const keys = await generateKeyPair();
  const times = resolveValidity(validity);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...times,
    // Two authorities count while one follows the other: they must not have one name.
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
 * Makes a key and a certificate for a service, good for calling and for being called.
 * @param hosts DNS names for stock clients, which verify the host that they call; the platform verifies the SPIFFE ID alone
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

/** The global functions, and their types as they are given: a program with a browser's types has others of these names than Node. */
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
