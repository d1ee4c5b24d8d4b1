import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { eventually, platform } from '@cups/testing';
import { createIntake } from '../src/service.ts';
import { configFor, content, desk, neighbourhood } from './desk.ts';
import type { Neighbourhood } from './desk.ts';

/** What intake refuses at its own border, whoever calls: it does not rely on the checks of the gateway. */

let near: Neighbourhood;
let intake: Awaited<ReturnType<typeof createIntake>>;
const at = () => desk(near, intake.grpcPort!);
const refused = (reason: string, field: string, rule: string) =>
  expect.objectContaining({ reason, violations: [expect.objectContaining({ field, rule })] }) as unknown as Error;

beforeAll(async () => {
  near = await neighbourhood();
  intake = await createIntake(configFor(near, platform()));
  await eventually(() =>
    at()
      .listApplications({})
      .then(() => true),
  );
});
afterAll(async () => {
  await intake.stop();
  await near.close();
});

describe('answers that a document cannot hold', () => {
  test.each([
    ['NUL in a name', '{"a\\u0000b":1}', 'answers.(unknown)', 'NAME'],
    ['_bsontype', '{"act":{"_bsontype":"ObjectId","id":"x"}}', 'answers.act._bsontype', 'NAME'],
    ['__proto__', '{"__proto__":{"act":"birth"}}', 'answers.__proto__', 'NAME'],
    ['an operator', '{"$set":{"state":"closed"}}', 'answers.$set', 'NAME'],
    ['a path', '{"act.0.x":1}', 'answers.(unknown)', 'NAME'],
    ['nesting without end', `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'answers', 'TOO_DEEP'],
    ['no object', '[1]', 'answers', 'JSON_OBJECT'],
    ['no JSON', '{', 'answers', 'JSON_OBJECT'],
  ])('%s: refused by name, at the draft, at an edit and with documents', async (_name, text, field, rule) => {
    const answers = Buffer.from(text);
    const name = (await at().open(1)).name;
    const error = refused('INVALID_ARGUMENT', field, rule);
    await expect(at().open(2, { answers })).rejects.toEqual(error);
    const edit = { requestId: randomUUID(), name, etag: '"1"', updateFields: ['answers'], content: { answers } };
    await expect(at().updateApplication(edit)).rejects.toEqual(error);
    await expect(at().supplyDocuments({ requestId: randomUUID(), name, answers })).rejects.toEqual(error);
    const { application } = await at().getApplication({ name });
    expect(application).toMatchObject({ etag: '"1"', content: { answers: Buffer.from('{"act":"birth"}') } });
  });

  test('bytes that are no UTF-8', async () => {
    const answers = Buffer.concat([Buffer.from('{"act":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    await expect(at().open(2, { answers })).rejects.toEqual(refused('INVALID_ARGUMENT', 'answers', 'JSON_OBJECT'));
  });

  test('words that objects have are kept as they came', async () => {
    const answers = '{"constructor":"a","hasOwnProperty":"b","length":3,"toBSON":{"valueOf":null},"număr":"ș"}';
    const { name } = await at().open(3, { answers: Buffer.from(answers) });
    const { application } = await at().getApplication({ name });
    expect(JSON.parse(application!.content!.answers.toString())).toEqual(JSON.parse(answers));
  });
});

describe('numbers that are no value of an enum', () => {
  test.each([
    ['mandate', { mandate: { kind: 77 } }, 'content.mandate.kind'],
    ['delivery', { delivery: { kind: -1 } }, 'content.delivery.kind'],
  ])('%s', async (_name, more, field) => {
    await expect(at().open(4, more)).rejects.toEqual(refused('INVALID_ARGUMENT', field, 'UNKNOWN'));
  });

  test('the zero value is none either', async () => {
    const unsaid = { mandate: { kind: 'MANDATE_KIND_UNSPECIFIED' } };
    await expect(at().open(4, unsaid)).rejects.toEqual(refused('INVALID_ARGUMENT', 'mandate.kind', 'UNKNOWN'));
  });

  test('the state of a list', async () => {
    await expect(at().listApplications({ state: 99 as never })).rejects.toEqual(
      refused('INVALID_ARGUMENT', 'state', 'UNKNOWN'),
    );
  });
});

describe('what a write needs and does not bring', () => {
  test('an edit that names no field, or none of the content, raises no etag', async () => {
    const { name } = await at().open(5);
    const edit = { requestId: randomUUID(), name, etag: '"1"', content: content(5) };
    await expect(at().updateApplication(edit)).rejects.toEqual(refused('INVALID_ARGUMENT', 'updateFields', 'REQUIRED'));
    for (const none of ['state', 'constructor', 'content.applicant', '']) {
      await expect(at().updateApplication({ ...edit, updateFields: ['applicant', none] })).rejects.toEqual(
        refused('INVALID_ARGUMENT', 'updateFields', 'UNKNOWN'),
      );
    }
    expect((await at().getApplication({ name })).application?.etag).toBe('"1"');
  });

  test('an outcome, a hand-over, a public service', async () => {
    const { name } = await at().open(6);
    const requestId = randomUUID();
    await expect(at().confirmOutcome({ requestId, name })).rejects.toEqual(
      refused('INVALID_ARGUMENT', 'outcome', 'REQUIRED'),
    );
    await expect(at().handOverResult({ requestId, name })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
    await expect(at().createApplication({ requestId, content: content(6) })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
    });
  });
});
