import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { eventCodec } from '@cups/contracts/proto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { eventually, readTopic } from '@cups/testing';
import { bridgeEvent, useIntake } from './world.ts';

/** What is opened at a centre in training stays of a training, and everybody who asks is told. */

const scene = useIntake({ topics: true });
const { at } = scene;
const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');

const become = (code: string, status: 'CENTRE_STATUS_TRAINING' | 'CENTRE_STATUS_ACTIVE') =>
  void (scene.world.centres[code] = { ...scene.world.centres[code], status });

/** A centre that was in training, and is active by now for intake as well; with a draft of either time. */
async function opened(code: string) {
  become(code, 'CENTRE_STATUS_TRAINING');
  const here = at(code);
  const learnt = await here.open(1);
  become(code, 'CENTRE_STATUS_ACTIVE');
  const real = await eventually(async () => {
    const app = await here.open(2);
    return !app.training && app;
  });
  return { here, learnt, real };
}

test('A draft of a centre in training is marked, and stays so when its centre is active and it is submitted.', async () => {
  const { here, learnt, real } = await opened('CU-101');
  expect([learnt.training, real.training]).toEqual([true, false]);
  const renewed = await here.renewApplication({ requestId: randomUUID(), name: learnt.name });
  expect(renewed.application).toMatchObject({ training: true });
  expect(await here.submit(learnt.name)).toMatchObject({ state: 'STATE_SUBMITTED', training: true });
  expect(await here.submit(real.name)).toMatchObject({ state: 'STATE_SUBMITTED', training: false });
});

test('Every answer about it says so: the file, the history, the list, the search, the tracking number, what notifications ask.', async () => {
  const { here, learnt, real } = await opened('CU-102');
  for (const { name } of [learnt, real]) await here.submit(name);
  const { trackingNumber } = learnt;
  const { applications } = await here.listApplications({ pageSize: 200 });
  const rows = applications.filter(({ name }) => [learnt.name, real.name].includes(name));
  const notifications = scene.world.clientAt(scene.port, 'notifications');
  const found = await here.searchApplications({ trackingNumber });
  expect([
    (await here.read(learnt.name)).training,
    (await here.listApplicationActions({ name: learnt.name })).training,
    (await notifications.getContact({ name: learnt.name })).training,
    (await here.trackApplication({ trackingNumber })).training,
    found.applications.map(({ training }) => training),
    rows.map(({ name, training }) => training === (name === learnt.name)),
  ]).toEqual([true, true, true, true, [true], [true, true]]);
  expect((await here.listApplicationActions({ name: real.name })).training).toBe(false);
  expect((await notifications.getContact({ name: real.name })).training).toBe(false);
});

test('Its submission is given only to whoever asks for one of a training, and a real one only to whoever does not.', async () => {
  const { here, learnt, real } = await opened('CU-103');
  for (const { name } of [learnt, real]) await here.submit(name);
  const bridge = scene.world.clientAt(scene.port, 'agency-bridge');
  const ask = ({ name }: { name: string }, training: boolean) =>
    bridge.getSubmission({ name: `${name}/submissions/1`, training });
  expect(await ask(learnt, true)).toMatchObject({ training: true });
  expect(await ask(real, false)).toMatchObject({ training: false });
  await expect(ask(learnt, false)).rejects.toMatchObject({ reason: 'TRAINING_MISMATCH' });
  await expect(ask(real, true)).rejects.toMatchObject({ reason: 'TRAINING_MISMATCH' });
});

test('Its events say so, and only what is said of a training moves it.', async () => {
  const { here, learnt, real } = await opened('CU-104');
  const topic = await readTopic(scene.world.place, 'cups.applications');
  for (const { name } of [learnt, real]) await here.submit(name);
  const decision = { approved: true, resultKind: 'paper' };
  await scene.world.publish(
    bridgeEvent(learnt.name, 'DeliveryDecided', 1, decision, false),
    bridgeEvent(real.name, 'DeliveryDecided', 1, decision, true),
    bridgeEvent(learnt.name, 'DeliveryAcknowledged', 1, {}, true),
    bridgeEvent(real.name, 'DeliveryAcknowledged', 1, {}, false),
  );
  for (const { name } of [learnt, real]) {
    await eventually(async () => (await here.read(name)).state === 'STATE_IN_PROGRESS');
  }
  const marks = async (name: string) => {
    const all = await topic.until((events) => events.filter(({ subject }) => subject === name).length >= 2);
    return all.filter(({ subject }) => subject === name).map((event) => intakeEvents.decode(event)?.data.ref?.training);
  };
  expect(await marks(learnt.name)).toEqual([true, true]);
  expect(await marks(real.name)).toEqual([false, false]);
  await topic.stop();
});

test('What is open of a training takes no room of real work.', async () => {
  scene.world.centres['CU-105'] = { limit: 1 };
  const { here, real } = await opened('CU-105');
  expect(real.training).toBe(false);
  await expect(here.open(3)).rejects.toMatchObject({ reason: 'CENTRE_LIMIT_REACHED' });
});

test('An application of a training is corrected by none that is real.', async () => {
  const { here, learnt } = await opened('CU-106');
  await here.withdrawApplication({ requestId: randomUUID(), name: learnt.name });
  await expect(here.open(3, {}, { corrects: learnt.name })).rejects.toMatchObject({ reason: 'TRAINING_MISMATCH' });
});
