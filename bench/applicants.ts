import { randomUUID } from 'node:crypto';
import { idnp } from '@cups/tools/filings';
import type { Centre, PublicService } from '@cups/tools/filings';

/**
 * The applicants of a benchmark. Each has a standing mandate for all public services of a centre, so that filing an
 * application is two calls, as for people who return.
 */

/** A signed-in desk with an application template; `{id}`, `{idnp}` and `{mandate}` are placeholders. */
export interface Job {
  cookie: string;
  body: string;
  /** People with a mandate at this centre. Empty for a checkout without mandates: any person applies. */
  people: readonly Applicant[];
}

export interface Applicant {
  idnp: string;
  /** mandates/{id} */
  mandate: string;
}

/** People of each centre. */
const PEOPLE_PER_CENTRE = 4;
/** Far from the people of other generators. */
const FIRST_PERSON = 30_000_000;
/** Maximum number of public services in a mandate. */
const MAX_SERVICES = 50;

let granted = 0;

/**
 * Grants a mandate of each person of a centre.
 * @returns none if the checkout has no mandates
 * @throws Error if a mandate is refused
 */
export async function createApplicants(
  url: string,
  cookie: string,
  centre: Centre,
  services: readonly PublicService[],
): Promise<Applicant[]> {
  const people: Applicant[] = [];
  for (let n = 0; n < PEOPLE_PER_CENTRE; n += 1) {
    const person = idnp(FIRST_PERSON + (granted += 1));
    const body = {
      person: { idnp: person, givenName: 'Ana', familyName: 'Testescu' },
      scope: { publicServices: services.slice(0, MAX_SERVICES).map(({ code }) => `publicServices/${code}`) },
      term: 'days-365',
      ground: { kind: 'present-and-signing' },
      language: 'ro',
    };
    const response = await fetch(`${url}/api/v1/mandates`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify(body),
    });
    if (response.status === 404) return [];
    if (!response.ok) throw new Error(`A mandate at ${centre.code} is answered ${response.status}.`);
    people.push({ idnp: person, mandate: ((await response.json()) as { name: string }).name });
  }
  return people;
}

/** Returns the body of the n-th application. */
export function fillBody({ body, people }: Pick<Job, 'body' | 'people'>, id: string, n: number): string {
  const person = people[n % Math.max(1, people.length)];
  const filled = body.replace('{id}', id).replace('{idnp}', person?.idnp ?? idnp(n));
  return person ? filled.replace('{mandate}', person.mandate) : filled;
}
