import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ApplicationSubmitted } from '@cups/agency-contract';
import type { DeliveryChoice, Mandate } from '@cups/application';
import { temporaryDir } from '@cups/testing';
import { checkContent } from '../generate/openapi/content-findings.ts';

const root = join(import.meta.dirname, '..', '..');
const DOCUMENT = 'apps/gateway/openapi.yaml';
const AGENCIES = 'libs/agency-contract/schemas/definitions.json';
const FILED = 'libs/agency-contract/schemas/application.submitted.json';
const TYPES = 'libs/agency-contract/src/content-types.ts';
const PROTO = 'proto/cups/intake/v1/intake.proto';
const folders: { remove(): void }[] = [];
afterEach(() => folders.splice(0).forEach((folder) => folder.remove()));

/** What the tool says of the tree with one text replaced by another in a file. */
async function checkWithChange(file: string, { from = '', to = '', check = false }) {
  const { dir, remove } = temporaryDir();
  folders.push({ remove });
  for (const one of [DOCUMENT, dirname(AGENCIES), TYPES, PROTO]) {
    mkdirSync(dirname(join(dir, one)), { recursive: true });
    cpSync(join(root, one), join(dir, one), { recursive: true });
  }
  const text = readFileSync(join(dir, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(
    join(dir, file),
    text.replace(from, () => to),
  );
  const findings = await checkContent(dir, { check });
  return {
    findings,
    document: readFileSync(join(dir, DOCUMENT), 'utf8'),
    written: readFileSync(join(dir, file), 'utf8'),
  };
}

/** These do not compile when the types of the agency contract have other words than the schema. */
type ContractShape = Pick<ApplicationSubmitted, 'mandate' | 'delivery'>;
type DeskShape = { mandate: Mandate; delivery: DeliveryChoice };
const toContractShape = (chosen: DeskShape): ContractShape => chosen;
const toDeskShape = (told: ContractShape): DeskShape => told;

describe('content schema', () => {
  test('matches the OpenAPI document, the agency contract and the proto', async () => {
    expect((await checkWithChange(DOCUMENT, { check: true })).findings).toEqual([]);
  });

  test('matches the types of the agency contract', () => {
    const chosen: DeskShape = { mandate: { kind: 'notarial', reference: 'N-1' }, delivery: { kind: 'post' } };
    expect(toDeskShape(toContractShape(chosen))).toBe(chosen);
  });

  test.each([
    ['another kind of mandate', DOCUMENT, '- guardianship', '- court', 'apps/gateway/openapi.yaml is stale'],
    [
      'another bound of a text',
      DOCUMENT,
      '          maxLength: 254\n',
      '          maxLength: 255\n',
      'apps/gateway/openapi.yaml is stale',
    ],
    [
      'a member of the content that cannot be edited',
      DOCUMENT,
      "        costOption:\n          {\n            title: UpdateApplicationRequestCostOption,\n            anyOf: [{ $ref: '#/components/schemas/CostOptionCode' }, { type: 'null' }],\n          }\n",
      '',
      'an application is edited with another costOption',
    ],
    [
      'a member that is no content',
      DOCUMENT,
      '    UpdateApplicationRequest:\n      type: object\n      additionalProperties: false\n      minProperties: 1\n      properties:\n',
      '    UpdateApplicationRequest:\n      type: object\n      additionalProperties: false\n      minProperties: 1\n      properties:\n        colour: { type: string }\n',
      'an application is edited with colour, which is no content',
    ],
    [
      'a member of the content that is not shown',
      DOCUMENT,
      "        contact: { $ref: '#/components/schemas/Contact' }\n        represented",
      '        represented',
      'an application is shown with another contact',
    ],
    [
      'a member that agencies do not get',
      FILED,
      '"represented": {',
      '"other": {',
      'agency contract: represented is not sent',
    ],
    [
      'a member of a person that only the proto has',
      PROTO,
      'string birth_date = 4;',
      'string birth_date = 4;\n  string birth_place = 9;',
      'proto: Person has other members',
    ],
    [
      'a field of content that the proto lacks',
      PROTO,
      'string cost_option = 7;',
      '',
      'proto: ApplicationContent has other members',
    ],
    [
      'a kind of mandate that agencies lack',
      AGENCIES,
      '"notarial", ',
      '',
      'mandate.kind: has values that were not possible',
    ],
    [
      'a kind of mandate that only agencies have',
      AGENCIES,
      '"notarial"',
      '"notarial", "court"',
      'mandate.kind: has other words',
    ],
    [
      'a way to deliver that only agencies have',
      AGENCIES,
      '"at-centre", ',
      '"at-centre", "at-home", ',
      'delivery.kind: has other words',
    ],
    [
      'fewer papers for agencies than for a desk',
      AGENCIES,
      '"maxItems": 50',
      '"maxItems": 40',
      'evidence: maxItems lets more through',
    ],
    [
      'a shorter name for agencies than for a desk',
      AGENCIES,
      '/foreignDocument"\n        },\n        "givenName": {\n          "type": "string",\n          "minLength": 1,\n          "maxLength": 100',
      '/foreignDocument"\n        },\n        "givenName": {\n          "type": "string",\n          "minLength": 1,\n          "maxLength": 99',
      'lets more through',
    ],
    [
      'a kind of mandate that the proto lacks',
      PROTO,
      'MANDATE_KIND_KINSHIP = 4;',
      '',
      'proto: MANDATE_KIND_* has other words',
    ],
    [
      'a way to deliver under another word',
      PROTO,
      'DELIVERY_CHOICE_KIND_POST =',
      'DELIVERY_CHOICE_KIND_MAIL =',
      'proto: DELIVERY_CHOICE_KIND_* has other words',
    ],
  ])('detects %s', async (_name, file, from, to, finding) => {
    expect((await checkWithChange(file, { from, to, check: true })).findings.join('\n')).toContain(finding);
  });

  test('rewrites differing parts of the OpenAPI document', async () => {
    const { findings, document } = await checkWithChange(DOCUMENT, { from: '- guardianship', to: '- court' });
    expect([findings, document]).toEqual([[], readFileSync(join(root, DOCUMENT), 'utf8')]);
  });

  test.each([
    [AGENCIES, '"notarial", ', ''],
    [FILED, '"represented": {', '"contact": {'],
    [TYPES, 'givenName: string;', ''],
  ])('rewrites differing parts of %s', async (file, from, to) => {
    const { findings, written } = await checkWithChange(file, { from, to });
    expect([findings, written]).toEqual([[], readFileSync(join(root, file), 'utf8')]);
  });
});
