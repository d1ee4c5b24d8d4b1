import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { parse } from 'yaml';
import { FORM_KEYWORDS, FORMATS, createAnswersValidator, computeIdnpCheckDigit } from '../src/index.ts';

/** Compares our validator with Ajv and its formats, on answers to the forms of data/public-services. */

type Answers = Record<string, unknown>;
interface Form {
  properties: Record<string, Rules>;
  required: string[];
  [keyword: string]: unknown;
}
interface Rules {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  oneOf?: Rules[];
  items?: Rules;
  properties?: Record<string, Rules>;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
}

const folder = join(process.cwd(), '../../data/public-services');
const forms = readdirSync(folder).flatMap((file) => {
  const { versions } = parse(readFileSync(join(folder, file), 'utf8')) as {
    versions: { version: string; form?: Form; example?: Answers }[];
  };
  return versions.flatMap(({ version, form, example }) =>
    form ? [{ name: `${file} of ${version}`, form, example: example! }] : [],
  );
});

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
addFormats.default(ajv);
for (const word of FORM_KEYWORDS) ajv.addKeyword(word);
for (const name of ['idnp', 'idno', 'iban', 'country']) ajv.addFormat(name, FORMATS[name]!);

/** Returns the invalid members of answers; '' is the root. */
interface ComparedValidator {
  (answers: Answers): string[];
}

function ownValidator(form: Form): ComparedValidator {
  // Ajv does not support our date rules.
  const { 'x-dates': _compared, ...standard } = form;
  const validate = createAnswersValidator(standard);
  return (answers) => distinct(validate(answers).map(({ field }) => field.split('/')[2] ?? ''));
}

function ajvValidator(form: Form): ComparedValidator {
  const validate = ajv.compile(form);
  return (answers) =>
    validate(answers) ? [] : distinct((validate.errors ?? []).filter(isReported).map(topLevelField));
}

/** Our validator omits the errors of branches and of `if`. */
function isReported({ keyword, schemaPath }: ErrorObject): boolean {
  return keyword !== 'if' && !/\/(oneOf|anyOf)\/\d/.test(schemaPath);
}

function topLevelField({ instancePath, keyword, params }: ErrorObject): string {
  const [, top] = instancePath.split('/');
  if (top !== undefined) return top;
  return keyword === 'required' ? String(params['missingProperty']) : '';
}

const distinct = (fields: string[]) => [...new Set(fields)].sort();

const idnps = fc
  .integer({ min: 0, max: 99_999 })
  .map((n) => `2900000${String(n).padStart(5, '0')}`)
  .map((first12) => `${first12}${computeIdnpCheckDigit(first12)}`);
