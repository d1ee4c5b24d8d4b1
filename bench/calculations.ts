/**
 * Measures the CPU time of single calculations of a pair, without any I/O. Prints microseconds of one call: the least of six
 * rounds of 3,000 calls, which other load hardly changes.
 *
 *   node bench/calculations.ts [checkout]
 *
 * The folder of another checkout gives its figures; only those of the same machine compare.
 */
import { join, resolve } from 'node:path';

const CALLS = 3_000;
const ROUNDS = 6;

const checkout = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));
// Functions of several modules that no package exports, possibly of an older release.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const load = (file: string): Promise<any> => import(join(checkout, file));
const [json, trace, canonical, convert, search, terms, application] = await Promise.all([
  load('apps/gateway/src/http/json-body.ts'),
  load('libs/contracts/src/node/trace.ts'),
  load('libs/contracts/src/node/canonical.ts'),
  load('apps/intake/src/convert/content.ts'),
  load('apps/intake/src/domain/search-hasher.ts'),
  load('apps/intake/src/domain/terms.ts'),
  load('libs/application/src/index.ts'),
]);

const applicant = {
  idnp: '2900000000012',
  givenName: 'Ana',
  familyName: 'Exemplu',
  birthDate: '1950-01-02',
  language: 'ro',
};
const evidence = Array.from({ length: 20 }, (_, n) => ({
  kind: `supporting-paper-${n}`,
  number: `${n}/Cererea se depune împreună cu actele`,
  issueDate: '2024-05-17',
  originalSeen: true,
}));
const body = { applicant, contact: { phone: '+37360000077' }, answers: { copies: 2 }, evidence };
const bytes = Buffer.from(JSON.stringify(body));
const message = { ...body, mandate: null, delivery: null, answers: Buffer.from(JSON.stringify(body.answers)) };
const content = convert.fromContent(message);
if (application.validateContentShape(content).length > 0) throw new Error('The content is not valid.');
const secret = 'k'.repeat(43);
const hasher = search.createSearchHasher(() => secret);
const WORKING_TIME = {
  timeZone: 'Europe/Chisinau',
  days: new Set([1, 2, 3, 4, 5]),
  opens: { hour: 8, minute: 0 },
  closes: { hour: 17, minute: 0 },
  holidays: new Map([2026, 2027].map((year) => [year, new Set()])),
};
const filedAt = new Date('2026-03-10T09:00:00Z');
const term = { amount: 30, unit: 'working-days' };

const CALCULATIONS: Record<string, () => unknown> = {
  'body, parsed with its checks': () => json.parseBody(bytes),
  'trace context': () => trace.newTraceparent(),
  'fingerprint of a request': () => canonical.fingerprint(secret, message),
  'content from its message': () => convert.fromContent(message),
  'shape of the content': () => application.validateContentShape(content),
  'search hashes of a name': () => hasher.forPeople(applicant),
  'date of an instant': () => (terms.toCivilDate ?? application.toCivilDate)(filedAt),
  'due date of 30 working days': () => terms.computeDue(filedAt, term, WORKING_TIME),
};

for (const [name, calculate] of Object.entries(CALCULATIONS)) {
  const rounds = Array.from({ length: ROUNDS + 1 }, () => measure(calculate));
  // The first round compiles.
  console.log(
    `${name.padEnd(30)} ${Math.min(...rounds.slice(1))
      .toFixed(2)
      .padStart(8)} µs`,
  );
}

/** Returns the microseconds of CPU of one call. */
function measure(calculate: () => unknown): number {
  const before = process.cpuUsage();
  for (let n = 0; n < CALLS; n += 1) calculate();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}
