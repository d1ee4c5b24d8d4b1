import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { STATES } from '@cups/application';
import { eventually, idnp } from '@cups/testing';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import type { AgencyUpdate } from '../src/domain/agency-updates.ts';
import type { Application } from '../src/domain/application.ts';
import { sendMessage } from '../src/domain/commands/messages.ts';
import { findOpenMessage, messagesWith } from '../src/domain/conversation.ts';
import { eraseApplication } from '../src/domain/data-end.ts';
import { rehash } from '../src/journal.ts';
import { resolveQueueStatus } from '../src/domain/queue.ts';
import {
  ACTOR,
  AGENCY_WITHOUT_MESSAGES,
  agencyUpdate,
  applicationInState,
  asOwnApplication,
  catchProblem,
  NOW,
  WORKING_TIME,
} from './fixtures.ts';
import { openStoredApplications } from './stored-applications.ts';
import { bridgeEvent, idOf, useIntake } from './world.ts';

/** Messages between desk and agency: SendMessage, GetAgencyMessage, and what agencies write. */

const later = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);
const send = (app: Application, text: string, now = NOW) => sendMessage(app, { ...ACTOR, now }, { text }).document;
const received = (app: Application, written: AgencyUpdate['written'], now = NOW): Application => {
  const update = { ...agencyUpdate('message-sent', now), ...(written && { written }) };
  return applyAgencyUpdate(app, update, WORKING_TIME).document;
};

