import { createHash } from 'node:crypto';
import { MANDATE_TEXT_VERSION, toCivilDate } from '@cups/application';
import type { Theme } from '@cups/application';
import { renderMandateText } from '@cups/application/mandate-text';
import type { MandateTextFacts, NamedPerson } from '@cups/application/mandate-text';
import { occurTimeOf } from '@cups/contracts';
import type { DeskTime } from '@cups/contracts';
import { newUlid } from '@cups/contracts/node';
import { Problem, violation } from '@cups/problem';
import type { Cause } from '@cups/store';
import { expiryOf, lastDayOf, nextTimer } from '../domain/mandate.ts';
import type { MandateFields } from '../domain/mandate.ts';
import type { MPowerRegistry } from '../mpower/registry.ts';
import type { PersonNumbers } from '../person-numbers.ts';
import { newOwnCode } from './codes.ts';
import { sealDetails } from './details.ts';
import type { MandateDetails, MandatePerson } from './details.ts';
import { toEvents } from './events.ts';
import type { NewMandate } from './requests.ts';
import { hashCode } from './store.ts';
import type { MandateDocuments, StoredMandate } from './store.ts';

/** Who records the mandate, where and when. */
export interface GrantContext {
  /** centres/{code} */
  centre: string;
  centreName: string;
  training: boolean;
  /** operators/{id} */
  operator: string;
  cause: Cause & Required<Pick<Cause, 'request'>>;
  /** Set if the person granted it without a line. */
  deskTime?: DeskTime | undefined;
  now: Date;
}

export interface GrantDeps {
  mandates: MandateDocuments;
  persons: PersonNumbers;
  mpower: MPowerRegistry;
}

/**
 * Records a mandate, and returns its own code, which is stored as a hash only. A repeat has no code: a printout issues one.
 * A power in MPower is checked before; a repeat of the request is not checked again.
 * @throws Problem POWER_NOT_VALID, POWER_INACTIVE, REGISTER_UNAVAILABLE, REQUEST_ID_REUSED, ALREADY_EXISTS; INVALID_ARGUMENT
 * if another text was shown
 */
export async function grantMandate(
  request: NewMandate,
  context: GrantContext,
  { mandates, persons, mpower }: GrantDeps,
): Promise<{ document: StoredMandate; replayed: boolean; code?: string }> {
  const { centre, cause, now } = context;
  const scope = { centre };
  // Details are sealed under a key for each mandate before they are stored, so a taken ID must not reach the sealing.
  const earlier = await mandates.findByCreateRequest(cause.request, { scope, id: request.id });
  if (earlier) return { document: earlier, replayed: true };
  const power = request.ground === 'mpower' ? await checkPower(request, mpower, now) : undefined;
  const { fields, details } = prepare(request, context, power);
  const person = await sealDetails(persons, fields._id, details);
  const code = newOwnCode();
  const draft = { ...fields, person, codeHash: hashCode(code) };
  const created = await mandates.create(draft, { scope, cause, now, events: toEvents(fields, 'granted') });
  return created.replayed ? created : { ...created, code };
}

/** @throws Problem POWER_NOT_VALID, POWER_INACTIVE, REGISTER_UNAVAILABLE */
async function checkPower(
  { reference, person, representative }: NewMandate,
  mpower: MPowerRegistry,
  now: Date,
): Promise<NonNullable<MandateDetails['mpower']>> {
  if (representative && !representative.idnp) throw powerNotValid('The representative has no IDNP.');
  const found = await mpower.check(reference, person.idnp!, representative?.idnp);
  if (!found) throw powerNotValid('MPower has no such power between these people.');
  if (found.state !== 'Valid' || (found.endTime !== undefined && new Date(found.endTime) <= now))
    throw new Problem({ reason: 'POWER_INACTIVE', message: 'MPower has the power, but it is not in force.' });
  return { ...found, checkTime: now.toISOString() };
}

const powerNotValid = (message: string): Problem => new Problem({ reason: 'POWER_NOT_VALID', message });

const earliest = (time: Date, other: string | undefined): Date =>
  other !== undefined && new Date(other) < time ? new Date(other) : time;

/** Returns the plain fields and the details to seal. @throws Problem INVALID_ARGUMENT if another text was shown */
function prepare(
  request: NewMandate,
  { centre, centreName, training, operator, deskTime, now }: GrantContext,
  mpower: MandateDetails['mpower'],
): { fields: MandateFields & { timer: NonNullable<MandateFields['timer']> }; details: MandateDetails } {
  const { ground, scope, term, language, person, reference, titles } = request;
  const grantTime = deskTime ? occurTimeOf(deskTime, now) : now;
  const termEnd = expiryOf(grantTime, term);
  // A mandate does not outlive the power behind it. The shown text has the term, because the desk did not know the power.
  const expireTime = earliest(termEnd, mpower?.endTime);
  const facts = toTextFacts(request, { centreName, grantTime, expireTime: termEnd });
  const text = renderMandateText(facts, language);
  const sha256 = sha256Of(text);
  assertShownText(request.textSha256, sha256);
  const details: MandateDetails = {
    person,
    reference,
    titles,
    text,
    romanianText: language === 'ro' ? text : renderMandateText(facts, 'ro'),
  };
  if (request.representative) details.representative = request.representative;
  if (request.date) details.date = request.date;
  if (request.notary) details.notary = request.notary;
  if (mpower) details.mpower = mpower;
  return {
    fields: {
      _id: request.id ?? newUlid(now),
      centre,
      training,
      ground,
      scope,
      term,
      ...(request.application && { application: request.application }),
      grantTime,
      expireTime,
      ...(deskTime && { deskTime }),
      grantedBy: operator,
      text: { version: MANDATE_TEXT_VERSION, language, sha256 },
      state: 'active',
      revocations: [],
      timer: nextTimer(expireTime, now),
    },
    details,
  };
}

function toTextFacts(
  { person, representative, scope, titles, term, ground, reference }: NewMandate,
  { centreName, grantTime, expireTime }: { centreName: string; grantTime: Date; expireTime: Date },
): MandateTextFacts {
  return {
    person: toNamed(person),
    representative: representative && toNamed(representative),
    centreName,
    services: scope.publicServices.map((code) => titles[code] ?? { ro: code, ru: code, en: code }),
    themes: scope.themes as Theme[],
    term,
    ground,
    reference,
    grantDate: toCivilDate(grantTime),
    expireDate: lastDayOf(expireTime),
  };
}

function toNamed({ idnp, foreignDocument, givenName, familyName }: MandatePerson): NamedPerson {
  const number = idnp ? `IDNP ${idnp}` : `${foreignDocument!.country} ${foreignDocument!.number}`;
  return { givenName, familyName, number };
}

const sha256Of = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** @throws Problem INVALID_ARGUMENT */
function assertShownText(shown: string, stored: string): void {
  if (shown === '' || shown === stored) return;
  const violations = [violation('/textSha256', 'CONTRADICTION', { other: '/language' })];
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'Another text was shown to the person.', violations });
}

/** Returns a request without personal data, to recognise its repeats: what is personal becomes a keyed hash. */
export function toFingerprintContent(request: NewMandate, persons: PersonNumbers): object {
  const { person, representative, reference, notary, textSha256, ...rest } = request;
  const personal = JSON.stringify([person, representative, reference, notary, textSha256]);
  return { ...rest, personal: persons.hash(personal) };
}
