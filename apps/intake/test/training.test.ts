import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { eventCodec } from '@cups/contracts/proto';
import type { ReceivedEvent } from '@cups/contracts';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { eventually, readTopic } from '@cups/testing';
import { bridgeEvent, useIntake } from './world.ts';

/** Training applications: marked for ever, in every response and event. */

const scene = useIntake({ topics: true });
const { at } = scene;
const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');

const setStatus = (code: string, status: 'CENTRE_STATUS_TRAINING' | 'CENTRE_STATUS_ACTIVE') =>
  void (scene.world.centres[code] = { ...scene.world.centres[code], status });

/** Opens one draft in training mode and one after the centre became active. */
async function opened(code: string) {
  setStatus(code, 'CENTRE_STATUS_TRAINING');
  const here = at(code);
  const practice = await here.open(1);
  setStatus(code, 'CENTRE_STATUS_ACTIVE');
  const real = await eventually(async () => {
    const app = await here.open(2);
    return !app.training && app;
  });
  return { here, practice, real };
}

describe('training applications', () => {
  test('marks a training draft and keeps the mark after activation and submit', async () => {
    const { here, practice, real } = await opened('CU-101');
    expect([practice.training, real.training]).toEqual([true, false]);
    const renewed = await here.renewApplication({ requestId: randomUUID(), name: practice.name });
    expect(renewed.application).toMatchObject({ training: true });
    expect(await here.submit(practice.name)).toMatchObject({ state: 'STATE_SUBMITTED', training: true });
    expect(await here.submit(real.name)).toMatchObject({ state: 'STATE_SUBMITTED', training: false });
  });

  test('returns the mark in every response', async () => {
    const { here, practice, real } = await opened('CU-102');
    for (const { name } of [practice, real]) await here.submit(name);
    const { trackingNumber } = practice;
    const { applications } = await here.listApplications({ pageSize: 200 });
    const rows = applications.filter(({ name }) => [practice.name, real.name].includes(name));
    const notifications = scene.world.clientAt(scene.port, 'notifications');
    const found = await here.searchApplications({ trackingNumber });
    expect([
      (await here.read(practice.name)).training,
      (await here.listApplicationActions({ name: practice.name })).training,
      (await notifications.getNoticeContext({ name: practice.name })).training,
      (await here.trackApplication({ trackingNumber })).training,
      found.applications.map(({ training }) => training),
      rows.map(({ name, training }) => training === (name === practice.name)),
    ]).toEqual([true, true, true, true, [true], [true, true]]);
    expect((await here.listApplicationActions({ name: real.name })).training).toBe(false);
    expect((await notifications.getNoticeContext({ name: real.name })).training).toBe(false);
  });

  test('returns a submission only if the caller expects its mode', async () => {
    const { here, practice, real } = await opened('CU-103');
    for (const { name } of [practice, real]) await here.submit(name);
    const bridge = scene.world.clientAt(scene.port, 'agency-bridge');
    const fetchSubmission = ({ name }: { name: string }, training: boolean) =>
      bridge.getSubmission({ name: `${name}/submissions/1`, training });
    expect(await fetchSubmission(practice, true)).toMatchObject({ training: true });
    expect(await fetchSubmission(real, false)).toMatchObject({ training: false });
    await expect(fetchSubmission(practice, false)).rejects.toMatchObject({ reason: 'TRAINING_MISMATCH' });
    await expect(fetchSubmission(real, true)).rejects.toMatchObject({ reason: 'TRAINING_MISMATCH' });
  });

  test('marks events, and ignores replies of the other mode', async () => {
    const { here, practice, real } = await opened('CU-104');
    const topic = await readTopic(scene.world.place, 'cups.applications');
    for (const { name } of [practice, real]) await here.submit(name);
    const decision = { approved: true, resultKind: 'paper' };
    await scene.world.publish(
      bridgeEvent(practice.name, 'DeliveryDecided', 1, decision, false),
      bridgeEvent(real.name, 'DeliveryDecided', 1, decision, true),
      bridgeEvent(practice.name, 'DeliveryAcknowledged', 1, {}, true),
      bridgeEvent(real.name, 'DeliveryAcknowledged', 1, {}, false),
    );
    for (const { name } of [practice, real]) {
      await eventually(async () => (await here.read(name)).state === 'STATE_IN_PROGRESS');
    }
    const marks = async (name: string) => {
      const numbersOf = (events: ReceivedEvent[]) =>
        // An event may be published twice.
        new Map(events.filter(({ subject }) => subject === name).map((event) => [event.sequence, event]));
      const all = await topic.until((events) => numbersOf(events).size >= 2);
      return [...numbersOf(all).values()].map((event) => intakeEvents.decode(event)?.data.ref?.training);
    };
    expect(await marks(practice.name)).toEqual([true, true]);
    expect(await marks(real.name)).toEqual([false, false]);
    await topic.stop();
  });

  test('counts training applications separately', async () => {
    scene.world.centres['CU-105'] = { limit: 1 };
    const { here, real } = await opened('CU-105');
    expect(real.training).toBe(false);
    await expect(here.open(3)).rejects.toMatchObject({ reason: 'CENTRE_LIMIT_REACHED' });
  });

  test('rejects a real correction of a training application', async () => {
    const { here, practice } = await opened('CU-106');
    await here.withdrawApplication({ requestId: randomUUID(), name: practice.name });
    await expect(here.open(3, {}, { corrects: practice.name })).rejects.toMatchObject({ reason: 'TRAINING_MISMATCH' });
  });
});
