import type { X509Certificate } from 'node:crypto';
import type { Pair } from '@cups/rpc/authority';
import { BACKDATED_MS, certificatesIn, readCertified } from '@cups/rpc/certificate';
import type { TlsTexts } from '@cups/rpc/certificate';
import { SIGNERS } from '../services.ts';
import type { Item, KeyPlace, TlsFile } from './place.ts';
import { inWords, SPREAD_MS } from './rotation.ts';
import type { Steps } from './rotation.ts';

/**
 * Certificates of services, where no other authority makes them. `ca.crt` of the authority is the list of authorities that count; each
 * service has a copy of it. An authority is followed by another in the same three steps as a key: announced, it counts and certifies
 * nobody yet; switched to, it certifies all services, and the old one still counts; retired, the old one counts no longer.
 */

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
const CERTIFICATE_DAYS = 365;
/** With less left `make` renews a certificate: every release, and every start of the local default, is an occasion. */
const RENEW_DAYS = 120;
/** Until a certificate that was made has reached every process, and every connection under the one before is closed. */
const SETTLED_MS = 2 * SPREAD_MS;

/** Only here: what makes certificates takes a moment to load, and mostly they are there. */
const makers = () => import('@cups/rpc/authority');

/** The authority with its key, and the certificates of all that count. */
interface Authority extends Pair {
  counting: string;
}

/** Makes an authority when there is none. @returns what was made, in words */
export async function makeAuthority(steps: Steps): Promise<string> {
  if (await findAuthority(steps.place)) return 'it is there';
  const made = await (await makers()).makeAuthority({ now: steps.now, days: AUTHORITY_DAYS });
  await writeAuthority(steps.place, made, made.certificate);
  return `made, good for ${AUTHORITY_DAYS} days`;
}

/** Makes the certificate of a service when it is missing, of another authority, or soon at its end. */
export async function makeCertificate(steps: Steps, service: string): Promise<string> {
  const authority = await authorityOf(steps.place);
  const found = await readTexts(steps.place, service);
  if (!found || !isGood(found, authority, service, steps)) return issue(steps, authority, service);
  if (found['ca.crt'] !== authority.counting) await spreadTo(steps.place, service, authority.counting);
  return `its certificate is there, good for ${daysLeft(ownIn(found), steps.now)} days`;
}

/** Makes the certificate of a service anew; the one before stays good until its end. */
export const renew = async (steps: Steps, service: string): Promise<string> =>
  issue(steps, await authorityOf(steps.place), service);

/** Where the certificate of a service stands, in words. */
export async function showCertificate({ place, now }: Steps, service: string): Promise<string> {
  const found = await readTexts(place, service);
  if (!found) return 'no certificate';
  const days = daysLeft(ownIn(found), now);
  return days <= 0 ? 'its certificate has ended' : `its certificate is good for ${days} days`;
}

/** Where the authority stands, in words. */
export async function showAuthority({ place, now }: Steps): Promise<string> {
  const authority = await findAuthority(place);
  if (!authority) return 'there is none';
  const good = `good for ${daysLeft(one(authority.certificate), now)} days`;
  const next = await findNext(place);
  if (next) return `${good}; the next is announced; ${whenToSwitch(next, now)}`;
  const old = certificatesIn('ca.crt', authority.counting).length - 1;
  return old > 0 ? `${good}; ${old} old to retire` : good;
}

/** Step 1: the next authority counts everywhere. */
export async function announceAuthority({ place, now }: Steps): Promise<string> {
  const authority = await authorityOf(place);
  const waiting = await findNext(place);
  const next = waiting ?? (await (await makers()).makeAuthority({ now, days: AUTHORITY_DAYS }));
  if (!waiting)
    await place.writeTogether(entriesOf('next-authority', { 'tls.key': next.key, 'tls.crt': next.certificate }));
  if (!authority.counting.includes(next.certificate)) await spread(place, authority.counting + next.certificate);
  return `the next one is announced${waiting ? ' already' : ''}; ${whenToSwitch(next, now)}`;
}

/** Step 2: it certifies all services. @throws Error when it is not announced, or not yet known everywhere */
export async function switchAuthority({ place, now, hurry }: Steps): Promise<string> {
  const next = await findNext(place);
  if (!next) throw new Error('There is no next authority: announce it first.');
  const wait = waitFor(next, now);
  if (wait > 0 && !hurry) {
    throw new Error(`The next authority may not count everywhere yet: switch in ${inWords(wait)}, or --now.`);
  }
  const { counting } = await authorityOf(place);
  await writeAuthority(place, next, counting);
  for (const file of ['tls.key', 'tls.crt'] as const) await place.remove({ kind: 'next-authority', file });
  for (const service of SIGNERS) await issue({ place, now, hurry }, Object.assign({ counting }, next), service);
  return `it certifies all services; retire the old one in ${inWords(SETTLED_MS)}`;
}

