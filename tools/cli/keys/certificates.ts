import type { X509Certificate } from 'node:crypto';
import type { CertificateKeyPair } from '@cups/rpc/authority';
import { BACKDATE_MS, parseCertificates, readCertificateInfo } from '@cups/rpc/certificate';
import type { TlsFileContents } from '@cups/rpc/certificate';
import { SIGNERS } from '../../platform/services.ts';
import type { KeyItem, KeyStore, TlsFile } from './key-store.ts';
import { formatDuration, PROPAGATION_MS } from './rotation.ts';
import type { RotationContext } from './rotation.ts';

/**
 * Service certificates, where no other authority issues them. The authority's `ca.crt` lists the trusted authorities, and each
 * service has a copy. The authority rotates in three steps: published, the next one is trusted but issues nothing; active, it
 * issues all certificates and the old one stays trusted; retired, the old one is no longer trusted.
 */

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
const CERTIFICATE_DAYS = 365;
/** `make` renews certificates that expire sooner. It runs on every release and every local start. */
const MIN_REMAINING_DAYS = 120;
/** Time until every process has a new certificate and has closed the connections of the old one. */
const CERTIFICATE_PROPAGATION_MS = 2 * PROPAGATION_MS;

/** Loaded on demand: loading takes time, and certificates mostly exist. */
const loadCertificateTools = () => import('@cups/rpc/authority');

/** The authority with its key, and all trusted certificates. */
interface TrustedAuthority extends CertificateKeyPair {
  counting: string;
}

/** Generates an authority if there is none. @returns a sentence for the log */
export async function generateAuthority(context: RotationContext): Promise<string> {
  if (await findAuthority(context.place)) return 'it exists';
  const made = await (await loadCertificateTools()).createAuthority({ now: context.now, days: AUTHORITY_DAYS });
  await writeAuthority(context.place, made, made.certificate);
  return `generated, valid for ${AUTHORITY_DAYS} days`;
}

/** Issues the certificate of a service if it is missing, from another authority, or expires soon. */
export async function ensureCertificate(context: RotationContext, service: string): Promise<string> {
  const authority = await requireAuthority(context.place);
  const found = await readTexts(context.place, service);
  if (!found || !isCertificateUsable(found, authority, service, context))
    return issueCertificate(context, authority, service);
  if (found['ca.crt'] !== authority.counting) await distributeAuthoritiesTo(context.place, service, authority.counting);
  return `its certificate exists, valid for ${daysLeft(ownCertificate(found), context.now)} days`;
}

/** Renews the certificate of a service; the previous one stays valid until it expires. */
export const renewCertificate = async (context: RotationContext, service: string): Promise<string> =>
  issueCertificate(context, await requireAuthority(context.place), service);

/** Describes the certificate of a service. */
export async function describeCertificate({ place, now }: RotationContext, service: string): Promise<string> {
  const found = await readTexts(place, service);
  if (!found) return 'no certificate';
  const days = daysLeft(ownCertificate(found), now);
  return days <= 0 ? 'its certificate has expired' : `its certificate is valid for ${days} days`;
}

/** Describes the authority. */
export async function describeAuthority({ place, now }: RotationContext): Promise<string> {
  const authority = await findAuthority(place);
  if (!authority) return 'there is none';
  const good = `valid for ${daysLeft(parseCertificate(authority.certificate), now)} days`;
  const next = await findNextAuthority(place);
  if (next) return `${good}; the next is published; ${describeActivation(next, now)}`;
  const old = parseCertificates('ca.crt', authority.counting).length - 1;
  return old > 0 ? `${good}; ${old} old to retire` : good;
}

/** Step 1: publishes the next authority as trusted. */
export async function publishNextAuthority({ place, now }: RotationContext): Promise<string> {
  const authority = await requireAuthority(place);
  const waiting = await findNextAuthority(place);
  const next = waiting ?? (await (await loadCertificateTools()).createAuthority({ now, days: AUTHORITY_DAYS }));
  if (!waiting)
    await place.writeTogether(entriesOf('next-authority', { 'tls.key': next.key, 'tls.crt': next.certificate }));
  if (!authority.counting.includes(next.certificate))
    await distributeAuthorities(place, authority.counting + next.certificate);
  return `the next one is published${waiting ? ' already' : ''}; ${describeActivation(next, now)}`;
}

/** Step 2: issues all certificates with it. @throws Error when it is not published, or not yet trusted everywhere */
export async function activateNextAuthority({ place, now, hurry }: RotationContext): Promise<string> {
  const next = await findNextAuthority(place);
  if (!next) throw new Error('There is no next authority: publish it first.');
  const wait = remainingWait(next, now);
  if (wait > 0 && !hurry) {
    throw new Error(
      `The next authority may not be trusted everywhere yet: activate in ${formatDuration(wait)}, or --now.`,
    );
  }
  const { counting } = await requireAuthority(place);
  await writeAuthority(place, next, counting);
  for (const file of ['tls.key', 'tls.crt'] as const) await place.remove({ kind: 'next-authority', file });
  for (const service of SIGNERS)
    await issueCertificate({ place, now, hurry }, Object.assign({ counting }, next), service);
  return `it issues all certificates; retire the old one in ${formatDuration(CERTIFICATE_PROPAGATION_MS)}`;
}

