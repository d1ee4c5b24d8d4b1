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

/** Content with every member of the schema. */
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
  mandate: {
    kind: 'kinship',
    reference: 'CS-1',
    date: '2024-02-29',
    name: 'mandates/01J00000000000000000000001',
  },
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

/** Resolves the reference of a schema. */
function resolveReference(schema: Node): Node {
  const { $ref, ...beside } = schema as { $ref?: string };
  const defs = CONTENT_SCHEMA.$defs as unknown as Record<string, Node>;
  return $ref === undefined ? schema : { ...defs[$ref.slice('#/$defs/'.length)], ...beside };
}

/** Lists the schema of every member, the root first. */
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

/** Returns the full content with a changed value at a path. */
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
/** As a name it could be personal data, so the parent field is reported. */
const HIDDEN = `${SECRET} !`;

/** For each keyword, values that break it, with the reported field and rule. */
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
      rule: 'MAX_PROPERTIES',
    },
  ],
};
/** Annotations, which check nothing. */
const ANNOTATIONS = ['$schema', '$defs', 'title', 'description', 'x-rule', 'properties', 'items'];

const valueAt = (path: (string | number)[]) =>
  path.reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], full);

const rules = schemaNodes.flatMap(({ path, schema }) =>
  Object.keys(schema)
    .filter((keyword) => !ANNOTATIONS.includes(keyword))
    .flatMap((keyword) =>
      BREAKS[keyword]!(schema, valueAt(path) as never).map(({ value, at, rule }) => {
        const field = fieldAt(at === undefined ? path : [...path, at]);
        return { name: `${fieldAt(path) || 'the content'}: ${keyword}`, field, rule, path, value };
      }),
    ),
);

describe('content schema', () => {
  test('accepts a valid value of every member', () => {
    expect(validate({ ...full })).toEqual([]);
    for (const { path } of schemaNodes) expect(valueAt(path)).toBeDefined();
  });

  test('covers every rule of the schema', () => {
    expect(rules.length).toBeGreaterThan(80);
    expect(new Set(rules.map(({ rule }) => rule))).toEqual(
      new Set([
        ...['TYPE', 'REQUIRED', 'UNKNOWN_FIELD', 'ONE_OF', 'MAX_LENGTH', 'MAX_ITEMS', 'MAX_PROPERTIES'],
        ...['CONTROL_CHARACTERS', 'CODE', 'DATE', 'IDNP', 'EMAIL', 'PHONE', 'COUNTRY', 'MIN_LENGTH', 'PERSON_NAME'],
        'MANDATE_UNKNOWN',
      ]),
    );
  });

  test.each(rules)(
    '$name: rejects an invalid value as $field $rule without repeating it',
    ({ field, rule, path, value }) => {
      const violations = validate(withAt(path, () => value));
      expect([violations[0]!.field, violations[0]!.rule]).toEqual([field, rule]);
      expect(violations).toHaveLength(1);
      expect(JSON.stringify(violations)).not.toMatch(/zz-secret-zz|2900000000013|2023-02-29|aaaaaaaa/);
      expect(violations[0]!.message).toMatch(/^[A-Z].+\.$/);
    },
  );

  test.each(schemaNodes.slice(1))('accepts $path to be absent unless required', ({ path }) => {
    const name = path.at(-1) as string;
    const rulesBroken = brokenRules(withAt(path.slice(0, -1), (value) => omit(value, name)));
    const isRequired = name === 'kind' || path.at(-2) === 'foreignDocument';
    expect(rulesBroken).toEqual(isRequired ? [`${fieldAt(path)} REQUIRED`] : []);
  });
});

function omit(value: unknown, name: string | number): unknown {
  if (Array.isArray(value)) return [];
  const { [name]: _left, ...rest } = value as Record<string | number, unknown>;
  return rest;
}

