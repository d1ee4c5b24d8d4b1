import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, readTopic } from '@cups/testing';
import { eventCodec } from '@cups/contracts/proto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { bridgeEvent, useIntake } from './world.ts';

/** Results that another centre hands over: a mission files, the village collects. */

const scene = useIntake({ topics: true });
const { at } = scene;
const [MISSION, VILLAGE, STRANGER] = ['CU-221', 'CU-222', 'CU-223'];
const handOver = { collectedBy: 'applicant', idDocumentKind: 'identity-document' };

/** Chooses a collection centre at the mission. */
const choose = async (name: string, code: string) =>
  (await at(MISSION).chooseCollectionCentre({ requestId: randomUUID(), name, centre: `centres/${code}` })).application!;

/** Decides an application, with a reason and, at the same time, everything that the collecting centre must not see. */
async function decide(name: string, resultKind = 'electronic'): Promise<void> {
  const reason = { ro: 'Motiv', ru: 'Причина', en: 'Reason' };
  await scene.world.publish(bridgeEvent(name, 'DeliveryDecided', 1, { approved: true, resultKind, reason }));
  await eventually(async () => (await at(MISSION).read(name)).state === 'STATE_READY');
}

const isRefused = (reason: string) => expect.objectContaining({ reason }) as unknown as Error;

describe('ChooseCollectionCentre', () => {
  test('sets, keeps and clears another centre, in the history and in events', async () => {
    const { name } = await at(MISSION).file(1);
    const chosen = await choose(name, VILLAGE);
    expect(chosen).toMatchObject({ collectionCentre: `centres/${VILLAGE}`, centre: `centres/${MISSION}` });
    expect((await choose(name, VILLAGE)).etag).toBe(chosen.etag);
    expect((await choose(name, MISSION)).collectionCentre).toBe('');
    expect((await at(MISSION).history(name)).map(({ kind }) => kind)).toEqual([
      'submit',
      'choose-collection-centre',
      'choose-collection-centre',
    ]);
    const topic = await readTopic(scene.world.place, 'cups.applications');
    const codec = eventCodec<IntakeEvents>('cups.intake.v1');
    const isChoice = ({ subject, type }: { subject: string; type: string }) =>
      subject === name && type.endsWith('CollectionCentreChosen');
    const all = await topic.until((events) => events.filter(isChoice).length === 2);
    await topic.stop();
    const undecided = 'RESULT_LOCATION_UNSPECIFIED';
    expect(all.filter(isChoice).map((event) => codec.decode(event)?.data)).toMatchObject([
      { collectionCentre: `centres/${VILLAGE}`, resultLocation: undecided },
      { collectionCentre: '', resultLocation: undecided },
    ]);
  });

  test('is possible in a draft, and not after the hand-over', async () => {
    const draft = await at(MISSION).open(2);
    await choose(draft.name, VILLAGE);
    await at(MISSION).submit(draft.name);
    await decide(draft.name);
    await at(MISSION).handOverResult({ requestId: randomUUID(), name: draft.name, handOver });
    await expect(choose(draft.name, MISSION)).rejects.toEqual(isRefused('ACTION_NOT_ALLOWED'));
  });

  test.each([
    ['closed', 'CENTRE_STATUS_CLOSED', 'CENTRE_CLOSED'],
    ['planned', 'CENTRE_STATUS_PLANNED', 'CENTRE_NOT_OPEN'],
    ['paused', 'CENTRE_STATUS_PAUSED', 'CENTRE_PAUSED'],
    ['in training', 'CENTRE_STATUS_TRAINING', 'TRAINING_MISMATCH'],
  ] as const)('refuses a centre that is %s', async (_what, status, reason) => {
    const { name } = await at(MISSION).open(3);
    scene.world.centres['CU-229'] = { status };
    await expect(choose(name, 'CU-229')).rejects.toEqual(isRefused(reason));
    await expect(choose(name, 'no centre')).rejects.toEqual(isRefused('INVALID_ARGUMENT'));
  });

  test('belongs to the centre that filed it', async () => {
    const { name } = await at(MISSION).file(4);
    await choose(name, VILLAGE);
    const request = { requestId: randomUUID(), name, centre: `centres/${STRANGER}` };
    for (const code of [VILLAGE, STRANGER])
      await expect(at(code).chooseCollectionCentre(request)).rejects.toEqual(isRefused('NOT_FOUND'));
  });

  test('changes the centre that notices of the decision name', async () => {
    const { name } = await at(MISSION).file(5);
    await choose(name, VILLAGE);
    const notices = scene.world.clientAt(scene.port, 'notifications');
    expect((await notices.getNoticeContext({ name })).centreName).toBe(MISSION);
    await decide(name);
    expect((await notices.getNoticeContext({ name })).centreName).toBe(VILLAGE);
  });
});

