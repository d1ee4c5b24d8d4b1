import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  measureContentBytes,
  CONTENT_SCHEMA,
  MAX_CONTENT_BYTES,
  MAX_SUPPLIED_BYTES,
  validateContentShape,
} from '../src/index.ts';
import type { Content } from '../src/index.ts';

/** The shape of what the desk fills in: what is there must be right, and anything may be absent. */

/** Content in which every member of the schema is there once. */
const full = {
  applicant: {
    idnp: '2900000000012',
    foreignDocument: { country: 'IT', kind: 'passport', number: 'YA0000001' },
    givenName: 'Ana',
    familyName: 'Exemplu',
    birthDate: '1961-05-04',
    language: 'ro',
  },
  contact: { email: 'ana@posta.example', phone: '+37360000077', none: false },
  represented: {
    idnp: '2900000000034',
    foreignDocument: { country: 'FR', kind: 'birth-certificate', number: '2010-1' },
    givenName: 'Ion',
    familyName: 'Probă',
    birthDate: '2010-02-28',
    language: 'ru',
  },
  mandate: { kind: 'kinship', reference: 'CS-1', date: '2024-02-29' },
  answers: { act: 'birth' },
  evidence: [
    {
      kind: 'identity-document',
      number: 'B00000001',
      issueDate: '2020-01-01',
      originalSeen: true,
      copy: 'c/1',
      verificationCode: 'K7Q2-1',
    },
  ],
  costOption: 'standard',
  delivery: { kind: 'post', note: 'str. Exemplu 1' },
};

const validate = (content: unknown) => validateContentShape(content as Content);
const brokenRules = (content: unknown) => validate(content).map(({ field, rule }) => `${field} ${rule}`);

type Node = Record<string, unknown> & { properties?: Record<string, Node>; items?: Node; 'x-rule'?: string };
type SchemaNode = { path: (string | number)[]; schema: Node };

/** The schema with the one it refers to in its place. */
function resolveReference(schema: Node): Node {
  const { $ref, ...beside } = schema as { $ref?: string };
  const defs = CONTENT_SCHEMA.$defs as unknown as Record<string, Node>;
  return $ref === undefined ? schema : { ...defs[$ref.slice('#/$defs/'.length)], ...beside };
}

/** Every place of the content that the schema speaks of, the content itself first. */
function listSchemaNodes(given: Node, path: (string | number)[] = []): SchemaNode[] {
  const schema = resolveReference(given);
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    listSchemaNodes(inner, [...path, name]),
  );
  return [{ path, schema }, ...members, ...(schema.items ? listSchemaNodes(schema.items, [...path, 0]) : [])];
}

const schemaNodes = listSchemaNodes(CONTENT_SCHEMA as unknown as Node);

function fieldAt(path: (string | number)[]): string {
  return path.map((step) => `/${step}`).join('');
}

/** The full content with another value at a place. */
function withAt(path: (string | number)[], change: (value: unknown) => unknown): unknown {
  const at = (value: unknown, rest: (string | number)[]): unknown => {
    const [step, ...further] = rest;
    if (step === undefined) return change(value);
    if (Array.isArray(value)) return value.map((item, n) => (n === step ? at(item, further) : item));
    const object = value as Record<string, unknown>;
    return { ...object, [step]: at(object[step], further) };
  };
  return at(full, path);
}

const SECRET = 'zz-secret-zz';
/** As a name it could be a person's: the field that is told is what holds it. */
const HIDDEN = `${SECRET} !`;

