import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { changeContact } from '../src/domain/commands/contact.ts';
import type { Application } from '../src/domain/application.ts';
import { ACTOR, applicationInState, catchProblem } from './fixtures.ts';
import { useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;
const PHONE = '+37369000077';
const EMAIL = 'ana@example.md';

const change = (name: string, contact: object, more: object = {}) =>
  at().changeContact({ requestId: randomUUID(), name, contact, ...more });

describe('ChangeContact', () => {
  test('replaces the contact, keeps both in the history, and serves the new one to notices and the search', async () => {
    const { name, content } = await at().file(1);
    const { application } = await change(name, { phone: PHONE });
    const contact = { email: '', phone: PHONE, none: false };
    expect(application!.content!.contact).toEqual(contact);
    const [, changed] = await at().history(name);
    expect(changed).toMatchObject({ kind: 'change-contact', formerContact: content!.contact, contact });
    const notices = scene.world.clientAt(scene.port, 'notifications');
    expect((await notices.getNoticeContext({ name })).contact).toEqual(contact);
    const found = await at().searchApplications({ query: PHONE });
    expect(found.applications.map((row) => row.name)).toEqual([name]);
  });

  test('replays a repeated request, and rejects a stale etag', async () => {
    const { name, etag } = await at().file(2);
    const request = { requestId: randomUUID(), name, contact: { email: EMAIL }, etag };
    expect((await at().changeContact(request)).replayed).toBe(false);
    expect((await at().changeContact(request)).replayed).toBe(true);
    await expect(change(name, { none: true }, { etag })).rejects.toMatchObject({ reason: 'ETAG_STALE' });
  });

  test.each([
    [{}, '/contact', 'CONTACT_MISSING'],
    [null, '/contact', 'CONTACT_MISSING'],
    [{ email: 'no address' }, '/contact/email', 'EMAIL'],
    [{ phone: 'call me' }, '/contact/phone', 'PHONE'],
    [{ email: EMAIL, none: true }, '/contact/none', 'CONTRADICTION'],
  ])('rejects %j by the rules of a draft', async (contact, field, rule) => {
    const { name } = await at().file(3);
    const rejected = at().changeContact({ requestId: randomUUID(), name, contact });
    await expect(rejected).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT', violations: [{ field, rule }] });
  });

  test('leaves a draft to its form', async () => {
    const { name } = await at().open(4);
    await expect(change(name, { none: true })).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
  });
});

describe('changeContact', () => {
  const filed = applicationInState('submitted');

  test('leaves submissions, due date and queue as they are', () => {
    const { document, events } = changeContact(filed, ACTOR, { email: EMAIL });
    expect(document.submissions).toBe(filed.submissions);
    expect(document).toMatchObject({
      state: filed.state,
      dueDate: filed.dueDate,
      content: { contact: { email: EMAIL } },
    });
    expect(events).toEqual([{ type: 'ContactChanged' }]);
  });

  test('records nothing for the same contact', () => {
    const same = { ...filed.content.contact };
    expect(changeContact(filed, ACTOR, same)).toEqual({ document: filed, events: [] });
  });

  test('keeps at most 100 changes', () => {
    let app: Application = filed;
    const next = (n: number) => changeContact(app, ACTOR, { phone: `+3736900${1000 + n}` });
    for (let n = 0; n < 100; n += 1) app = next(n).document;
    const { violations } = catchProblem(() => next(100))!;
    expect(violations).toMatchObject([{ field: '/contact', rule: 'TOO_MANY_CHANGES' }]);
  });
});
