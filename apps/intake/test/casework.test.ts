import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { CASEWORK_ACTIONS, STATES } from '@cups/application';
import { eventCodec, toTimestamp } from '@cups/contracts/proto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { eventually, readTopic } from '@cups/testing';
import * as casework from '../src/domain/commands/casework.ts';
import { toApplication } from '../src/convert/application.ts';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import { addDeskAlert } from '../src/domain/desk-alerts.ts';
import { resolveQueueStatus } from '../src/domain/queue.ts';
import type { Application } from '../src/domain/application.ts';
import { ACTOR, applicationInState, NOW, catchProblem, WORKING_TIME, agencyUpdate } from './fixtures.ts';
import { bridgeEvent, idOf, useIntake } from './world.ts';

/** Casework: AddNote, AssignApplication, MarkDeskAlertsSeen and RecordPersonNotification. None of them changes the state. */

const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
/** A reader who may do nothing. */
const VIEWER = {
  operator: '',
  roles: [],
  now: NOW,
  isPartyTo: () => false,
  acceptsCorrections: () => false,
  acceptsMessages: () => false,
};
/** Each command, applied so that it changes the application. */
const COMMANDS = {
  note: (app, actor) => casework.addNote(app, actor, 'Comes on Thursday.'),
  assign: (app, actor) => casework.assignApplication(app, actor, 'operators/cu-001-manager'),
  'mark-seen': (app, actor) =>
    casework.markSeen(applyAgencyUpdate(app, agencyUpdate('delivery-deferred', NOW), WORKING_TIME).document, actor),
  'notify-person': (app, actor) => casework.recordPersonNotification(app, actor, { method: 'phone' }),
} satisfies Record<(typeof CASEWORK_ACTIONS)[number], (app: Application, actor: typeof ACTOR) => unknown>;

describe('every state × casework action × role', () => {
  const roles = ['specialist', 'centre-manager', 'supervisor', 'support', 'agency-clerk'];
  for (const state of STATES) {
    for (const action of CASEWORK_ACTIONS) {
      test(`in ${state}, allows ${action} for desk roles only and keeps the state`, () => {
        for (const role of roles) {
          const run = () => COMMANDS[action](applicationInState(state), { ...ACTOR, roles: [role], now: later(60) });
          if (role === 'specialist' || role === 'centre-manager') {
            const { document } = run();
            expect(document.state).toBe(state);
            expect(document.history.at(-1)).toMatchObject({
              kind: action,
              actor: ACTOR.operator,
              fromState: state,
              toState: state,
            });
          } else expect(catchProblem(run).reason).toBe('ACTION_NOT_ALLOWED');
        }
        const foreign = { ...ACTOR, centre: 'centres/CU-002' };
        expect(catchProblem(() => COMMANDS[action](applicationInState(state), foreign)).reason).toBe('NOT_FOUND');
      });
    }
  }
});

