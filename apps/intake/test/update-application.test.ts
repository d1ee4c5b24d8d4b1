import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { ApplicationContent } from '@cups/contracts/gen/cups/intake/v1/ApplicationContent.ts';
import { idnp } from '@cups/testing';
import { content, useIntake } from './world.ts';

/** UpdateApplication: named fields of a draft are replaced. */

const scene = useIntake();
const { at } = scene;

const edit = (name: string, etag: string, given: ApplicationContent, updateFields: string[]) =>
  at().updateApplication({ requestId: randomUUID(), name, etag, content: given, updateFields });

test('An edit replaces the fields that it names and no others, and clears a named one that it leaves out.', async () => {
  const draft = await at().open(4);
  const next = (await edit(draft.name, draft.etag, { costOption: 'fast' }, ['cost_option', 'represented']))
    .application!;
  expect(next.content).toMatchObject({ costOption: 'fast', applicant: { idnp: idnp(4) } });
  const cleared = (await edit(draft.name, next.etag, {}, ['delivery'])).application!;
  expect(cleared.content?.delivery).toBeNull();
});

test.each(Object.keys(content(1)))(
  'The field %s of the content can be cleared by its name in the proto.',
  async (field) => {
    const draft = await at().open(4);
    const named = field === 'costOption' ? 'cost_option' : field;
    const { application } = await edit(draft.name, draft.etag, {}, [named]);
    const cleared = {
      ...draft.content,
      [field]: (await at().open(4, { [field]: undefined })).content![field as 'contact'],
    };
    expect(application!.content).toEqual(cleared);
  },
);

test('An edit needs the etag, and a stale one is refused.', async () => {
  const draft = await at().open(4);
  await expect(edit(draft.name, '', {}, [])).rejects.toMatchObject({ reason: 'ETAG_MISSING' });
  await edit(draft.name, draft.etag, {}, ['delivery']);
  await expect(edit(draft.name, draft.etag, {}, ['delivery'])).rejects.toMatchObject({ reason: 'ETAG_STALE' });
});

test('An edit that names no field, or none of the content, changes nothing.', async () => {
  const { name, etag } = await at().open(5);
  await expect(edit(name, etag, content(5), [])).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    violations: [{ field: '/updateFields', rule: 'REQUIRED' }],
  });
  for (const none of ['state', 'constructor', 'content.applicant', 'costOption', '']) {
    await expect(edit(name, etag, content(5), ['applicant', none])).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/updateFields', rule: 'UNKNOWN_VALUE' }],
    });
  }
  expect((await at().read(name)).etag).toBe('"1"');
});

test('What is submitted is edited no more.', async () => {
  const app = await at().file(5);
  await expect(edit(app.name, app.etag, {}, ['delivery'])).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
});

test('A repeated edit is answered although its etag is stale by its own first try.', async () => {
  const { name, etag } = await at().open(5);
  const given = { requestId: randomUUID(), name, etag, content: { costOption: 'c' }, updateFields: ['cost_option'] };
  const first = await at().updateApplication(given);
  const again = await at().updateApplication(given);
  expect([first.replayed, again.replayed]).toEqual([false, true]);
  expect(again.application!.etag).toBe(first.application!.etag);
});

test('Of 30 racing edits with one etag exactly one wins.', async () => {
  const { name, etag } = await at().open(5);
  const race = await Promise.allSettled(
    Array.from({ length: 30 }, (_, i) => edit(name, etag, { costOption: `c${i}` }, ['cost_option'])),
  );
  expect(race.filter(({ status }) => status === 'fulfilled').length).toBe(1);
});