/** Step 3: withdraws the old authority. @throws Error while its certificates may still be in use */
export async function retireOldAuthority({ place, now, hurry }: RotationContext): Promise<string> {
  const authority = await requireAuthority(place);
  if (await findNextAuthority(place)) throw new Error('A next authority is published and not active: activate first.');
  if (parseCertificates('ca.crt', authority.counting).length === 1) return 'nothing to retire';
  let made = 0;
  for (const service of SIGNERS) {
    const found = await readTexts(place, service);
    if (!found || !isIssuedBy(authority, found)) {
      throw new Error(`The certificate of ${service} is not from the new authority: renew ${service} first.`);
    }
    made = Math.max(made, issueTime(ownCertificate(found)));
  }
  const wait = made + CERTIFICATE_PROPAGATION_MS - now;
  if (wait > 0 && !hurry) {
    throw new Error(
      `Certificates of the old authority may still be in use: retire in ${formatDuration(wait)}, or --now.`,
    );
  }
  await distributeAuthorities(place, authority.certificate);
  return 'the old one is no longer trusted';
}

async function issueCertificate(
  { place, now }: RotationContext,
  authority: TrustedAuthority,
  service: string,
): Promise<string> {
  const span = { now, days: CERTIFICATE_DAYS };
  const { certificate, key } = await (
    await loadCertificateTools()
  ).issueCertificate(authority, service, span, place.hosts(service));
  const texts: TlsFileContents = { 'tls.key': key, 'tls.crt': certificate, 'ca.crt': authority.counting };
  await place.writeTogether(filesOf(texts).map(([file, text]) => [{ kind: 'tls', service, file }, text]));
  return `a certificate was issued, valid for ${CERTIFICATE_DAYS} days`;
}

function isCertificateUsable(
  found: TlsFileContents,
  authority: TrustedAuthority,
  service: string,
  { place, now }: RotationContext,
): boolean {
  try {
    const certified = readCertificateInfo(found);
    const named = (ownCertificate(found).subjectAltName ?? '').split(', ');
    const isNamed = place.hosts(service).every((host) => named.includes(`DNS:${host}`));
    const lasts = isIssuedBy(authority, found) && daysLeft(ownCertificate(found), now) >= MIN_REMAINING_DAYS;
    return certified.service === service && isNamed && lasts;
  } catch {
    // An unreadable certificate is replaced.
    return false;
  }
}

const isIssuedBy = (authority: TrustedAuthority, found: TlsFileContents): boolean =>
  ownCertificate(found).verify(parseCertificate(authority.certificate).publicKey);

/** Writes the trusted authorities to their source, then to each service with a certificate. */
async function distributeAuthorities(place: KeyStore, counting: string): Promise<void> {
  await place.write({ kind: 'authority', file: 'ca.crt' }, counting);
  for (const service of SIGNERS)
    if (await readTexts(place, service)) await distributeAuthoritiesTo(place, service, counting);
}

const distributeAuthoritiesTo = (place: KeyStore, service: string, counting: string): Promise<void> =>
  place.write({ kind: 'tls', service, file: 'ca.crt' }, counting);

const writeAuthority = (place: KeyStore, { key, certificate }: CertificateKeyPair, counting: string): Promise<void> =>
  place.writeTogether(entriesOf('authority', { 'tls.key': key, 'tls.crt': certificate, 'ca.crt': counting }));

const entriesOf = (kind: 'authority' | 'next-authority', texts: Partial<TlsFileContents>): [KeyItem, string][] =>
  filesOf(texts).map(([file, text]) => [{ kind, file }, text]);

const filesOf = (texts: Partial<TlsFileContents>) => Object.entries(texts) as [TlsFile, string][];

async function requireAuthority(place: KeyStore): Promise<TrustedAuthority> {
  const found = await findAuthority(place);
  if (!found) throw new Error('The authority is missing: make it first.');
  return found;
}

async function findAuthority(place: KeyStore): Promise<TrustedAuthority | undefined> {
  const pair = await readPair(place, 'authority');
  const counting = await place.read({ kind: 'authority', file: 'ca.crt' });
  return pair && counting ? Object.assign(pair, { counting }) : undefined;
}

const findNextAuthority = (place: KeyStore): Promise<CertificateKeyPair | undefined> =>
  readPair(place, 'next-authority');

async function readPair(
  place: KeyStore,
  kind: 'authority' | 'next-authority',
): Promise<CertificateKeyPair | undefined> {
  const certificate = await place.read({ kind, file: 'tls.crt' });
  const key = await place.read({ kind, file: 'tls.key' });
  return certificate && key ? { certificate, key } : undefined;
}

async function readTexts(place: KeyStore, service: string): Promise<TlsFileContents | undefined> {
  const read = (file: TlsFile) => place.read({ kind: 'tls', service, file });
  const [crt, key, ca] = [await read('tls.crt'), await read('tls.key'), await read('ca.crt')];
  return crt && key && ca ? { 'tls.crt': crt, 'tls.key': key, 'ca.crt': ca } : undefined;
}

const parseCertificate = (text: string): X509Certificate => parseCertificates('tls.crt', text)[0]!;
const ownCertificate = (found: TlsFileContents): X509Certificate => parseCertificate(found['tls.crt']);
const daysLeft = (certificate: X509Certificate, now: number): number =>
  Math.ceil((certificate.validToDate.getTime() - now) / DAY_MS);
const issueTime = (certificate: X509Certificate): number => certificate.validFromDate.getTime() + BACKDATE_MS;
const remainingWait = (next: CertificateKeyPair, now: number): number =>
  issueTime(parseCertificate(next.certificate)) + PROPAGATION_MS - now;
const describeActivation = (next: CertificateKeyPair, now: number): string => {
  const wait = remainingWait(next, now);
  return wait > 0 ? `activate in ${formatDuration(wait)}` : 'activate now';
};