/** For each rule of the schema a value that breaks it, beside the field and the rule that are told. */
const BREAKS: Record<string, (schema: Node, value: never) => { value: unknown; at?: string; rule: string }[]> = {
  type: ({ type }) => [{ value: type === 'string' ? { [SECRET]: 1 } : SECRET, rule: 'TYPE' }],
  pattern: ({ 'x-rule': rule }) => [{ value: `\u0007 ${SECRET} @`, rule: rule! }],
  maxLength: ({ maxLength, pattern = '', format, 'x-rule': rule = 'DATE' }) => {
    const value = 'a'.repeat(Number(maxLength) + 1);
    const isText = !format || format === 'person-name';
    return [{ value, rule: isText && new RegExp(pattern as string).test(value) ? 'MAX_LENGTH' : rule }];
  },
  format: ({ format }) => [
    {
      date: { value: '2023-02-29', rule: 'DATE' },
      idnp: { value: '2900000000013', rule: 'IDNP' },
      country: { value: 'ZZ', rule: 'COUNTRY' },
      'person-name': { value: `${SECRET} 2`, rule: 'PERSON_NAME' },
    }[format as string]!,
  ],
  enum: () => [{ value: SECRET, rule: 'ONE_OF' }],
  required: ({ required }, value: Record<string, unknown>) =>
    (required as string[]).map((name) => ({ value: { ...value, [name]: undefined }, at: name, rule: 'REQUIRED' })),
  additionalProperties: (_schema, value: Record<string, unknown>) => [
    { value: { ...value, [HIDDEN]: SECRET }, rule: 'UNKNOWN_FIELD' },
  ],
  maxItems: ({ maxItems }, value: unknown[]) => [
    { value: Array(Number(maxItems) + 1).fill(value[0]), rule: 'MAX_ITEMS' },
  ],
  minLength: () => [{ value: '', rule: 'MIN_LENGTH' }],
  maxProperties: ({ maxProperties }) => [
    {
      value: Object.fromEntries(Array.from({ length: Number(maxProperties) + 1 }, (_, n) => [`f${n}`, n])),
      rule: 'MAX_MEMBERS',
    },
  ],
};
/** Words that check nothing by themselves. */
const SILENT = ['$schema', '$defs', 'title', 'description', 'x-rule', 'properties', 'items'];

const valueAt = (path: (string | number)[]) =>
  path.reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], full);

const rules = schemaNodes.flatMap(({ path, schema }) =>
  Object.keys(schema)
    .filter((keyword) => !SILENT.includes(keyword))
    .flatMap((keyword) =>
      BREAKS[keyword]!(schema, valueAt(path) as never).map(({ value, at, rule }) => {
        const field = fieldAt(at === undefined ? path : [...path, at]);
        return { name: `${fieldAt(path) || 'the content'}: ${keyword}`, field, rule, path, value };
      }),
    ),
);

describe('each rule of the schema of the content', () => {
  test('the right value is accepted at every place', () => {
    expect(validate({ ...full })).toEqual([]);
    for (const { path } of schemaNodes) expect(valueAt(path)).toBeDefined();
  });

  test('there are as many rules as this table has seen', () => {
    expect(rules.length).toBeGreaterThan(80);
    expect(new Set(rules.map(({ rule }) => rule))).toEqual(
      new Set([
        ...['TYPE', 'REQUIRED', 'UNKNOWN_FIELD', 'ONE_OF', 'MAX_LENGTH', 'MAX_ITEMS', 'MAX_MEMBERS'],
        ...['CONTROL_CHARACTERS', 'CODE', 'DATE', 'IDNP', 'EMAIL', 'PHONE', 'COUNTRY', 'MIN_LENGTH', 'PERSON_NAME'],
      ]),
    );
  });

  test.each(rules)(
    '$name: a wrong value is refused as $field $rule and not repeated',
    ({ field, rule, path, value }) => {
      const told = validate(withAt(path, () => value));
      expect([told[0]!.field, told[0]!.rule]).toEqual([field, rule]);
      expect(told).toHaveLength(1);
      expect(JSON.stringify(told)).not.toMatch(/zz-secret-zz|2900000000013|2023-02-29|aaaaaaaa/);
      expect(told[0]!.message).toMatch(/^[A-Z].+\.$/);
    },
  );

  test.each(schemaNodes.slice(1))('may be absent when it is not required: $path', ({ path }) => {
    const name = path.at(-1) as string;
    const told = brokenRules(withAt(path.slice(0, -1), (value) => omit(value, name)));
    const isRequired = name === 'kind' || path.at(-2) === 'foreignDocument';
    expect(told).toEqual(isRequired ? [`${fieldAt(path)} REQUIRED`] : []);
  });
});

function omit(value: unknown, name: string | number): unknown {
  if (Array.isArray(value)) return [];
  const { [name]: _left, ...rest } = value as Record<string | number, unknown>;
  return rest;
}