describe('effects of casework', () => {
  const alerted = (app: Application, now: Date) =>
    applyAgencyUpdate(app, agencyUpdate('delivery-deferred', now), WORKING_TIME).document;

  test('clears the seen mark of a repeated alert, and records no second view', () => {
    const once = alerted(applicationInState('submitted'), later(1));
    const seen = casework.markSeen(once, { ...ACTOR, now: later(2) }).document;
    expect(seen.deskAlerts).toMatchObject([{ kind: 'delivery-deferred', seenTime: later(2), seenBy: ACTOR.operator }]);
    expect(casework.markSeen(seen, { ...ACTOR, now: later(3) }).document).toBe(seen);
    const again = alerted(seen, later(4));
    expect(again.deskAlerts).toHaveLength(1);
    expect(again.deskAlerts[0]).toMatchObject({ count: 2 });
    expect(again.deskAlerts[0]!.seenTime).toBeUndefined();
    const other = { ...ACTOR, operator: 'operators/other', now: later(5) };
    expect(casework.markSeen(again, other).document.deskAlerts[0]).toMatchObject({ seenBy: 'operators/other' });
  });

  test('treats an unseen decision as an update even without an alert', () => {
    const ready = applicationInState('ready');
    expect(ready.deskAlerts).toEqual([]);
    const seen = casework.markSeen(ready, { ...ACTOR, now: later(9) }).document;
    expect(seen.seenTime).toEqual(later(9));
    expect(casework.markSeen(seen, { ...ACTOR, now: later(10) }).document).toBe(seen);
  });

  test('clears agency updates by marking as seen, not by notes or assignment', () => {
    const ready = applyAgencyUpdate(
      applicationInState('submitted'),
      agencyUpdate('approved', later(1)),
      WORKING_TIME,
    ).document;
    const hasUpdate = (app: Application) => resolveQueueStatus(app)?.agencyUpdateTime !== undefined;
    const actor = { ...ACTOR, now: later(9) };
    expect(hasUpdate(ready)).toBe(true);
    expect(hasUpdate(casework.addNote(ready, actor, 'Please check.').document)).toBe(true);
    expect(hasUpdate(casework.assignApplication(ready, actor, 'operators/other').document)).toBe(true);
    expect(hasUpdate(casework.markSeen(ready, actor).document)).toBe(false);
  });

  test('ends the wait for notification once a notification is recorded', () => {
    const ready = applicationInState('ready');
    expect(resolveQueueStatus(ready)?.notifySince).toEqual(NOW);
    const notified = casework.recordPersonNotification(
      ready,
      { ...ACTOR, now: later(9) },
      { method: 'phone' },
    ).document;
    expect(resolveQueueStatus(notified)?.notifySince).toBeUndefined();
  });

  test('keeps 200 notes and rejects the next', () => {
    let app = applicationInState('submitted');
    for (let n = 1; n <= 200; n += 1) app = casework.addNote(app, ACTOR, `Note ${n}`).document;
    expect(app.notes!.map(({ text }) => text).at(0)).toBe('Note 1');
    expect(catchProblem(() => casework.addNote(app, ACTOR, 'One more')).violations).toMatchObject([
      { field: '/text', rule: 'TOO_MANY_NOTES' },
    ]);
  });

  test('shows the newest 50 notifications, and whether there are more', () => {
    let app = applicationInState('ready');
    const add = (count: number) => {
      for (let n = 0; n < count; n += 1)
        app = casework.recordPersonNotification(app, { ...ACTOR, now: later(n) }, { method: 'phone' }).document;
      const { personNotifications, morePersonNotifications } = toApplication(app, VIEWER);
      return [personNotifications!.length, morePersonNotifications];
    };
    expect([add(50), add(1), add(100)]).toEqual([
      [50, false],
      [50, true],
      [50, true],
    ]);
    expect(app.personNotifications).toHaveLength(51);
    expect(app.personNotifications!.at(-1)).toMatchObject({
      about: 'ready',
      method: 'phone',
      operator: ACTOR.operator,
    });
  });

  test('shows the newest 50 alerts, and whether there are more', () => {
    let app = applicationInState('ready');
    const add = (count: number) => {
      for (let n = 0; n < count; n += 1)
        app = { ...app, deskAlerts: addDeskAlert(app.deskAlerts, 'message-refused', later(n), `CAUSE_${n}`) };
      const { deskAlerts, moreDeskAlerts } = toApplication(app, VIEWER);
      return [deskAlerts!.length, moreDeskAlerts];
    };
    expect([add(50), add(51), add(120)]).toEqual([
      [50, false],
      [50, true],
      [50, true],
    ]);
    expect(app.deskAlerts).toHaveLength(51);
  });
});

