import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { eventually, readTopic } from '@cups/testing';
import { eventCodec } from '@cups/contracts/proto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { bridgeEvent, useIntake } from './world.ts';

const scene = useIntake({ topics: true });
const { at } = scene;

const locationOf = async (trackingNumber: string) =>
  (await scene.world.clientAt(scene.port, 'gateway').trackApplication({ trackingNumber })).resultLocation;

describe('ConfirmArrival', () => {
  test('moves a paper result from its way to the centre', async () => {
    const { name, trackingNumber } = await at().file(41);
    await scene.world.publish(bridgeEvent(name, 'DeliveryDecided', 1, { approved: true, resultKind: 'paper' }));
    const decided = await eventually(async () => {
      const app = await at().read(name);
      return app.state === 'STATE_READY' && app;
    });
    expect(decided.decision).toMatchObject({ awaitsArrival: true, arrivalTime: null });
    expect(decided.buckets).toContain('BUCKET_ON_THE_WAY');
    expect(decided.buckets).not.toContain('BUCKET_READY');
    expect(await locationOf(trackingNumber)).toBe('RESULT_LOCATION_ON_ITS_WAY');

    const request = { requestId: randomUUID(), name };
    const { application } = await at().confirmArrival(request);
    expect(application).toMatchObject({ state: 'STATE_READY', decision: { awaitsArrival: false } });
    expect(application?.decision?.arrivalTime).not.toBeNull();
    expect(application?.buckets).toContain('BUCKET_READY');
    expect(await locationOf(trackingNumber)).toBe('RESULT_LOCATION_AT_CENTRE');
    expect((await at().confirmArrival(request)).replayed).toBe(true);
    await expect(at().confirmArrival({ requestId: randomUUID(), name })).rejects.toMatchObject({
      reason: 'ACTION_NOT_ALLOWED',
    });
    await expect(at('CU-002').confirmArrival({ requestId: randomUUID(), name })).rejects.toMatchObject({
      reason: 'NOT_FOUND',
    });

    const topic = await readTopic(scene.world.place, 'cups.applications');
    const codec = eventCodec<IntakeEvents>('cups.intake.v1');
    const all = await topic.until((events) =>
      events.some(({ type, subject }) => subject === name && type.endsWith('ResultArrived')),
    );
    await topic.stop();
    const own = all.filter(({ subject }) => subject === name).map((event) => codec.decode(event));
    expect(own.find((event) => event?.type === 'cups.intake.v1.ApplicationDecided')?.data).toMatchObject({
      resultLocation: 'RESULT_LOCATION_ON_ITS_WAY',
    });
  });
});
