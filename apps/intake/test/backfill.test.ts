import { describe, expect, test } from '@jest/globals';
import { openStore } from '@cups/store';
import { eventually, captureLog } from '@cups/testing';
import { useIntake } from './world.ts';

const scene = useIntake();

describe('backfillDerivedFields', () => {
  test('makes applications of an older release searchable by queue and name', async () => {
    const here = scene.at('CU-341');
    const { name, trackingNumber } = await here.open(1, { applicant: { familyName: 'Ungureanu', givenName: 'Ana' } });
    const { log } = captureLog();
    const { mongoUri, prefix } = scene.world.place;
    const store = openStore({ uri: mongoUri, database: `${prefix}cups-intake`, log });
    const applications = store.collection<{ _id: string }>;
    await eventually(() => store.ready());
    const _id = name.slice('applications/'.length);
    await applications('applications').updateOne(
      { _id },
      { $set: { schemaVersion: 3, names: [] }, $unset: { queue: '' } },
    );
    await store.close();
    expect((await here.listQueue({ bucket: 'BUCKET_OPEN' })).applications).toEqual([]);

    const newer = await scene.world.start();
    const there = scene.world.deskAt(newer.grpcPort, 'CU-341');
    await eventually(async () => (await there.listQueue({ bucket: 'BUCKET_OPEN' })).applications.length === 1);
    expect((await there.searchApplications({ query: 'ungur' })).applications).toMatchObject([{ name }]);
    expect((await there.searchApplications({ query: trackingNumber.slice(0, 9) })).applications).toMatchObject([
      { name },
    ]);
    expect((await there.read(name)).state).toBe('STATE_DRAFT');
  });
});