const days = fc
  .date({ min: new Date('1930-01-01'), max: new Date('2030-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

/** Generates valid values for the rules of a field. */
function validValues(rules: Rules): fc.Arbitrary<unknown> {
  if (rules.const !== undefined) return fc.constant(rules.const);
  if (rules.enum) return fc.constantFrom(...rules.enum);
  if (rules.oneOf) return fc.oneof(...rules.oneOf.map(validValues));
  if (rules.format === 'idnp') return idnps;
  if (rules.format === 'date') return days;
  if (rules.type === 'boolean') return fc.boolean();
  if (rules.type === 'integer') return fc.integer({ min: rules.minimum ?? 0, max: rules.maximum ?? 1_000 });
  if (rules.type === 'array') {
    return fc.array(validValues(rules.items ?? {}), { minLength: rules.minItems ?? 0, maxLength: rules.maxItems ?? 3 });
  }
  if (rules.type === 'object') return object(rules.properties ?? {});
  if (rules.pattern) return fc.stringMatching(new RegExp(rules.pattern, 'u'));
  return fc.string({ unit: 'grapheme', minLength: 3, maxLength: Math.min(rules.maxLength ?? 50, 50) });
}

function object(properties: Record<string, Rules>): fc.Arbitrary<Answers> {
  return fc.record(Object.fromEntries(Object.entries(properties).map(([name, rules]) => [name, validValues(rules)])));
}

const HOSTILE: unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1,
    1.5,
    1e21,
    0.1,
    2_000_000_000,
    [],
    [1],
    [null],
    {},
    { a: 1 },
    [[]],
    '',
    ' ',
    'x',
    '0',
  ],
  ...['\n', 'a\u0000', 'ă', '𝒜'.repeat(60), 'x'.repeat(3_000), '1'.repeat(13), 'MD00', 'bank', 'post', 'true', 'null'],
  ...['2024-02-29', '2023-02-29', '2100-02-29', '2000-02-29', '2024-04-31', '2024-13-01', '0000-01-01', '2024-2-3'],
  ...['2024-01-01T00:00:00Z', '2024-01-01\n', '２024-01-01', '2900000000012', '2900000000013', '1900000000015'],
];
const hostile = fc.oneof(fc.constantFrom(...HOSTILE), fc.jsonValue({ maxDepth: 2 }));

/** Lists the paths of all values. */
function pathsIn(value: unknown, way: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [way];
  return [way, ...Object.entries(value).flatMap(([name, inner]) => pathsIn(inner, [...way, name]))];
}

/** Returns the answers with one value replaced; undefined removes it. */
function withValueAt(answers: Answers, way: string[], value: unknown): Answers {
  const copy = structuredClone(answers);
  const parent = way.slice(0, -1).reduce<unknown>((at, step) => (at as Answers | undefined)?.[step], copy);
  if (typeof parent !== 'object' || parent === null) return copy;
  (parent as Answers)[way.at(-1)!] = value;
  return JSON.parse(JSON.stringify(copy)) as Answers;
}

function compareValidators(form: Form) {
  const [ours, theirs] = [ownValidator(form), ajvValidator(form)];
  let accepted = 0;
  let refused = 0;
  return {
    agree(answers: Answers): void {
      const found = ours(answers);
      expect({ answers, found }).toEqual({ answers, found: theirs(answers) });
      if (found.length === 0) accepted += 1;
      else refused += 1;
    },
    seen: () => ({ accepted, refused }),
  };
}

test('reads the forms of the catalog', () => expect(forms.length).toBeGreaterThan(25));

describe('own validator and Ajv agree on answers', () => {
  test.each(forms)('$name: the example with each member removed or replaced', (given) => {
    const { form, example } = given;
    const { agree, seen } = compareValidators(form);
    agree(example);
    agree({});
    agree({ ...example, 'zy.unknown': 1 });
    const blank = Object.fromEntries(Object.keys(form.properties).map((name) => [name, '']));
    for (const way of [...pathsIn(example), ...Object.keys(blank).map((name) => [name])]) {
      if (way.length === 0) continue;
      for (const value of [undefined, ...HOSTILE]) agree(withValueAt(example, way, value));
    }
    expect(seen()).toEqual({ accepted: expect.any(Number), refused: expect.any(Number) });
    expect(Math.min(seen().accepted, seen().refused)).toBeGreaterThan(0);
  });

  test.each(forms)('$name: valid answers with up to three changes', ({ form }) => {
    const { agree, seen } = compareValidators(form);
    const change = fc.record({ at: fc.nat(), value: fc.oneof(hostile, fc.constant(undefined)) });
    fc.assert(
      fc.property(object(form.properties), fc.array(change, { maxLength: 3 }), (fit, changes) => {
        const answers = changes.reduce((made, { at, value }) => {
          const ways = pathsIn(made).slice(1);
          return ways.length === 0 ? made : withValueAt(made, ways[at % ways.length]!, value);
        }, fit);
        agree(answers);
      }),
      { numRuns: 150 },
    );
    expect(seen().refused).toBeGreaterThan(0);
  });
});

describe('own formats and Ajv agree', () => {
  const theirs = (format: string) => ajv.compile({ type: 'string', format });
  const texts = fc.oneof(
    days,
    fc.constantFrom(...HOSTILE.filter((value) => typeof value === 'string')),
    fc
      .tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }))
      .map(([year, month, day]) =>
        [String(year).padStart(4, '0'), ...[month, day].map((n) => String(n).padStart(2, '0'))].join('-'),
      ),
    fc.string(),
  );

  test('date: on every text', () => {
    const validate = theirs('date');
    fc.assert(
      fc.property(texts, (text) => expect([text, FORMATS['date']!(text)]).toEqual([text, validate(text)])),
      { numRuns: 2_000 },
    );
  });

  test.each<[string, string[], string[]]>([
    ['date-time', ['2024-02-29T23:59:60Z', '2024-02-29t10:00:00.5+02:00'], ['2024-02-29', '2024-02-29T10:00:00', 'x']],
    ['time', ['10:00:00Z', '23:59:60Z'], ['10:00', '24:00:00Z', '10:00:00']],
    [
      'email',
      ['ana@posta.example', 'a.b+c@posta.example'],
      ['ana', 'ana@', '@posta.example', 'ana@posta', 'a b@posta.example', 'a..b@x.example'],
    ],
    ['uri', ['https://posta.example/a?b#c', 'urn:a:b'], ['posta', '/a', 'https://a b']],
    ['uuid', ['0b7a1c9e-0000-4000-8000-000000000001'], ['0b7a1c9e', '0b7a1c9e-0000-4000-8000-00000000000g']],
  ])('%s: on plain cases', (format, valid, invalid) => {
    const validate = theirs(format);
    const results = [...valid, ...invalid].map((text) => [text, FORMATS[format]!(text), validate(text)]);
    expect(results).toEqual([
      ...valid.map((text) => [text, true, true]),
      ...invalid.map((text) => [text, false, false]),
    ]);
  });

  // No form uses it. The catalog checks examples with our formats, so results agree everywhere.
  test.each([['a UUID as a name', 'uuid', 'urn:uuid:0b7a1c9e-0000-4000-8000-000000000001', false]])(
    '%s is the known difference',
    (_name, format, text, ours) => {
      expect([FORMATS[format]!(text), theirs(format)(text)]).toEqual([ours, !ours]);
    },
  );
});