describe('values at the edge', () => {
  test.each<[string, object]>([
    ['a name of 100 letters outside the basic plane', { applicant: { givenName: '𝒜'.repeat(100) } }],
    [
      'an e-mail address of 254 characters',
      { contact: { email: `${'a'.repeat(64)}@${`${'b'.repeat(60)}.`.repeat(3)}posta1` } },
    ],
    ['an empty e-mail address, as a draft has it', { contact: { email: '', phone: '' } }],
    ['a local telephone number', { contact: { phone: '022 123-456' } }],
    ['50 papers', { evidence: Array.from({ length: 50 }, () => ({ kind: 'x' })) }],
    ['members that are undefined', { applicant: { idnp: undefined }, costOption: undefined }],
    ['nothing', {}],
  ])('%s is accepted', (_name, content) => expect(validate(content)).toEqual([]));

  test.each<[string, object, string]>([
    ['a name of 101', { applicant: { givenName: '𝒜'.repeat(101) } }, '/applicant/givenName MAX_LENGTH'],
    ['a line break in a note', { delivery: { kind: 'post', note: 'a\nb' } }, '/delivery/note CONTROL_CHARACTERS'],
    [
      'a number of 13 digits with a wrong check digit',
      { represented: { idnp: '2900000000013' } },
      '/represented/idnp IDNP',
    ],
    ['a number of an organisation', { applicant: { idnp: '1008600038413' } }, '/applicant/idnp IDNP'],
    ['a day that is in no calendar', { applicant: { birthDate: '2100-02-29' } }, '/applicant/birthDate DATE'],
    [
      'a moment in the place of a day',
      { mandate: { kind: 'mpower', date: '2024-02-29T00:00:00Z' } },
      '/mandate/date DATE',
    ],
    ['a language of nobody', { applicant: { language: 'RO' } }, '/applicant/language ONE_OF'],
    ['an address without a host', { contact: { email: 'ana@' } }, '/contact/email EMAIL'],
    ['a mail header in an address', { contact: { email: 'a@b.example\r\nBcc: c@d.example' } }, '/contact/email EMAIL'],
    ['a word for a telephone number', { contact: { phone: 'none' } }, '/contact/phone PHONE'],
    ['the 51st paper', { evidence: Array.from({ length: 51 }, () => ({ kind: 'x' })) }, '/evidence MAX_ITEMS'],
    ['a paper of no code', { evidence: [{ kind: 'x' }, { kind: 'Birth certificate' }] }, '/evidence/1/kind CODE'],
    ['null', { contact: null }, '/contact TYPE'],
    ['a list of answers', { answers: [] }, '/answers TYPE'],
    [
      '"has none" beside a telephone number',
      { contact: { none: true, phone: '022123456' } },
      '/contact/none CONTRADICTION',
    ],
  ])('%s is refused', (_name, content, told) => expect(brokenRules(content)).toEqual([told]));

  test('everything that is wrong is told at once', () => {
    const wrong = { applicant: { idnp: '1', language: 'x' }, mandate: {}, costOption: '-', colour: 'blue' };
    expect(brokenRules(wrong).sort()).toEqual([
      '/applicant/idnp IDNP',
      '/applicant/language ONE_OF',
      '/colour UNKNOWN_FIELD',
      '/costOption CODE',
      '/mandate/kind REQUIRED',
    ]);
  });
});

describe('the size of content', () => {
  /** Content of exactly so many bytes. */
  function ofBytes(bytes: number): Content {
    const empty = measureContentBytes({ answers: { text: '' } });
    return { answers: { text: 'a'.repeat(bytes - empty) } };
  }

  test.each([MAX_CONTENT_BYTES, MAX_SUPPLIED_BYTES])('%i bytes are accepted, one more is refused', (most) => {
    expect(validateContentShape(ofBytes(most), most)).toEqual([]);
    const [told, ...more] = validateContentShape(ofBytes(most + 1), most);
    expect([told, more]).toEqual([
      expect.objectContaining({ field: '/answers', rule: 'TOO_LARGE', params: { mostKiB: most / 1024 } }),
      [],
    ]);
  });

  test('is counted in bytes of UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const content = { answers: { text } };
        expect(measureContentBytes(content)).toBe(Buffer.byteLength(JSON.stringify(content)));
      }),
    );
  });
});

test('whatever is given, the check answers, tells each rule of a field once, and repeats no value', () => {
  const garbage = fc.oneof(fc.jsonValue(), fc.constantFrom(SECRET, [SECRET], { [HIDDEN]: SECRET }, 1e300));
  fc.assert(
    fc.property(fc.subarray(schemaNodes.slice(1), { minLength: 1, maxLength: 3 }), garbage, (chosen, value) => {
      const content = chosen.reduce<unknown>(
        (made, { path }) => setAt(made, path, structuredClone(value)),
        structuredClone(full),
      );
      const told = brokenRules(content);
      expect(new Set(told).size).toBe(told.length);
      expect(JSON.stringify(validate(content))).not.toContain(SECRET);
      expect(brokenRules(content)).toEqual(told);
    }),
    { numRuns: 500 },
  );
});

/** Sets a value where the way to it still leads through objects. */
function setAt(root: unknown, path: (string | number)[], value: unknown): unknown {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, step) => (at as Record<string | number, unknown>)?.[step], root);
  if (typeof parent === 'object' && parent !== null) (parent as Record<string | number, unknown>)[path.at(-1)!] = value;
  return root;
}
