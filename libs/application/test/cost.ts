/**
 * What the one check of forms costs beside Ajv, which makes code of a schema: run by hand with
 * `node --disable-warning=ExperimentalWarning libs/application/test/cost.ts`. Microseconds of CPU for a right file, the
 * median of nine rounds that take turns; figures of one run compare with each other only.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { FORMATS, validateCompleteness, CONTENT_SCHEMA, createAnswersValidator } from '../src/index.ts';
import type { Content } from '../src/index.ts';

type Form = Record<string, unknown>;
interface Version {
  form?: Form;
  example?: Record<string, unknown>;
}

const ROUNDS = 9;
const TIMES = 2_000;

const folder = join(import.meta.dirname, '../../../data/public-services');
const versions = readdirSync(folder)
  .map((file) => (parse(readFileSync(join(folder, file), 'utf8')) as { versions: Version[] }).versions.at(-1)!)
  .filter(({ form }) => form !== undefined);

function newAjv(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats.default(ajv);
  for (const name of ['idnp', 'idno', 'iban', 'country']) ajv.addFormat(name, FORMATS[name]!);
  return ajv;
}

function contentOf(answers: Record<string, unknown>): Content {
  const applicant = { idnp: '2900000000012', givenName: 'Ana', familyName: 'Exemplu', birthDate: '1950-01-02' };
  return {
    applicant: Object.assign(applicant, { language: 'ro' as const }),
    contact: { phone: '+37360000077' },
    mandate: { kind: 'own-presence' },
    answers,
    evidence: [{ kind: 'identity-document', number: 'B00000001', issueDate: '2020-01-01', originalSeen: true }],
    delivery: { kind: 'at-centre' },
  };
}

/** Microseconds of CPU that one call takes. */
function cpu(times: number, work: () => unknown): number {
  const before = process.cpuUsage();
  for (let n = 0; n < times; n++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

const median = (figures: number[]) => figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)]!;
const mean = (figures: number[]) => figures.reduce((sum, one) => sum + one, 0) / figures.length;

/** Both, in turns, so that what else the machine does falls on both. */
function compared(ours: () => unknown, theirs: () => unknown): [ours: number, theirs: number] {
  for (const work of [ours, theirs]) cpu(TIMES, work);
  const rounds = Array.from({ length: ROUNDS }, () => [cpu(TIMES, ours), cpu(TIMES, theirs)] as const);
  return [median(rounds.map(([one]) => one)), median(rounds.map(([, other]) => other))];
}

const shared = newAjv();
const checkContent = newAjv().compile(CONTENT_SCHEMA);
const rows = versions.map(({ form, example }) => {
  const made = [createAnswersValidator(form!), newAjv().compile(form!)] as const;
  const content = contentOf(example!);
  const rules = { evidence: [], costOptions: [] };
  const answers = compared(
    () => made[0](example!),
    () => made[1](example),
  );
  const whole = compared(
    () => validateCompleteness(content, rules, { centreKind: 'town-hall', today: '2026-03-09' }, made[0]),
    () => checkContent(JSON.parse(JSON.stringify(content))) && made[1](example),
  );
  const making = [
    cpu(50, () => createAnswersValidator(structuredClone(form!))),
    cpu(5, () => shared.compile(structuredClone(form!))),
  ];
  return { answers, whole, making };
});

for (const [name, which] of [
  ['answers of a form', 'answers'],
  ['whole file', 'whole'],
  ['making a check', 'making'],
] as const) {
  const [ours, theirs] = [0, 1].map((n) => mean(rows.map((row) => row[which][n]!))) as [number, number];
  const shown = [ours, theirs].map((one) => one.toFixed(1).padStart(8));
  console.log(`${name.padEnd(20)} house ${shown[0]} µs   Ajv ${shown[1]} µs   × ${(ours / theirs).toFixed(2)}`);
}
