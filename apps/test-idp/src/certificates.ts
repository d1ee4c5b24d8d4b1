// First, because the certificate library requires it.
import 'reflect-metadata';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';

/** A private key with its certificate, both PEM. */
export interface KeyPair {
  key: string;
  certificate: string;
}

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const;

/** Generates an RSA key with a self-signed certificate that is valid for ten years. */
export async function generateKeyPair(name: string): Promise<KeyPair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const [notBefore, notAfter] = [new Date(Date.now() - 60_000), new Date(Date.now() + 10 * 365 * 86_400_000)];
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    notBefore,
    notAfter,
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { key, certificate: certificate.toString('pem') };
}

/** Returns the key pair in `<dir>/<name>.key` and `.crt`. Generates it if a file is missing. */
export async function ensureKeyPair(dir: string, name: string): Promise<KeyPair> {
  const [keyFile, certificateFile] = [join(dir, `${name}.key`), join(dir, `${name}.crt`)];
  if (!existsSync(keyFile) || !existsSync(certificateFile)) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const { key, certificate } = await generateKeyPair(name);
    writeFileSync(keyFile, key, { mode: 0o600 });
    chmodSync(keyFile, 0o600);
    writeFileSync(certificateFile, certificate);
  }
  return { key: readFileSync(keyFile, 'utf8'), certificate: readFileSync(certificateFile, 'utf8') };
}
