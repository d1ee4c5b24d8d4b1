import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { ApplicationContent } from '@cups/contracts/gen/cups/intake/v1/ApplicationContent.ts';
import { idnp } from '@cups/testing';
import { content, useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;

const edit = (name: string, etag: string, given: ApplicationContent, updateFields: string[]) =>
  at().updateApplication({ requestId: randomUUID(), name, etag, content: given, updateFields });

describe('UpdateApplication', () => {
  test('replaces the named fields and clears named ones that are absent', async () => {
    const draft = await at().open(4);
    const next = (await edit(draft.name, draft.etag, { costOption: 'fast' }, ['cost_option', 'represented']))
      .application!;
    expect(next.content).toMatchObject({ costOption: 'fast', applicant: { idnp: idnp(4) } });
    const cleared = (await edit(draft.name, next.etag, {}, ['delivery'])).application!;
    expect(cleared.content?.delivery).toBeNull();
  });

  test.each(Object.keys(content(1)))('clears %s by its proto name', async (field) => {
    const draft = await at().open(4);
    const protoName = field === 'costOption' ? 'cost_option' : field;
    const { application } = await edit(draft.name, draft.etag, {}, [protoName]);
    const cleared = {
      ...draft.content,
      [field]: (await at().open(4, { [field]: undefined })).content![field as 'contact'],
    };
    expect(application!.content).toEqual(cleared);
  });

  test('requires a current etag', async () => {
    const draft = await at().open(4);
    await expect(edit(draft.name, '', {}, [])).rejects.toMatchObject({ reason: 'ETAG_MISSING' });
    await edit(draft.name, draft.etag, {}, ['delivery']);
    await expect(edit(draft.name, draft.etag, {}, ['delivery'])).rejects.toMatchObject({ reason: 'ETAG_STALE' });
  });

  test('rejects no field and unknown fields', async () => {
    const { name, etag } = await at().open(5);
    await expect(edit(name, etag, content(5), [])).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/updateFields', rule: 'REQUIRED' }],
    });
    for (const unknown of ['state', 'constructor', 'content.applicant', 'costOption', '']) {
      await expect(edit(name, etag, content(5), ['applicant', unknown])).rejects.toMatchObject({
        reason: 'INVALID_ARGUMENT',
        violations: [{ field: '/updateFields', rule: 'UNKNOWN_VALUE' }],
      });
    }
    expect((await at().read(name)).etag).toBe('"1"');
  });

  test('rejects an edit of a submitted application', async () => {
    const app = await at().file(5);
    await expect(edit(app.name, app.etag, {}, ['delivery'])).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
  });

  test('replays a retry although its etag is stale', async () => {
    const { name, etag } = await at().open(5);
    const given = { requestId: randomUUID(), name, etag, content: { costOption: 'c' }, updateFields: ['cost_option'] };
    const first = await at().updateApplication(given);
    const again = await at().updateApplication(given);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(again.application!.etag).toBe(first.application!.etag);
  });

  test('accepts exactly one of 30 concurrent edits with one etag', async () => {
    const { name, etag } = await at().open(5);
    const race = await Promise.allSettled(
      Array.from({ length: 30 }, (_, i) => edit(name, etag, { costOption: `c${i}` }, ['cost_option'])),
    );
    expect(race.filter(({ status }) => status === 'fulfilled').length).toBe(1);
  });
});