describe('the conversation', () => {
  const filed = applicationInState('in-progress');

  test('numbers the messages of both sides, and keeps their texts out of the history', () => {
    const asked = sendMessage(filed, ACTOR, { text: 'Este destulă copia?', language: 'ro' });
    expect(asked.events).toEqual([{ type: 'ApplicationMessageSent', number: 1 }]);
    const app = received(asked.document, { text: 'Da, este destulă.', language: 'ro', answers: 1 }, later(1));
    expect(app.messages).toMatchObject([
      { number: 1, agency: 'agencies/asp', author: ACTOR.operator, text: 'Este destulă copia?', language: 'ro' },
      { number: 2, agency: 'agencies/asp', author: 'agencies/asp', text: 'Da, este destulă.', answers: 1 },
    ]);
    const rows = app.history.slice(-2);
    expect(rows).toMatchObject([
      { kind: 'send-message', messageNumber: 1, actor: ACTOR.operator },
      { kind: 'message-sent', messageNumber: 2, actor: 'agencies/asp' },
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/destulă/);
    expect(app).toMatchObject({ state: filed.state, dueDate: filed.dueDate, submissions: filed.submissions });
  });

  test('a message of the agency is news in the queue until the desk answers or marks it as seen', () => {
    const hasNews = (app: Application) => resolveQueueStatus(app)?.agencyUpdateTime !== undefined;
    const app = received(filed, { text: 'Sunați-ne.' }, later(1));
    expect(app.deskAlerts).toMatchObject([{ kind: 'agency-message' }]);
    expect([hasNews(filed), hasNews(app), hasNews(send(app, 'Am sunat.', later(2)))]).toEqual([false, true, false]);
  });

  test('a message of the agency is open until the desk answers or marks it as seen', () => {
    const open = (app: Application) => findOpenMessage({ ...app, queue: resolveQueueStatus(app)! })?.text;
    const app = received(filed, { text: 'Sunați-ne.' }, later(1));
    expect(open(filed)).toBeUndefined();
    expect(open(app)).toBe('Sunați-ne.');
    expect(open(send(app, 'Am sunat.', later(2)))).toBeUndefined();
    expect(open({ ...app, seenTime: later(2) })).toBeUndefined();
    // Another update of the agency does not make an answered message open again.
    const answered = send(app, 'Am sunat.', later(2));
    expect(
      open(applyAgencyUpdate(answered, agencyUpdate('progressed', later(3)), WORKING_TIME).document),
    ).toBeUndefined();
  });

  test.each(STATES.filter((state) => state !== 'draft'))(
    'keeps what an agency writes in %s, and the state',
    (state) => {
      const app = received(applicationInState(state), { text: 'Scris târziu.' }, later(1));
      expect(app).toMatchObject({ state, messages: [{ text: 'Scris târziu.' }] });
    },
  );

  test('an unknown number is no answer', () => {
    const app = received(received(filed, { text: 'Întâi.', answers: 7 }), { text: 'Apoi.', answers: 1 });
    expect(app.messages!.map(({ answers }) => answers)).toEqual([undefined, undefined]);
  });

  test('takes 10 messages of the desk on one day, and 50 in all', () => {
    const reason = (app: Application, now: Date) => catchProblem(() => send(app, 'Încă unul', now)).reason;
    let app = filed;
    for (let day = 0; day < 5; day += 1) {
      for (let n = 1; n <= 10; n += 1) app = send(app, `Mesajul ${n}`, later(24 * day));
      expect(reason(app, later(24 * day))).toBe('MESSAGE_LIMIT_REACHED');
    }
    expect(reason(app, later(24 * 9))).toBe('MESSAGE_LIMIT_REACHED');
    expect(received(app, { text: 'Autoritatea poate scrie.' }).messages).toHaveLength(51);
  });

  test('keeps at most 200 messages, and records further ones in the history', () => {
    let app = filed;
    for (let n = 1; n <= 201; n += 1) app = received(app, { text: `Mesajul ${n}` });
    expect(app.messages).toHaveLength(200);
    expect(app.history.at(-1)).toMatchObject({ kind: 'message-sent' });
    expect(app.history.at(-1)).not.toHaveProperty('messageNumber');
  });

  test('another agency does not see it', () => {
    const app = send(filed, 'Numai pentru ASP');
    expect(messagesWith(app, 'agencies/asp')).toHaveLength(1);
    expect(messagesWith(app, 'agencies/mai')).toEqual([]);
  });

  test.each([
    ['an agency without messages', { ...filed, agency: AGENCY_WITHOUT_MESSAGES }, 'MESSAGES_NOT_SUPPORTED'],
    ['an own application', asOwnApplication(filed), 'OWN_APPLICATION'],
    ['a draft', applicationInState('draft'), 'ACTION_NOT_ALLOWED'],
    ['a closed application', applicationInState('closed'), 'ACTION_NOT_ALLOWED'],
    ['a withdrawn application', applicationInState('withdrawn'), 'ACTION_NOT_ALLOWED'],
  ])('rejects a message about %s', (_name, app, reason) => {
    expect(catchProblem(() => send(app, 'Bună ziua')).reason).toBe(reason);
  });

  test('erasure ends the texts, and a changed text changes the hash of its action', () => {
    const app = { ...received(send(filed, 'Secret'), { text: 'Tot secret' }), journalSalt: 'a'.repeat(32) };
    const hashes = [...rehash(app, app.history).values()];
    const altered = { ...app, messages: app.messages!.map((message) => ({ ...message, text: 'Altceva' })) };
    const other = [...rehash(altered, app.history).values()];
    expect(hashes.filter((hash, n) => Buffer.compare(hash, other[n]!) !== 0)).toHaveLength(2);
    const erasure = { rule: 'closed-applications' as const, cause: 'expired' as const, startTime: NOW };
    expect(JSON.stringify(eraseApplication({ ...app, erasure }, NOW))).not.toMatch(/secret/i);
  });
});

describe('SendMessage', () => {
  const scene = useIntake({ topics: true });
  const { at } = scene;
  const bridge = () => scene.world.clientAt(scene.port, 'agency-bridge');
  const write = (name: string, text: string, more: object = {}) =>
    at().sendMessage({ requestId: randomUUID(), name, text, ...more });

  test('stores one line, sealed, and serves it to the bridge without its author', async () => {
    const { name } = await at().file(801);
    const request = { requestId: randomUUID(), name, text: ' Este\ndestulă\u202e copia? ', language: 'ro' };
    const sent = await at().sendMessage(request);
    expect(sent.application!.messages).toMatchObject([
      { number: 1, author: 'operators/cu-001-specialist', text: 'Este destulă copia?', language: 'ro' },
    ]);
    expect((await at().sendMessage(request)).replayed).toBe(true);
    expect((await at().read(name)).messages).toHaveLength(1);
    const message = await bridge().getAgencyMessage({ name: `${name}/messages/1` });
    expect(message).toMatchObject({
      agency: 'agencies/asp',
      text: 'Este destulă copia?',
      language: 'ro',
      ended: false,
    });
    expect(JSON.stringify(message)).not.toContain('operators/');
    const stored = await openStoredApplications(scene.world);
    const raw = await stored.store.collection<{ _id: string }>('applications').findOne({ _id: idOf(name) });
    expect(raw).toMatchObject({ messages: [{ number: 1, author: 'operators/cu-001-specialist' }] });
    expect(JSON.stringify(raw)).not.toContain('destulă');
    await stored.close();
  });

  test.each([
    ['', 'MIN_LENGTH'],
    [' \n ', 'MIN_LENGTH'],
    ['x'.repeat(2_001), 'MAX_LENGTH'],
  ])('rejects the text %#', async (text, rule) => {
    const { name } = await at().file(802);
    await expect(write(name, text)).rejects.toMatchObject({ violations: [{ field: '/text', rule }] });
    await expect(write(name, 'Bună', { language: 'fr' })).rejects.toMatchObject({
      violations: [{ field: '/language', rule: 'INVALID' }],
    });
  });

  test('another centre finds no application to write about', async () => {
    const { name } = await at().file(803);
    const foreign = at('CU-803').sendMessage({ requestId: randomUUID(), name, text: 'Bună' });
    await expect(foreign).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  });

  test('shows what the agency wrote to the desk, in a copy of the person, and to no other agency', async () => {
    const { name } = await at('CU-804').file(804);
    await at('CU-804').sendMessage({ requestId: randomUUID(), name, text: 'Întrebare' });
    const fields = { text: 'Răspuns la https://fals.example/x', language: 'ro', answers: 1 };
    await scene.world.publish(bridgeEvent(name, 'DeliveryMessageReceived', 1, fields));
    const app = await eventually(async () => {
      const read = await at('CU-804').read(name);
      return read.messages.length === 2 && read;
    });
    expect(app.messages[1]).toMatchObject({ number: 2, author: 'agencies/asp', text: 'Răspuns la [link]', answers: 1 });
    expect(app.deskAlerts).toMatchObject([{ kind: 'agency-message' }]);
    // The queue shows it, and no other list.
    const inQueue = async () => (await at('CU-804').listQueue({ bucket: 'BUCKET_AGENCY_REPLIED' })).applications[0];
    expect((await inQueue())?.messages).toMatchObject([{ number: 2, text: 'Răspuns la [link]' }]);
    const { applications: changed } = await at('CU-804').listQueueChanges({
      cursor: (await at('CU-804').listQueue({})).cursor,
    });
    expect(changed.find((row) => row.name === name)?.messages).toHaveLength(1);
    expect((await at('CU-804').listApplications({})).applications[0]?.messages).toEqual([]);
    expect(app.allowedActions).toContain('ACTION_SEND_MESSAGE');

    const clerk = (agency: string) => scene.world.agencyClerk(scene.port, agency);
    const seen = await clerk('asp').getAgencyApplication({ name });
    expect(seen.messages).toMatchObject([
      { number: 1, author: '' },
      { number: 2, author: 'agencies/asp' },
    ]);
    await expect(clerk('cnas').getAgencyApplication({ name })).rejects.toMatchObject({ reason: 'NOT_FOUND' });

    const supervisor = scene.world.deskAt(scene.port, 'CU-001', { role: 'supervisor' });
    const copy = { idnp: idnp(804), reason: 'COPY_REASON_PERSON_REQUEST', evidence: 'CD-13/2026' } as const;
    const { applications } = await eventually(() => supervisor.exportPerson(copy));
    expect(applications[0]!.application!.messages).toMatchObject([{ text: 'Întrebare' }, { number: 2 }]);
  });

  test('raises an alert for a message that could not be sent', async () => {
    const { name } = await at('CU-805').file(805);
    await at('CU-805').sendMessage({ requestId: randomUUID(), name, text: 'Bună' });
    const failed = { number: 1, cause: 'MESSAGES_NOT_ACCEPTED' };
    await scene.world.publish(bridgeEvent(name, 'DeliveryMessageFailed', 1, failed));
    const alerts = await eventually(async () => {
      const { deskAlerts } = await at('CU-805').read(name);
      return deskAlerts.length > 0 && deskAlerts;
    });
    expect(alerts).toMatchObject([{ kind: 'message-not-sent', cause: 'MESSAGES_NOT_ACCEPTED' }]);
  });

  test('serves nothing that is no message of the desk, and the mark of an ended application', async () => {
    const { name } = await at().file(806);
    await write(name, 'Bună');
    await expect(bridge().getAgencyMessage({ name: `${name}/messages/2` })).rejects.toMatchObject({
      reason: 'NOT_FOUND',
    });
    await expect(bridge().getAgencyMessage({ name: `${name}/messages/1`, training: true })).rejects.toMatchObject({
      reason: 'TRAINING_MISMATCH',
    });
    await at().withdrawApplication({ requestId: randomUUID(), name });
    expect(await bridge().getAgencyMessage({ name: `${name}/messages/1` })).toMatchObject({ ended: true });
  });
});