describe('validateContentShape', () => {
  test.each<[string, object]>([
    ['a name of 100 letters outside the basic plane', { applicant: { givenName: '𝒜'.repeat(100) } }],
    [
      'an email address of 254 characters',
      { contact: { email: `${'a'.repeat(64)}@${`${'b'.repeat(60)}.`.repeat(3)}posta1` } },
    ],
    ['an empty email address, as in a draft', { contact: { email: '', phone: '' } }],
    ['a local phone number', { contact: { phone: '022 123-456' } }],
    ['50 documents', { evidence: Array.from({ length: 50 }, () => ({ kind: 'x' })) }],
    ['members that are undefined', { applicant: { idnp: undefined }, costOption: undefined }],
    ['empty content', {}],
  ])('accepts %s', (_name, content) => expect(validate(content)).toEqual([]));

  test.each<[string, object, string]>([
    ['a name of 101 letters', { applicant: { givenName: '𝒜'.repeat(101) } }, '/applicant/givenName MAX_LENGTH'],
    ['a line break in a note', { delivery: { kind: 'post', note: 'a\nb' } }, '/delivery/note CONTROL_CHARACTERS'],
    ['an IDNP with a wrong check digit', { represented: { idnp: '2900000000013' } }, '/represented/idnp IDNP'],
    ['an IDNO as an IDNP', { applicant: { idnp: '1008600038413' } }, '/applicant/idnp IDNP'],
    ['an impossible date', { applicant: { birthDate: '2100-02-29' } }, '/applicant/birthDate DATE'],
    [
      'a timestamp instead of a date',
      { mandate: { kind: 'mpower', date: '2024-02-29T00:00:00Z' } },
      '/mandate/date DATE',
    ],
    ['an unknown language', { applicant: { language: 'RO' } }, '/applicant/language ONE_OF'],
    ['an email address without a host', { contact: { email: 'ana@' } }, '/contact/email EMAIL'],
    [
      'a mail header in an email address',
      { contact: { email: 'a@b.example\r\nBcc: c@d.example' } },
      '/contact/email EMAIL',
    ],
    ['a word as a phone number', { contact: { phone: 'none' } }, '/contact/phone PHONE'],
    ['51 documents', { evidence: Array.from({ length: 51 }, () => ({ kind: 'x' })) }, '/evidence MAX_ITEMS'],
    [
      'a document without a valid code',
      { evidence: [{ kind: 'x' }, { kind: 'Birth certificate' }] },
      '/evidence/1/kind CODE',
    ],
    ['null', { contact: null }, '/contact TYPE'],
    ['answers as a list', { answers: [] }, '/answers TYPE'],
    [
      '"none" together with a phone number',
      { contact: { none: true, phone: '022123456' } },
      '/contact/none CONTRADICTION',
    ],
  ])('rejects %s', (_name, content, expected) => expect(brokenRules(content)).toEqual([expected]));

  test('reports all violations at once', () => {
    const invalid = { applicant: { idnp: '1', language: 'x' }, mandate: {}, costOption: '-', colour: 'blue' };
    expect(brokenRules(invalid).sort()).toEqual([
      '/applicant/idnp IDNP',
      '/applicant/language ONE_OF',
      '/colour UNKNOWN_FIELD',
      '/costOption CODE',
      '/mandate/kind REQUIRED',
    ]);
  });
});

describe('size of content', () => {
  /** Returns content of this size. */
  function ofBytes(bytes: number): Content {
    const empty = measureContentBytes({ answers: { text: '' } });
    return { answers: { text: 'a'.repeat(bytes - empty) } };
  }

  test.each([MAX_CONTENT_BYTES, MAX_SUPPLIED_BYTES])('is limited to %i bytes', (maxBytes) => {
    expect(validateContentShape(ofBytes(maxBytes), maxBytes)).toEqual([]);
    const [first, ...rest] = validateContentShape(ofBytes(maxBytes + 1), maxBytes);
    expect([first, rest]).toEqual([
      expect.objectContaining({ field: '/answers', rule: 'TOO_LARGE', params: { maxKiB: maxBytes / 1024 } }),
      [],
    ]);
  });

  test('is measured in UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const content = { answers: { text } };
        expect(measureContentBytes(content)).toBe(Buffer.byteLength(JSON.stringify(content)));
      }),
    );
  });
});

test('reports each rule of a field once and no values, whatever the content', () => {
  const garbage = fc.oneof(fc.jsonValue(), fc.constantFrom(SECRET, [SECRET], { [HIDDEN]: SECRET }, 1e300));
  fc.assert(
    fc.property(fc.subarray(schemaNodes.slice(1), { minLength: 1, maxLength: 3 }), garbage, (chosen, value) => {
      const content = chosen.reduce<unknown>(
        (made, { path }) => setAt(made, path, structuredClone(value)),
        structuredClone(full),
      );
      const first = brokenRules(content);
      expect(new Set(first).size).toBe(first.length);
      expect(JSON.stringify(validate(content))).not.toContain(SECRET);
      expect(brokenRules(content)).toEqual(first);
    }),
    { numRuns: 500 },
  );
});

/** Sets a value if its parent is still an object. */
function setAt(root: unknown, path: (string | number)[], value: unknown): unknown {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, step) => (at as Record<string | number, unknown>)?.[step], root);
  if (typeof parent === 'object' && parent !== null) (parent as Record<string | number, unknown>)[path.at(-1)!] = value;
  return root;
}
