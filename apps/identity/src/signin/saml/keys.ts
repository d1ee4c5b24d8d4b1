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

/** Ours: `current` signs; `next` is published beside it before it is used; all of them decrypt, the one before them as well. */
export interface KeyPairs {
  current: KeyPair;
  next: KeyPair | undefined;
  previous: KeyPair | undefined;
}

const POLL_INTERVAL_MS = 1000;
const DAY_MS = 86_400_000;

/**
 * Follows `<name>.key` and `<name>.crt` of a folder. A pair that changes into one that cannot be used keeps counting as it was; of
 * `next` and `previous` one that goes is gone.
 * @throws Error, one sentence, at once when `current` cannot be used or lies open
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
      log.warn({ event: 'saml-keys-bad', reason: (error as Error).message });
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
 * Follows the certificates of an identity provider, two of them while it changes its key. A text that holds none leaves the last
 * ones that did.
 * @param text PEM
 * @throws Error, one sentence, at once when there is none
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
      log.warn({ event: 'saml-certificates-bad', reason: (error as Error).message });
    }
    return certificates;
  };
}

/** Shows how long the certificates of both sides last yet. */
export function registerCertificateGauge(
  metrics: Metrics,
  of: { ours: () => X509Certificate; theirs: () => X509Certificate[] },
  now: () => Date,
): void {
  metrics.gauge(
    'cups_identity_saml_certificate_days',
    'Days that the certificate lasts yet; of several of the provider, the last.',
    ['whose'],
    (gauge) => {
      const days = ({ validToDate }: X509Certificate): number => (validToDate.getTime() - now().getTime()) / DAY_MS;
      gauge.set({ whose: 'ours' }, days(of.ours()));
      gauge.set({ whose: 'provider' }, Math.max(...of.theirs().map(days)));
    },
  );
}
