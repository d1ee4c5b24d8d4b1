import { computeIdnpCheckDigit } from '@cups/application';
import { ulid } from 'ulid';
import type { MandateKind } from './mandates.ts';

/** Synthetic application content for every public service, from the public REST API. */

export interface PublicService {
  code: string;
  /** How its provider receives applications. */
  providerChannel?: string;
  version: {
    provider: string;
    centreKinds?: string[];
    evidence?: {
      kind: string;
      required: boolean;
      when?: { represented?: boolean; mandates?: string[]; answer?: { field: string; values: string[] } };
    }[];
    costOptions?: {
      code: string;
      fee?: { amountMinor: number; currency: string };
      centreKinds?: string[];
      countries?: string[];
    }[];
    example?: Record<string, unknown>;
  };
}
export interface Centre {
  name: string;
  code: string;
  kind: string;
  /** ISO 3166-1 alpha-2; absent if unknown. */
  country?: string;
  status: string;
  displayName: string;
  /** agencies/{code} for which it works. */
  agencies?: string[];
}

/** Returns the active centres. */
export async function listActiveCentres(url: string): Promise<Centre[]> {
  const centres: Centre[] = [];
  let pageToken: string | undefined;
  do {
    const query = new URLSearchParams({ pageSize: '200', ...(pageToken ? { pageToken } : {}) });
    const response = await fetch(`${url}/api/v1/centres?${query}`);
    if (!response.ok) throw new Error(`GET /centres answers ${response.status}`);
    const page = (await response.json()) as { centres: Centre[]; nextPageToken?: string };
    centres.push(...page.centres);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return centres.filter(({ status }) => status === 'active');
}

/** Returns the active public services that desks submit, with the version in force. */
export async function publicServices(url: string): Promise<PublicService[]> {
  const response = await fetch(`${url}/api/v1/public-services?fileable=true&pageSize=200`);
  if (!response.ok) throw new Error(`GET /public-services answers ${response.status}`);
  const { publicServices: list } = (await response.json()) as { publicServices: { code: string; paused?: object }[] };
  return Promise.all(
    list
      .filter(({ paused }) => !paused)
      .map(async ({ code }) => (await (await fetch(`${url}/api/v1/public-services/${code}`)).json()) as PublicService),
  );
}

/** Returns the services of agencies with topics, which the simulator can play. */
export async function simulatedServices(url: string): Promise<PublicService[]> {
  return ofChannel(await publicServices(url), 'kafka');
}

/** Returns the services whose agency has this channel. */
export const ofChannel = (services: readonly PublicService[], channel: string): PublicService[] =>
  services.filter(({ providerChannel = 'kafka' }) => providerChannel === channel);

/** Returns the code of the agency that decides about a service. */
export const providerOf = ({ version }: PublicService): string => version.provider.replace('agencies/', '');

/** Returns whether a centre files this service: its kind does, and it works for the agency. */
export const isFileableAt = ({ version }: PublicService, { kind, agencies = [] }: Centre): boolean =>
  (version.centreKinds ?? []).includes(kind) && agencies.includes(version.provider);

/** Returns the services that a centre files. */
export const fileableAt = (services: readonly PublicService[], centre: Centre): PublicService[] =>
  services.filter((service) => isFileableAt(service, centre));

const GIVEN_NAMES = ['Ana', 'Ion', 'Maria', 'Vasile', 'Elena', 'Gheorghe', 'Olga', 'Andrei', 'Natalia', 'Petru'];
const FAMILY_NAMES = ['Munteanu', 'Rusu', 'Ceban', 'Lungu', 'Popa', 'Sîrbu', 'Rotari', 'Bălan', 'Cojocaru', 'Moraru'];

interface ApplicationContent {
  applicant: { idnp: string; familyName: string; [field: string]: unknown };
  evidence: { kind: string; number: string; originalSeen: boolean }[];
  /** On whose behalf the applicant acts. */
  represented?: { idnp: string; familyName: string; [field: string]: unknown };
  mandate: { kind: string; reference?: string; name?: string };
  [field: string]: unknown;
}

/** Represented people are numbered from here. */
const FIRST_REPRESENTED = 5_000_000;

/**
 * Creates the complete content of the n-th synthetic applicant's application.
 * @param kind on what ground; every other than own presence has a represented person
 */
export function createContent(
  n: number,
  centre: Centre,
  { version }: PublicService,
  kind: MandateKind = 'own-presence',
): ApplicationContent {
  const answers = version.example ?? {};
  const option = (version.costOptions ?? []).find(
    ({ centreKinds = [], countries = [] }) =>
      (centreKinds.length === 0 || centreKinds.includes(centre.kind)) &&
      (countries.length === 0 || countries.includes(centre.country ?? '')),
  );
  return {
    applicant: {
      idnp: idnp(n),
      givenName: GIVEN_NAMES[n % GIVEN_NAMES.length],
      familyName: FAMILY_NAMES[Math.floor(n / 3) % FAMILY_NAMES.length]!,
      birthDate: `19${50 + (n % 50)}-0${1 + (n % 9)}-1${n % 9}`,
      language: n % 4 === 1 ? 'ru' : n % 9 === 2 ? 'en' : 'ro',
    },
    contact: createContact(n),
    ...(kind === 'own-presence' ? { mandate: { kind } } : createRepresentation(n, kind)),
    answers,
    evidence: createEvidence(version, answers, kind).map((kind, i) => ({
      kind,
      number: `S${n}-${i}`,
      originalSeen: true,
    })),
    ...(option ? { costOption: option.code } : {}),
    delivery: { kind: n % 5 === 4 ? 'electronic' : 'at-centre' },
  };
}

function createRepresentation(n: number, kind: MandateKind): Pick<ApplicationContent, 'represented' | 'mandate'> {
  const represented = {
    idnp: idnp(FIRST_REPRESENTED + n),
    givenName: GIVEN_NAMES[(n + 1) % GIVEN_NAMES.length],
    familyName: FAMILY_NAMES[Math.floor(n / 3) % FAMILY_NAMES.length]!,
    birthDate: `19${50 + (n % 50)}-0${1 + (n % 9)}-2${n % 9}`,
  };
  // Powers in MPower have 16 digits.
  const reference = kind === 'mpower' ? String(7_000_000_000_000_000 + n) : `nr. ${10_000 + n}`;
  return { represented, mandate: { kind, reference } };
}

/** One in three has no contact, one an email address, one a telephone. */
function createContact(n: number): object {
  if (n % 3 === 0) return { none: true };
  return n % 3 === 1 ? { email: `person${n}@example.org` } : { phone: `+373 600 ${String(10_000 + n)}` };
}

/** Returns the evidence that an applicant must show with these answers, on this ground. */
function createEvidence(
  { evidence = [] }: PublicService['version'],
  answers: Record<string, unknown>,
  kind: MandateKind,
): string[] {
  const isRepresented = kind !== 'own-presence';
  return evidence
    .filter(
      ({ required, when }) =>
        required &&
        (!when ||
          matchesAnswer(when.answer, answers) ||
          (isRepresented && when.represented === true) ||
          when.mandates?.includes(kind)),
    )
    .map(({ kind }) => kind);
}

function matchesAnswer(
  asked: { field: string; values: string[] } | undefined,
  answers: Record<string, unknown>,
): boolean {
  return asked !== undefined && asked.values.includes(String(answers[asked.field]));
}

/** Personal number of a synthetic operator, by the last part of the name; generated by @cups/identity. */
export { syntheticIdnp as idnpOfOperator } from '@cups/identity/synthetic';

/** Returns a synthetic number: no register assigns year group 900. */
export function idnp(n: number): string {
  const body = `2900${String(10_000_000 + n).padStart(8, '0')}`;
  return `${body}${computeIdnpCheckDigit(body)}`;
}

/** Creates a ULID with the given ending, which controls the simulated agency. */
export function applicationId(ending: string): string {
  return ulid().slice(0, -ending.length) + ending;
}

export interface FilingOptions {
  /** A service that takes the same answers. @default pension-reexamination */
  publicService?: string;
  givenName?: string;
}

/**
 * Creates the n-th applicant's complete application.
 * @param ending ending of the application ID, which controls the simulated agency
 */
export const filing = (
  n: number,
  ending: string,
  { publicService = 'pension-reexamination', givenName = 'Ana' }: FilingOptions = {},
) => ({
  id: applicationId(ending),
  publicService,
  applicant: { idnp: idnp(n), givenName, familyName: 'Testescu', birthDate: '1951-02-03', language: 'ro' },
  contact: { none: true },
  mandate: { kind: 'own-presence' },
  answers: { pensionKind: 'old-age', workedUntil: '2025-12-31' },
  evidence: [{ kind: 'identity-document', number: 'B00000001', originalSeen: true }],
  costOption: 'standard',
  delivery: { kind: 'at-centre' },
});
