import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { findLoosened, findBreakingChanges } from '../generate/contract/compare.ts';
import type { Contract } from '../generate/contract/compare.ts';
import { buildContract } from '../generate/contract/build-contract.ts';
import { publish } from '../generate/contract/publish.ts';

const root = join(import.meta.dirname, '..', '..');
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

const SOURCES = ['asyncapi.yaml', 'schemas', 'samples'];
const ALL_PARTS = [...SOURCES, 'README.md', 'published', 'corpus', 'reference', 'baseline.json'];

const baseline = JSON.parse(readFileSync(join(root, 'libs/agency-contract/baseline.json'), 'utf8')) as Contract;

type FileChanges = Record<string, (text: string) => string>;

/** A folder with the contract of the repository, with changes in its files. */
function createChangedContract(plant: FileChanges, parts: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'cups-contract-'));
  folders.push(folder);
  for (const part of parts) {
    cpSync(join(root, 'libs/agency-contract', part), join(folder, part), { recursive: true });
  }
  for (const [file, change] of Object.entries(plant)) {
    const old = readFileSync(join(folder, file), 'utf8');
    const text = change(old);
    expect(text).not.toBe(old);
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

/** What the tool says of a contract. */
function runTool(plant: FileChanges, ...args: string[]) {
  const command = [
    '--disable-warning=ExperimentalWarning',
    join(root, 'tools/generate/contract/contract.ts'),
    '--folder',
    createChangedContract(plant, ALL_PARTS),
  ];
  const { status, stderr, stdout } = spawnSync(process.execPath, [...command, ...args], { encoding: 'utf8' });
  return { status, stderr, stdout };
}

/** In what a contract breaks an agency that was built for the one of the repository. */
function findBreakingChangesIn(plant: FileChanges): string[] {
  return findBreakingChanges(baseline, buildContract(publish(createChangedContract(plant, SOURCES))));
}

describe('the check of the agency contract', () => {
  test('accepts the repository’s contract', () => {
    expect(runTool({}, '--check')).toEqual({ status: 0, stderr: '', stdout: 'agency contract: 0 findings\n' });
  });

  test('refuses stale files and findings of the official parser', () => {
    const { status, stderr } = runTool(
      {
        'asyncapi.yaml': (text) => text.replace('action: receive', 'action: listen'),
        'corpus/second-decision.json': (text) => text.replace('ALREADY_DECIDED', 'KEY_MISMATCH'),
        'samples/messages/reply.decided.json': (text) => text.replace('/agencies/asp', '/agencies/cnas'),
        'reference/document-kinds.json': (text) => text.replace('diploma', 'degree'),
        'README.md': (text) => text.replace('`ALREADY_DECIDED`', '`NOTHING_SENT`'),
      },
      '--check',
    );
    const stale = [...stderr.matchAll(/^libs\/agency-contract\/(.*) is stale: npm run cups -- contract$/gm)];
    expect(stale.map(([, file]) => file).sort()).toEqual([
      'README.md',
      'corpus/second-decision.json',
      'published/asyncapi.yaml',
      'reference/document-kinds.json',
      'samples/messages/reply.decided.json',
    ]);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^asyncapi asyncapi-\S+ at operations\/receiveRequests/m),
    ]);
  });

  test.each([
    [
      'a request loses a property that was always there',
      { 'schemas/application.withdrawn.json': (text: string) => text.replace(', "withdrawTime"]', ']') },
      'application.withdrawn.withdrawTime: may be missing',
    ],
    [
      'a request has a value that was not possible',
      { 'schemas/definitions.json': (text: string) => text.replace('"notarial", ', '"notarial", "court", ') },
      'application.submitted.mandate.kind: has values that were not possible',
    ],
    [
      'a reply must hold what it need not have held',
      { 'schemas/reply.progressed.json': (text: string) => text.replace('"required": [', '"required": ["note", ') },
      'reply.progressed.note: may be missing',
    ],
    [
      'a reply may not hold what it could',
      { 'schemas/reply.progressed.json': (text: string) => text.replace('"note": {', '"remark": {') },
      'reply.progressed.note: was refused, and is possible now',
    ],
  ])('refuses a breaking change: %s', (_name, plant, finding) => {
    expect(findBreakingChangesIn(plant as FileChanges)).toContain(finding);
  });

  test.each([
    [
      'a centre loses its time zone',
      { 'schemas/centre.changed.json': (text: string) => text.replace('"timeZone", "status"]', '"status"]') },
      'centre.changed.timeZone: may be missing',
    ],
    [
      'a centre has a status that was not possible',
      { 'schemas/centre.changed.json': (text: string) => text.replace('"paused", ', '"paused", "moved", ') },
      'centre.changed.status: has values that were not possible',
    ],
    [
      'a message about a centre comes from somebody else',
      { 'schemas/centre-headers.json': (text: string) => text.replace('/cups/identity', '/cups/registry') },
      'headers of reference data.ce_source: has values that were not possible',
    ],
    [
      'centres have other keys',
      { 'asyncapi.yaml': (text: string) => text.replace("pattern: '^[A-Z]+-[0-9]{2,4}$'", "pattern: '^[A-Z]+$$'") },
      'the rule of the key of reference data has changed',
    ],
    [
      'centres are on another topic',
      { 'asyncapi.yaml': (text: string) => text.replace("address: 'cups.centres'", "address: 'cups.places'") },
      'centres: its address has changed',
    ],
    [
      'a refusal loses its mend',
      { 'schemas/reply.refused.json': (text: string) => text.replace('"violations", "mend",', '"violations",') },
      'reply.refused.mend: may be missing',
    ],
    [
      'a refusal has a handling that was not possible',
      { 'schemas/reply.refused.json': (text: string) => text.replace('"recorded", ', '"recorded", "lost", ') },
      'reply.refused.handling: has values that were not possible',
    ],
    [
      'a refusal comes from somebody else',
      { 'schemas/refusal-headers.json': (text: string) => text.replace('/cups/agency-bridge', '/cups/intake') },
      'headers of refused replies.ce_source: has values that were not possible',
    ],
    [
      'refusals have other keys',
      { 'asyncapi.yaml': (text: string) => text.replace("pattern: '^([0-7]", "pattern: '^x([0-7]") },
      'the rule of the key of refused replies has changed',
    ],
  ])(
    'refuses a change that breaks an agency which reads what is not of its deliveries alone: %s',
    (_name, plant, finding) => {
      expect(findBreakingChangesIn(plant as FileChanges)).toContain(finding);
    },
  );

  test('allows a new request property and a new optional reply property', () => {
    const add = (text: string) => text.replace('"properties": {', '"properties": { "later": { "type": "string" },');
    const plant = { 'schemas/application.withdrawn.json': add, 'schemas/reply.progressed.json': add };
    expect(findBreakingChangesIn(plant)).toEqual([]);
  });
});

