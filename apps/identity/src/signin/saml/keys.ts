import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log, Metrics } from '@cups/contracts';
import { assertPrivateFile } from '@cups/contracts/node';
import { parseCertificates } from '@cups/rpc/certificate';

/** A private key with its certificate, both PEM. */
export interface KeyPair {
  key: string;
  certificate: string;
}

/** The service's key pairs: `current` signs, `next` is published in advance, and all of them decrypt. */
export interface KeyPairs {
  current: KeyPair;
  next: KeyPair | undefined;
  previous: KeyPair | undefined;
}

const POLL_INTERVAL_MS = 1000;

/**
 * Watches `<name>.key` and `<name>.crt` in a folder. If `current` becomes invalid, all loaded pairs stay in use.
 * An invalid or deleted `next` or `previous` is dropped.
 * @throws Error at start if `current` is invalid, or its key file is readable by others
 */
export function watchKeyPairs(dir: string, { log, now }: { log: Log; now: () => Date }): () => KeyPairs {
  let pairs = {
    current: readPair(dir, 'current'),
    next: tryReadPair(dir, 'next'),
    previous: tryReadPair(dir, 'previous'),
  };
  let lastCheck = now().getTime();
  return () => {
    if (Math.abs(now().getTime() - lastCheck) < POLL_INTERVAL_MS) return pairs;
    lastCheck = now().getTime();
    try {
      const current = readPair(dir, 'current');
      pairs = { current, next: tryReadPair(dir, 'next'), previous: tryReadPair(dir, 'previous') };
    } catch (error) {
      log.warn({ event: 'saml-keys-reload-failed', reason: (error as Error).message });
    }
    return pairs;
  };
}

function tryReadPair(dir: string, name: string): KeyPair | undefined {
  try {
    return readPair(dir, name);
  } catch {
    return undefined;
  }
}

function readPair(dir: string, name: string): KeyPair {
  const [keyFile, certificateFile] = [join(dir, `${name}.key`), join(dir, `${name}.crt`)];
  let pair: KeyPair;
  try {
    pair = { key: readFileSync(keyFile, 'utf8'), certificate: readFileSync(certificateFile, 'utf8') };
  } catch {
    throw new Error(`SAML_KEYS_DIR must name a folder with ${name}.key and ${name}.crt.`);
  }
  assertPrivateFile(keyFile, `The private key ${name} of SAML_KEYS_DIR`);
  if (!isMatchingPair(pair))
    throw new Error(`${name}.key and ${name}.crt of SAML_KEYS_DIR must be an RSA key and its certificate.`);
  return pair;
}

function isMatchingPair({ key, certificate }: KeyPair): boolean {
  try {
    const { publicKey } = new X509Certificate(certificate);
    return (
      publicKey.asymmetricKeyType === 'rsa' && new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
    );
  } catch {
    return false;
  }
}

/**
 * Watches the certificates of the identity provider; during a key change there are two.
 * If the file becomes invalid, the last valid certificates stay in use.
 * @param text PEM
 * @throws Error at start without a certificate
 */
export function watchCertificates(text: () => string, log: Log): () => X509Certificate[] {
  const read = (content: string) => parseCertificates('SAML_IDP_CERTIFICATES_FILE', content);
  let lastContent = text();
  let certificates = read(lastContent);
  return () => {
    const content = text();
    if (content === lastContent) return certificates;
    lastContent = content;
    try {
      certificates = read(content);
    } catch (error) {
      log.warn({ event: 'saml-certificates-reload-failed', reason: (error as Error).message });
    }
    return certificates;
  };
}

/** Registers the gauge of the expiry of both sides' certificates. */
export function registerCertificateGauge(
  metrics: Metrics,
  certificates: { ours: () => X509Certificate; theirs: () => X509Certificate[] },
): void {
  metrics.gauge(
    'cups_identity_saml_certificate_expiry_timestamp_seconds',
    'Expiry of the SAML certificate, in seconds since 1970; of several provider certificates the latest.',
    ['owner'],
    (gauge) => {
      const expiry = ({ validToDate }: X509Certificate): number => validToDate.getTime() / 1000;
      gauge.set({ owner: 'platform' }, expiry(certificates.ours()));
      gauge.set({ owner: 'provider' }, Math.max(...certificates.theirs().map(expiry)));
    },
  );
}
