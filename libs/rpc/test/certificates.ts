import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueCertificate, createAuthority } from '../src/authority.ts';
import type { CertificateKeyPair } from '../src/authority.ts';

/** Creates a currently valid authority. */
export const newAuthority = (): Promise<CertificateKeyPair> => createAuthority({ now: Date.now(), days: 10 });

/** Issues a certificate that is valid, or expired this many days ago. */
export const newCertificate = (authority: CertificateKeyPair, service: string, days = 5): Promise<CertificateKeyPair> =>
  issueCertificate(authority, service, {
    now: Date.now() - (days < 0 ? 2 * 86_400_000 : 0),
    days: days < 0 ? 2 + days : days,
  });

/** Writes a certificate folder for `GRPC_TLS_DIR`, each file atomically. @returns the folder */
export function writeCertificates(
  dir: string,
  { certificate, key }: CertificateKeyPair,
  authorities: readonly CertificateKeyPair[],
): string {
  mkdirSync(dir, { recursive: true });
  const texts = {
    'tls.crt': certificate,
    'tls.key': key,
    'ca.crt': authorities.map((one) => one.certificate).join(''),
  };
  for (const [file, text] of Object.entries(texts)) {
    writeFileSync(join(dir, `${file}.new`), text, { mode: 0o600 });
    renameSync(join(dir, `${file}.new`), join(dir, file));
  }
  return dir;
}