describe('the collecting centre', () => {
  let name: string;
  beforeAll(async () => {
    ({ name } = await at(MISSION).file(6));
    await choose(name, VILLAGE);
  });

  test('sees nothing before the decision', async () => {
    await expect(at(VILLAGE).getCollection({ name })).rejects.toEqual(isRefused('NOT_FOUND'));
    const write = { requestId: randomUUID(), name };
    await expect(at(VILLAGE).handOverCollection({ ...write, handOver })).rejects.toEqual(isRefused('NOT_FOUND'));
    await expect(at(VILLAGE).confirmCollectionArrival(write)).rejects.toEqual(isRefused('NOT_FOUND'));
  });

  test('sees names, result and reason after it, and never the application', async () => {
    await decide(name, 'paper');
    const { collection } = await at(VILLAGE).getCollection({ name });
    expect(collection).toMatchObject({
      name,
      centre: `centres/${MISSION}`,
      state: 'STATE_READY',
      decision: { approved: true, resultKind: 'paper', reason: { en: 'Reason' }, appeal: null },
      allowedActions: ['ACTION_HAND_OVER', 'ACTION_CONFIRM_ARRIVAL'],
    });
    expect(collection?.applicant).toMatchObject({ idnp: '', birthDate: '' });
    expect(collection?.applicant?.familyName).not.toBe('');
    const { collections } = await at(VILLAGE).listCollections({ pageSize: 200 });
    const row = collections.find((collection) => collection.name === name);
    expect(row).toMatchObject({ applicant: { idnp: '' }, handOver: null, represented: null });
    for (const read of [
      at(VILLAGE).getApplication({ name }),
      at(VILLAGE).getApplicationDetails({ name }),
      at(VILLAGE).listApplicationActions({ name }),
      at(VILLAGE).getFiledSubmission({ name: `${name}/submissions/1` }),
      at(VILLAGE).listAccessLogEntries({ name }),
      at(VILLAGE).handOverResult({ requestId: randomUUID(), name, handOver }),
      at(VILLAGE).addNote({ requestId: randomUUID(), name, text: 'a note' }),
    ])
      await expect(read).rejects.toEqual(isRefused('NOT_FOUND'));
    expect((await at(VILLAGE).listApplications({})).applications).toEqual([]);
  });

  test('is the only other centre that sees it', async () => {
    for (const code of [MISSION, STRANGER]) {
      await expect(at(code).getCollection({ name })).rejects.toEqual(isRefused('NOT_FOUND'));
      expect((await at(code).listCollections({})).collections).toEqual([]);
      await expect(at(code).handOverCollection({ requestId: randomUUID(), name, handOver })).rejects.toEqual(
        isRefused('NOT_FOUND'),
      );
    }
  });

  test('is in the access log of the application, with each read and each document', async () => {
    await at(VILLAGE).recordAccess({ name, kind: 'ACCESS_KIND_DOCUMENT' });
    await expect(at(VILLAGE).recordAccess({ name, kind: 'ACCESS_KIND_SLIP' })).rejects.toEqual(isRefused('NOT_FOUND'));
    const { entries } = await at(MISSION).listAccessLogEntries({ name });
    expect(entries.slice(0, 2)).toMatchObject([
      { kind: 'ACCESS_KIND_DOCUMENT', centre: `centres/${VILLAGE}` },
      { kind: 'ACCESS_KIND_COLLECTION', centre: `centres/${VILLAGE}` },
    ]);
  });

  test('is shared with its successor', async () => {
    const successor = scene.world.deskAt(scene.port, 'CU-224', { inheritedCentres: [VILLAGE] });
    expect((await successor.getCollection({ name })).collection).toMatchObject({ name });
  });

  test('confirms the arrival and hands over, and the history names it', async () => {
    const arrival = { requestId: randomUUID(), name };
    const { collection: arrived } = await at(VILLAGE).confirmCollectionArrival(arrival);
    expect(arrived).toMatchObject({ decision: { awaitsArrival: false }, allowedActions: ['ACTION_HAND_OVER'] });
    expect((await at(VILLAGE).confirmCollectionArrival(arrival)).replayed).toBe(true);
    const stale = { requestId: randomUUID(), name, etag: '"1"', handOver };
    await expect(at(VILLAGE).handOverCollection(stale)).rejects.toEqual(isRefused('ETAG_STALE'));
    const { collection } = await at(VILLAGE).handOverCollection({ ...stale, etag: arrived!.etag });
    expect(collection).toMatchObject({ state: 'STATE_HANDED_OVER', handOver: { collectedBy: 'applicant' } });
    const { collections } = await at(VILLAGE).listCollections({ pageSize: 200 });
    expect(collections.map((row) => row.name)).not.toContain(name);
    const rows = (await at(MISSION).history(name)).map(({ kind, centre }) => [kind, centre]);
    expect(rows.slice(-2)).toEqual([
      ['confirm-arrival', `centres/${VILLAGE}`],
      ['hand-over', `centres/${VILLAGE}`],
    ]);
  });

  test('sees nothing after the outcome', async () => {
    expect((await at(VILLAGE).getCollection({ name })).collection).toMatchObject({ state: 'STATE_HANDED_OVER' });
    await at(MISSION).confirmOutcome({ requestId: randomUUID(), name, outcome: { needMet: true } });
    await expect(at(VILLAGE).getCollection({ name })).rejects.toEqual(isRefused('NOT_FOUND'));
  });
});