/** Step 3: the old authority counts no longer. @throws Error while what it certified may still be in use */
export async function retireAuthority({ place, now, hurry }: Steps): Promise<string> {
  const authority = await authorityOf(place);
  if (await findNext(place)) throw new Error('There is a next authority that certifies nobody yet: switch first.');
  if (certificatesIn('ca.crt', authority.counting).length === 1) return 'there is nothing to retire';
  let made = 0;
  for (const service of SIGNERS) {
    const found = await readTexts(place, service);
    if (!found || !isFrom(authority, found)) {
      throw new Error(`The certificate of ${service} is not from the new authority: renew ${service} first.`);
    }
    made = Math.max(made, madeAt(ownIn(found)));
  }
  const wait = made + SETTLED_MS - now;
  if (wait > 0 && !hurry) {
    throw new Error(`Certificates of the old authority may still be in use: retire in ${inWords(wait)}, or --now.`);
  }
  await spread(place, authority.certificate);
  return 'the old one counts no longer';
}

async function issue({ place, now }: Steps, authority: Authority, service: string): Promise<string> {
  const span = { now, days: CERTIFICATE_DAYS };
  const { certificate, key } = await (await makers()).certify(authority, service, span, place.hosts(service));
  const texts: TlsTexts = { 'tls.key': key, 'tls.crt': certificate, 'ca.crt': authority.counting };
  await place.writeTogether(filesOf(texts).map(([file, text]) => [{ kind: 'tls', service, file }, text]));
  return `a certificate was made, good for ${CERTIFICATE_DAYS} days`;
}

function isGood(found: TlsTexts, authority: Authority, service: string, { place, now }: Steps): boolean {
  try {
    const certified = readCertified(found);
    const named = (ownIn(found).subjectAltName ?? '').split(', ');
    const isNamed = place.hosts(service).every((host) => named.includes(`DNS:${host}`));
    const lasts = isFrom(authority, found) && daysLeft(ownIn(found), now) >= RENEW_DAYS;
    return certified.service === service && isNamed && lasts;
  } catch {
    // What cannot be read is made anew.
    return false;
  }
}

const isFrom = (authority: Authority, found: TlsTexts): boolean =>
  ownIn(found).verify(one(authority.certificate).publicKey);

/** Writes which authorities count, first where it is kept, then for each service that has a certificate. */
async function spread(place: KeyPlace, counting: string): Promise<void> {
  await place.write({ kind: 'authority', file: 'ca.crt' }, counting);
  for (const service of SIGNERS) if (await readTexts(place, service)) await spreadTo(place, service, counting);
}

const spreadTo = (place: KeyPlace, service: string, counting: string): Promise<void> =>
  place.write({ kind: 'tls', service, file: 'ca.crt' }, counting);

const writeAuthority = (place: KeyPlace, { key, certificate }: Pair, counting: string): Promise<void> =>
  place.writeTogether(entriesOf('authority', { 'tls.key': key, 'tls.crt': certificate, 'ca.crt': counting }));

const entriesOf = (kind: 'authority' | 'next-authority', texts: Partial<TlsTexts>): [Item, string][] =>
  filesOf(texts).map(([file, text]) => [{ kind, file }, text]);

const filesOf = (texts: Partial<TlsTexts>) => Object.entries(texts) as [TlsFile, string][];

async function authorityOf(place: KeyPlace): Promise<Authority> {
  const found = await findAuthority(place);
  if (!found) throw new Error('There is no authority: make it first.');
  return found;
}

async function findAuthority(place: KeyPlace): Promise<Authority | undefined> {
  const pair = await readPair(place, 'authority');
  const counting = await place.read({ kind: 'authority', file: 'ca.crt' });
  return pair && counting ? Object.assign(pair, { counting }) : undefined;
}

const findNext = (place: KeyPlace): Promise<Pair | undefined> => readPair(place, 'next-authority');

async function readPair(place: KeyPlace, kind: 'authority' | 'next-authority'): Promise<Pair | undefined> {
  const certificate = await place.read({ kind, file: 'tls.crt' });
  const key = await place.read({ kind, file: 'tls.key' });
  return certificate && key ? { certificate, key } : undefined;
}

async function readTexts(place: KeyPlace, service: string): Promise<TlsTexts | undefined> {
  const read = (file: TlsFile) => place.read({ kind: 'tls', service, file });
  const [crt, key, ca] = [await read('tls.crt'), await read('tls.key'), await read('ca.crt')];
  return crt && key && ca ? { 'tls.crt': crt, 'tls.key': key, 'ca.crt': ca } : undefined;
}

const one = (text: string): X509Certificate => certificatesIn('tls.crt', text)[0]!;
const ownIn = (found: TlsTexts): X509Certificate => one(found['tls.crt']);
const daysLeft = (certificate: X509Certificate, now: number): number =>
  Math.ceil((certificate.validToDate.getTime() - now) / DAY_MS);
const madeAt = (certificate: X509Certificate): number => certificate.validFromDate.getTime() + BACKDATED_MS;
const waitFor = (next: Pair, now: number): number => madeAt(one(next.certificate)) + SPREAD_MS - now;
const whenToSwitch = (next: Pair, now: number): string => {
  const wait = waitFor(next, now);
  return wait > 0 ? `switch in ${inWords(wait)}` : 'switch now';
};
