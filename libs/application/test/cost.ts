/**
 * Compares the CPU cost of our validator with Ajv, which compiles schemas. Run it with `node
 * --disable-warning=ExperimentalWarning libs/application/test/cost.ts`. Prints microseconds of CPU for valid
 * content, as the median of nine alternating rounds. Compare only figures of one run.
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

/** Returns the microseconds of CPU per call. */
function cpu(times: number, work: () => unknown): number {
  const before = process.cpuUsage();
  for (let n = 0; n < times; n++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

const median = (figures: number[]) => figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)]!;
const mean = (figures: number[]) => figures.reduce((sum, figure) => sum + figure, 0) / figures.length;

/** Measures both in alternation, so that other load affects both. */
function compared(ours: () => unknown, theirs: () => unknown): [ours: number, theirs: number] {
  for (const work of [ours, theirs]) cpu(TIMES, work);
  const rounds = Array.from({ length: ROUNDS }, () => [cpu(TIMES, ours), cpu(TIMES, theirs)] as const);
  return [median(rounds.map(([one]) => one)), median(rounds.map(([, other]) => other))];
}

const shared = newAjv();
const checkContent = newAjv().compile(CONTENT_SCHEMA);
const rows = versions.map(({ form, example }) => {
  const validators = [createAnswersValidator(form!), newAjv().compile(form!)] as const;
  const content = contentOf(example!);
  const rules = { evidence: [], costOptions: [] };
  const answers = compared(
    () => validators[0](example!),
    () => validators[1](example),
  );
  const whole = compared(
    () => validateCompleteness(content, rules, { centreKind: 'town-hall', today: '2026-03-09' }, validators[0]),
    () => checkContent(JSON.parse(JSON.stringify(content))) && validators[1](example),
  );
  const compiling = [
    cpu(50, () => createAnswersValidator(structuredClone(form!))),
    cpu(5, () => shared.compile(structuredClone(form!))),
  ];
  return { answers, whole, compiling };
});

for (const [name, which] of [
  ['answers', 'answers'],
  ['whole content', 'whole'],
  ['compilation', 'compiling'],
] as const) {
  const [ours, theirs] = [0, 1].map((n) => mean(rows.map((row) => row[which][n]!))) as [number, number];
  const shown = [ours, theirs].map((figure) => figure.toFixed(1).padStart(8));
  console.log(`${name.padEnd(20)} own ${shown[0]} µs   Ajv ${shown[1]} µs   × ${(ours / theirs).toFixed(2)}`);
}
