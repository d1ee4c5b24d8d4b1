import type { Content } from '@cups/application';
import type { Desk } from './desk.ts';

/** Mandates of synthetic people, over the public REST API. */

export type MandateKind = NonNullable<Content['mandate']>['kind'];

/** The parts of an application that a mandate for it depends on. */
interface MandateSubject {
  /** Code of the public service. */
  publicService: string;
  applicant: MandatePerson;
  represented?: MandatePerson;
  mandate: { kind: string; reference?: string };
}

interface MandatePerson {
  idnp?: string;
  givenName?: string;
  familyName?: string;
  language?: string;
}

/** What an application names. */
export interface NamedMandate {
  kind: string;
  name: string;
  reference?: string;
}

/** Grounds, as mandates name them, by the kinds that applications name. */
export const GROUND_BY_KIND: Readonly<Record<MandateKind, string>> = {
  'own-presence': 'present-and-signing',
  mpower: 'mpower',
  notarial: 'notarial',
  kinship: 'kinship',
  guardianship: 'guardianship',
};

/** Returns the body of a request for a mandate of 365 days that covers this application, and later ones like it. */
export function toMandateRequest({ publicService, applicant, represented, mandate }: MandateSubject): object {
  const { kind, reference } = mandate;
  return {
    person: toPerson(represented ?? applicant),
    ...(represented ? { representative: toPerson(applicant) } : {}),
    scope: { publicServices: [`publicServices/${publicService}`] },
    term: 'days-365',
    ground: { kind: GROUND_BY_KIND[kind as MandateKind], ...(reference ? { reference } : {}) },
    language: applicant.language ?? 'ro',
  };
}

/** Returns what an application says about its mandate. */
export const toNamedMandate = ({ mandate: { kind, reference } }: MandateSubject, name: string): NamedMandate => ({
  kind,
  name,
  ...(reference ? { reference } : {}),
});

/**
 * Records a mandate for 365 days that covers this application and later ones of the person for the public service.
 * @throws ApiError when the platform refuses
 */
export async function grantMandate(desk: Desk, subject: MandateSubject): Promise<NamedMandate> {
  const { body } = await desk.call<{ name: string }>('POST', '/mandates', { body: toMandateRequest(subject) });
  return toNamedMandate(subject, body.name);
}

/** Returns the content of an application with a new mandate for it. @throws ApiError when the platform refuses */
export async function withMandate<T extends MandateSubject>(
  desk: Desk,
  content: T,
): Promise<Omit<T, 'mandate'> & { mandate: NamedMandate }> {
  return { ...content, mandate: await grantMandate(desk, content) };
}

/**
 * Stores a valid power in the simulator of MPower.
 * @param url of the simulator, before `/powers`
 * @param code of the power
 */
export async function storePower(url: string, code: string, { applicant, represented }: MandateSubject): Promise<void> {
  const response = await fetch(`${url}/powers/${code}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ authorizingIdn: represented?.idnp, authorizedIdn: applicant.idnp }),
  });
  if (!response.ok) throw new Error(`The simulator of MPower returns ${response.status}.`);
}

const toPerson = ({ idnp, givenName, familyName }: MandatePerson) => ({ idnp, givenName, familyName });

/** Revokes a mandate as a whole, as the person asks at the desk. */
export async function revokeMandate(desk: Desk, { name }: Pick<NamedMandate, 'name'>): Promise<void> {
  await desk.call('POST', `/${name}/revoke`, { body: {} });
}
