import { personKeyOf } from '@cups/application';
import type { Content, Language, MandateGround, MandateTerm, Person } from '@cups/application';
import type { MandateScope, PublicService, StoredMandate } from '../../api/types.ts';

/** The mandate that one application needs: for whom, on what ground, and what covers it. */

export type MandateKind = NonNullable<Content['mandate']>['kind'];
export type MandatePerson = StoredMandate['person'];

export interface MandateSubject {
  /** ID of the application. */
  application: string;
  service: PublicService;
  /** The person whose affairs they are. */
  person: MandatePerson;
  /** Who is present instead. */
  representative?: MandatePerson;
  kind: MandateKind;
  reference?: string | undefined;
  /** yyyy-MM-dd */
  date?: string | undefined;
  notary?: string | undefined;
  /** Language of the text. */
  language: Language;
  training: boolean;
}

/** What the person chooses. */
export interface MandateChoice {
  term: MandateTerm;
  scope: 'service' | 'services' | 'themes';
  /** Further publicServices/{code}, for `services`. */
  services: readonly string[];
  /** Codes, for `themes`. */
  themes: readonly string[];
}

/** The least that covers the application. */
export const SMALLEST_CHOICE: MandateChoice = { term: 'this-application', scope: 'service', services: [], themes: [] };

/** Body of `POST /mandates`. */
export interface NewMandate {
  person: MandatePerson;
  representative?: MandatePerson;
  scope: MandateScope;
  term: MandateTerm;
  application?: string;
  ground: { kind: MandateGround; reference?: string; date?: string; notary?: string };
  language: Language;
  textSha256?: string;
}

const GROUND_BY_KIND: Readonly<Record<MandateKind, MandateGround>> = {
  'own-presence': 'present-and-signing',
  mpower: 'mpower',
  notarial: 'notarial',
  kinship: 'kinship',
  guardianship: 'guardianship',
};

interface SubjectContext {
  application: string;
  service: PublicService | undefined;
  training: boolean;
  notary?: string | undefined;
}

/** Returns the subject of an application, or undefined while people or ground are incomplete. */
export function toMandateSubject(
  { applicant, represented, mandate }: Pick<Content, 'applicant' | 'represented' | 'mandate'>,
  { application, service, training, notary }: SubjectContext,
): MandateSubject | undefined {
  const present = toMandatePerson(applicant);
  const other = represented && toMandatePerson(represented);
  const isComplete = mandate && (mandate.kind === 'own-presence' ? !represented : mandate.reference);
  if (!service || !present || !isComplete || (represented && !other)) return undefined;
  const { kind, reference, date } = mandate;
  const language = applicant?.language ?? 'ro';
  const people = other ? { person: other, representative: present } : { person: present };
  return { application, service, ...people, kind, reference, date, notary, language, training };
}

function toMandatePerson(person: Person | undefined): MandatePerson | undefined {
  const { idnp, foreignDocument, givenName, familyName } = person ?? {};
  if (!givenName || !familyName) return undefined;
  if (idnp) return { idnp, givenName, familyName };
  if (!foreignDocument?.country || !foreignDocument.number) return undefined;
  const { country, number } = foreignDocument;
  return { foreignDocument: { country, number }, givenName, familyName };
}

/** Returns the scope of a choice; it always covers the application. */
export function scopeOf({ term, scope, services, themes }: MandateChoice, { service }: MandateSubject): MandateScope {
  const own = service.name;
  if (term === 'this-application' || scope === 'service') return { publicServices: [own] };
  if (scope === 'services') return { publicServices: [own, ...services.filter((name) => name !== own)] };
  const theme = service.version?.theme;
  const isCovered = theme !== undefined && themes.includes(theme);
  return { publicServices: isCovered ? [] : [own], themes: [...themes] };
}

/** Returns the request for a mandate, without the hash of its text. */
export function toNewMandate(subject: MandateSubject, choice: MandateChoice): NewMandate {
  const { person, representative, kind, reference, date, notary, language, application } = subject;
  const { term } = choice;
  const isPresent = kind === 'own-presence';
  return {
    person,
    ...(representative && { representative }),
    scope: scopeOf(choice, subject),
    term,
    ...(term === 'this-application' && { application: `applications/${application}` }),
    ground: {
      kind: GROUND_BY_KIND[kind],
      ...(!isPresent && reference && { reference }),
      ...(!isPresent && date && { date }),
      ...(kind === 'notarial' && notary && { notary }),
    },
    language,
  };
}

/** Whether a mandate covers an application now, as intake checks it. */
export function coversSubject(mandate: StoredMandate, subject: MandateSubject): boolean {
  const { person, representative, kind, application, training, service } = subject;
  return (
    mandate.state === 'active' &&
    mandate.training === training &&
    mandate.ground.kind === GROUND_BY_KIND[kind] &&
    (mandate.application === undefined || mandate.application === `applications/${application}`) &&
    isSamePerson(mandate.person, person) &&
    (!representative || isSamePerson(mandate.representative, representative)) &&
    coversService(mandate, service)
  );
}

/** A service that was revoked by name is not covered by its theme either. */
function coversService({ remainingScope, revocations }: StoredMandate, { name, version }: PublicService): boolean {
  const { publicServices = [], themes = [] } = remainingScope;
  const isRevoked = revocations.some(({ scope }) => scope.publicServices?.includes(name));
  return publicServices.includes(name) || (!isRevoked && themes.includes(version?.theme ?? ''));
}

const isSamePerson = (one: MandatePerson | undefined, other: MandatePerson): boolean =>
  one !== undefined && personKeyOf(one) === personKeyOf(other);

/** Returns the standing mandates that cover an application, the one that ends last first. */
export function findStandingMandates(mandates: readonly StoredMandate[], subject: MandateSubject): StoredMandate[] {
  return mandates
    .filter((mandate) => coversSubject(mandate, subject))
    .sort((a, b) => b.expireTime.localeCompare(a.expireTime));
}

/** Returns what an application names of a mandate. */
export function toNamedMandate({ kind, reference, date }: MandateSubject, name: string) {
  const isPresent = kind === 'own-presence';
  return { kind, name, ...(!isPresent && reference && { reference }), ...(!isPresent && date && { date }) };
}