describe('casework RPCs', () => {
  const scene = useIntake({ topics: true });
  const { at } = scene;
  const requestId = randomUUID;

  test('stores a note once, outside of list rows and history', async () => {
    const { name } = await at().file(1);
    const given = { requestId: requestId(), name, text: '  Comes on Thursday.  ' };
    const { application } = await at().addNote(given);
    expect(application!.notes).toMatchObject([{ text: 'Comes on Thursday.', author: 'operators/cu-001-specialist' }]);
    expect((await at().addNote(given)).replayed).toBe(true);
    expect((await at().read(name)).notes).toHaveLength(1);
    const { applications } = await at().listApplications({});
    expect(JSON.stringify(applications)).not.toContain('Thursday');
    expect(JSON.stringify(await at().history(name))).not.toContain('Thursday');
  });

  test.each(['', '   ', 'two\nlines', 'x'.repeat(501)])('rejects the note %j', async (text) => {
    const { name } = await at().open(1);
    const refused = at().addNote({ requestId: requestId(), name, text });
    await expect(refused).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  });

  test('assigns to the caller or a colleague, and records it in the history', async () => {
    const { name, assignee } = await at().open(1);
    expect(assignee).toBe('');
    const mine = (await at().assignApplication({ requestId: requestId(), name })).application!;
    expect(mine.assignee).toBe('operators/cu-001-specialist');
    const unchanged = (await at().assignApplication({ requestId: requestId(), name })).application!;
    expect(unchanged.etag).toBe(mine.etag);
    const operator = 'operators/cu-001-manager';
    await at().assignApplication({ requestId: requestId(), name, operator });
    expect((await at().read(name)).assignee).toBe(operator);
    const rows = (await at().history(name)).filter(({ kind }) => kind === 'assign');
    expect(rows.map((row) => row.operator)).toEqual(['operators/cu-001-specialist', operator]);
  });

  test('rejects an assignee that is not an operator', async () => {
    const { name } = await at().file(1);
    for (const operator of ['me', 'centres/CU-001', `operators/${'x'.repeat(500)}`, 'operators/a b']) {
      const refused = at().assignApplication({ requestId: requestId(), name, operator });
      await expect(refused).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
    }
  });

  test('records who saw an alert, and rejects a stale etag', async () => {
    const { name, etag } = await at().file(1);
    await scene.world.publish(bridgeEvent(name, 'DeliveryDeferred', 1, { cause: 'AGENCY_UNKNOWN' }));
    await eventually(async () => (await at().read(name)).deskAlerts.length === 1);
    const stale = at().markDeskAlertsSeen({ requestId: requestId(), name, etag });
    await expect(stale).rejects.toMatchObject({ reason: 'ETAG_STALE' });
    const { application } = await at().markDeskAlertsSeen({ requestId: requestId(), name });
    expect(application!.deskAlerts).toMatchObject([{ seenBy: 'operators/cu-001-specialist' }]);
    expect(application!.deskAlerts[0]!.seenTime).not.toBeNull();
  });

  test('records a notification with its subject and publishes an event', async () => {
    const { name } = await at().file(1);
    const occurTime = toTimestamp(new Date(Date.now() - 5_000));
    await at().recordPersonNotification({ requestId: requestId(), name, method: 'NOTIFICATION_METHOD_PHONE' });
    const notice = `notices/${idOf(name)}-1`;
    const given = { requestId: requestId(), name, method: 'NOTIFICATION_METHOD_IN_PERSON', notice, occurTime } as const;
    const { application } = await at().recordPersonNotification(given);
    expect(application!.personNotifications).toMatchObject([
      { method: 'NOTIFICATION_METHOD_PHONE', about: 'submitted', operator: 'operators/cu-001-specialist' },
      { method: 'NOTIFICATION_METHOD_IN_PERSON', about: notice },
    ]);
    expect((await at().recordPersonNotification(given)).application!.personNotifications).toHaveLength(2);
    expect((await at().history(name)).at(-1)).toMatchObject({
      kind: 'notify-person',
      method: 'NOTIFICATION_METHOD_IN_PERSON',
      answers: notice,
    });
    const topic = await readTopic(scene.world.place, 'cups.applications');
    const all = await topic.until((events) => events.filter(({ subject }) => subject === name).length >= 3);
    await topic.stop();
    const codec = eventCodec<IntakeEvents>('cups.intake.v1');
    const notifications = all
      .filter(({ subject }) => subject === name)
      .map((event) => codec.decode(event))
      .flatMap((event) => (event?.type === 'cups.intake.v1.PersonNotified' ? [event.data] : []));
    expect(notifications).toMatchObject([
      { method: 'NOTIFICATION_METHOD_PHONE', notice: '' },
      { method: 'NOTIFICATION_METHOD_IN_PERSON', notice },
    ]);
  });

  test('requires the method, and a valid notice name', async () => {
    const { name } = await at().file(1);
    const withoutMethod = at().recordPersonNotification({ requestId: requestId(), name });
    await expect(withoutMethod).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: expect.stringContaining('method') }],
    });
    const wrong = at().recordPersonNotification({
      requestId: requestId(),
      name,
      method: 'NOTIFICATION_METHOD_SLIP',
      notice: name,
    });
    await expect(wrong).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  });
});

test('limits casework actions per application', () => {
  let app = applicationInState('ready');
  for (let n = 0; n < 500; n += 1) {
    app = casework.assignApplication(app, ACTOR, `operators/cu-001-${n % 2 === 0 ? 'manager' : 'specialist'}`).document;
  }
  const refused = { reason: 'ACTION_NOT_ALLOWED' };
  expect(catchProblem(() => casework.assignApplication(app, ACTOR, 'operators/cu-001-manager'))).toMatchObject(refused);
  expect(catchProblem(() => casework.recordPersonNotification(app, ACTOR, { method: 'phone' }))).toMatchObject(refused);
});
