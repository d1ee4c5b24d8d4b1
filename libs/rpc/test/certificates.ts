import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueCertificate, createAuthority } from '../src/authority.ts';
import type { CertificateKeyPair } from '../src/authority.ts';

/** An authority that is good now. */
export const newAuthority = (): Promise<CertificateKeyPair> => createAuthority({ now: Date.now(), days: 10 });

/** A certificate that is good now, or ended so many days ago. */
export const newCertificate = (authority: CertificateKeyPair, service: string, days = 5): Promise<CertificateKeyPair> =>
  issueCertificate(authority, service, {
    now: Date.now() - (days < 0 ? 2 * 86_400_000 : 0),
    days: days < 0 ? 2 + days : days,
  });

/** Writes a folder as `GRPC_TLS_DIR` names it, each file whole. @returns the folder */
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