describe('findLoosened', () => {
  const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
  const text = { type: 'string' };

  test.each<[string, object | boolean, object | boolean]>([
    ['the same', object({ a: text }), object({ a: text })],
    ['other words', { type: 'string', description: 'a' }, { type: 'string', title: 'b', 'x-note': 1 }],
    ['a shorter text', { type: 'string', maxLength: 5 }, { type: 'string', maxLength: 9 }],
    ['a narrower number', { type: 'integer', minimum: 3, maximum: 5 }, { type: 'number', minimum: 3, maximum: 9 }],
    ['fewer values', { enum: ['a', 'b'] }, { enum: ['c', 'b', 'a'] }],
    ['one of the values', { const: 'a' }, { type: 'string', enum: ['a', 'b'] }],
    ['a value that fits', { const: 'abc' }, { type: 'string', pattern: '^a', maxLength: 3 }],
    ['more that is required', object({ a: text }, { required: ['a', 'b'] }), object({ a: text }, { required: ['a'] })],
    ['a property where others are open', object({ a: text, b: text }), object({ a: text })],
    ['a closed object', object({ a: text }, { additionalProperties: false }), object({ a: text, b: text })],
    ['anything', object({ a: text }), true],
    ['nothing', false, { type: 'string' }],
    ['a list of less', { type: 'array', items: { const: 1 } }, { type: 'array', items: { type: 'integer' } }],
  ])('nothing: %s', (_name, inner, outer) => {
    expect(findLoosened(inner as never, outer as never, 'x')).toEqual([]);
  });

  test.each<[string, object | boolean, object | boolean, string]>([
    ['another type', { type: 'number' }, text, 'x: type'],
    ['a number that need not be whole', { type: 'number' }, { type: 'integer' }, 'x: type'],
    ['no type any more', {}, text, 'x: type'],
    ['or null', { type: ['string', 'null'] }, text, 'x: type'],
    ['a longer text', { type: 'string', maxLength: 9 }, { type: 'string', maxLength: 5 }, 'x: maxLength'],
    ['a text without an end', text, { type: 'string', maxLength: 5 }, 'x: maxLength'],
    ['a smaller number', { type: 'integer', minimum: 0 }, { type: 'integer', minimum: 1 }, 'x: minimum'],
    ['an empty list', { type: 'array' }, { type: 'array', minItems: 1 }, 'x: minItems'],
    ['another pattern', { type: 'string', pattern: '^b' }, { type: 'string', pattern: '^a' }, 'x: pattern'],
    ['no format any more', text, { type: 'string', format: 'date' }, 'x: format'],
    ['a value more', { enum: ['a', 'b'] }, { enum: ['a'] }, 'x: has values'],
    ['a value that does not fit', { const: 'b' }, { type: 'string', pattern: '^a' }, 'x: has values'],
    ['any value', text, { type: 'string', enum: ['a'] }, 'x: enum'],
    ['less that is required', object({ a: text }), object({ a: text }, { required: ['a'] }), 'x.a: may be missing'],
    ['a property that is gone', object({}), object({ a: text }), 'x.a: type'],
    [
      'a property of a closed object',
      object({ a: text }),
      object({}, { additionalProperties: false }),
      'x.a: was refused',
    ],
    [
      'an object that opens',
      object({}),
      object({}, { additionalProperties: false }),
      'x: other properties: was refused',
    ],
    ['a property deep inside', object({ a: object({ b: {} }) }), object({ a: object({ b: text }) }), 'x.a.b: type'],
    ['items of more', { type: 'array' }, { type: 'array', items: text }, 'x[]: type'],
    ['what it cannot judge', text, { type: 'string', not: { const: 'a' } }, 'x: not'],
    ['anything', true, text, 'x: type'],
    ['what was never possible', {}, false, 'x: was refused'],
  ])('something: %s', (_name, inner, outer, finding) => {
    expect(findLoosened(inner as never, outer as never, 'x').join()).toContain(finding);
  });
});
