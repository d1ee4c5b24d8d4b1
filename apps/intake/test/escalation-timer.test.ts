import { afterEach, describe, expect, test } from '@jest/globals';
import type { ReceivedEvent } from '@cups/contracts';
import { openStore } from '@cups/store';
import { captureLog, eventually, readTopic } from '@cups/testing';
import { bridgeEvent, DAY, idOf, useIntake } from './world.ts';

/** The clock of an agency, with the timers of a running intake and a clock that jumps. */

const scene = useIntake({ topics: true });
const BOUND = { timeoutMs: 60_000 };
const stepsOf = async (name: string) => ((await scene.at().read(name)).escalations ?? []).map(({ step }) => step);

afterEach(() => (scene.world.clock.now = undefined));

describe('an agency that says nothing', () => {
  test('is escalated step by step, once each, over a restart and another replica', async () => {
    const { world, at } = scene;
    const start = new Date('2027-03-09T09:00:00Z');
    world.clock.now = start;
    const silent = (await at().file(81)).name;
    const decided = (await at().file(82)).name;
    await world.publish(bridgeEvent(decided, 'DeliveryAcknowledged', 1, { agencyReference: 'R-1' }));
    await eventually(async () => (await at().read(decided)).state === 'STATE_IN_PROGRESS', BOUND);

    world.clock.now = new Date('2027-03-12T09:00:00Z');
    await eventually(async () => (await stepsOf(silent)).length === 1, BOUND);
    const marked = await at().read(silent);
    expect(marked).toMatchObject({
      state: 'STATE_SUBMITTED',
      escalations: [{ step: 'unacknowledged', agency: 'agencies/asp', dueDate: '2027-03-23' }],
      escalationMark: 'unacknowledged',
    });
    expect(marked.buckets).toContain('BUCKET_TODAY');
    expect(marked.escalations![0]!.actions).toContain('mail-agency');
    expect((await at().listQueue({ bucket: 'BUCKET_TODAY' })).applications).toContainEqual(
      expect.objectContaining({ name: silent, escalationMark: 'unacknowledged' }),
    );
    await world.publish(
      bridgeEvent(decided, 'DeliveryDecided', 2, { approved: true, decideTime: null, resultKind: 'paper' } as never),
    );

    await world.start();
    world.clock.now = new Date(start.getTime() + 60 * DAY);
    await eventually(async () => (await stepsOf(silent)).length === 4, BOUND);
    expect(await stepsOf(silent)).toEqual(['unacknowledged', 'term-75', 'term-100', 'term-150']);
    const rows = (await at().history(silent)).filter(({ kind }) => kind === 'agency-escalation');
    expect(rows.map(({ actor, escalationStep }) => [actor, escalationStep])).toEqual(
      (await stepsOf(silent)).map((step) => ['timer', step]),
    );
    expect(await stepsOf(decided)).not.toContain('term-100');

    const topic = await readTopic(world.place, 'cups.applications');
    const isOurs = ({ type, subject }: { type: string; subject: string }) =>
      type === 'cups.intake.v1.ApplicationEscalated' && subject === silent;
    const numbersOf = (events: ReceivedEvent[]) => new Set(events.filter(isOurs).map(({ sequence }) => sequence));
    const events = await topic.until((received) => numbersOf(received).size >= 4);
    await topic.stop();
    expect(numbersOf(events).size).toBe(4);
  }, 200_000);

  test('gets a clock for an application of an earlier release', async () => {
    const { world, at } = scene;
    world.clock.now = new Date('2027-03-09T09:00:00Z');
    const { name } = await at().file(83);
    const { log } = captureLog();
    const { mongoUri, prefix } = world.place;
    const store = openStore({ uri: mongoUri, database: `${prefix}cups-intake`, log });
    await eventually(() => store.ready());
    await store
      .collection<{ _id: string }>('applications')
      .updateOne({ _id: idOf(name) }, { $set: { schemaVersion: 7, timer: null } });
    await store.close();
    await world.start();
    world.clock.now = new Date('2027-03-12T09:00:00Z');
    await eventually(async () => (await stepsOf(name)).includes('unacknowledged'), BOUND);
  }, 100_000);
});
