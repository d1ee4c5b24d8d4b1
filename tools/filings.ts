import { computeIdnpCheckDigit } from '@cups/application';
import { ulid } from 'ulid';

/** What synthetic people file, for which public service and at which centre; read from the public REST API. */

export interface PublicService {
  code: string;
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
  /** ISO 3166-1 alpha-2; absent where it is not known. */
  country?: string;
  status: string;
  displayName: string;
}

/** The public services that are filed at desks and not paused, with the version in force. */
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

const GIVEN_NAMES = ['Ana', 'Ion', 'Maria', 'Vasile', 'Elena', 'Gheorghe', 'Olga', 'Andrei', 'Natalia', 'Petru'];
const FAMILY_NAMES = ['Munteanu', 'Rusu', 'Ceban', 'Lungu', 'Popa', 'Sîrbu', 'Rotari', 'Bălan', 'Cojocaru', 'Moraru'];

/** What the n-th person files for a public service at a centre, complete. */
export function createContent(n: number, centre: Centre, { version }: PublicService): Record<string, unknown> {
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
      familyName: FAMILY_NAMES[Math.floor(n / 3) % FAMILY_NAMES.length],
      birthDate: `19${50 + (n % 50)}-0${1 + (n % 9)}-1${n % 9}`,
      language: n % 4 === 1 ? 'ru' : n % 9 === 2 ? 'en' : 'ro',
    },
    contact: createContact(n),
    mandate: n % 8 === 3 ? { kind: 'mpower', reference: `MP-${10_000 + n}` } : { kind: 'own-presence' },
    answers,
    evidence: createEvidence(version, answers).map((kind, i) => ({ kind, number: `S${n}-${i}`, originalSeen: true })),
    ...(option ? { costOption: option.code } : {}),
    delivery: { kind: n % 5 === 4 ? 'electronic' : 'at-centre' },
  };
}

/** One in three has no address, one has e-mail, one a telephone. */
function createContact(n: number): object {
  if (n % 3 === 0) return { none: true };
  return n % 3 === 1 ? { email: `person${n}@example.org` } : { phone: `+373 600 ${String(10_000 + n)}` };
}

/** Kinds of papers that someone who comes for herself, or acts by MPower, must show with these answers. */
function createEvidence({ evidence = [] }: PublicService['version'], answers: Record<string, unknown>): string[] {
  return evidence
    .filter(({ required, when }) => required && (!when || matchesAnswer(when.answer, answers)))
    .map(({ kind }) => kind);
}

function matchesAnswer(
  asked: { field: string; values: string[] } | undefined,
  answers: Record<string, unknown>,
): boolean {
  return asked !== undefined && asked.values.includes(String(answers[asked.field]));
}

/** The personal number of a synthetic operator, by the last part of the name; @cups/identity makes it up. */
export { syntheticIdnp as idnpOfOperator } from '@cups/identity/synthetic';

/** Synthetic: no register assigns the year group 900. */
export function idnp(n: number): string {
  const body = `2900${String(10_000_000 + n).padStart(8, '0')}`;
  return `${body}${computeIdnpCheckDigit(body)}`;
}

/** A ULID with an ending of our choice: it tells the simulated agency how to behave. */
export function applicationId(ending: string): string {
  return ulid().slice(0, -ending.length) + ending;
}

export interface FilingOptions {
  /** One that takes the same answers. @default pension-reexamination */
  publicService?: string;
  givenName?: string;
}

/**
 * What the n-th person files, complete.
 * @param ending of the application's id: it tells the simulated agency how to behave
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
