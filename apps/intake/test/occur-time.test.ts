import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { toTimestamp } from '@cups/contracts/proto';
import { eventually } from '@cups/testing';
import { resolveOccurTime } from '../src/domain/command.ts';
import { ACTOR, NOW, catchProblem } from './fixtures.ts';
import { DAY, bridgeEvent, useIntake } from './world.ts';

/** Every act may say when it happened: within what the clock of a desk and a slow line explain. */

describe('What is believed of a claimed time', () => {
  const created = new Date('2026-03-01T09:00:00Z');
  const secondsFromNow = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
  const believed = (occurTime: Date, createTime = created) => resolveOccurTime({ createTime }, { ...ACTOR, occurTime });

  test.each([
    ['the moment itself', 0, 0],
    ['two minutes ago', -120, -120],
    ['five minutes ago', -300, -300],
    ['a little ahead, which is now', 59, 0],
    ['one minute ahead, which is now', 60, 0],
  ])('%s', (_what, claimed, taken) => {
    expect(believed(secondsFromNow(claimed))).toEqual(secondsFromNow(taken));
  });

  test.each([-301, 61, -7 * 86_400, 86_400])('%d seconds from now: nothing', (claimed) => {
    const { reason, violations } = catchProblem(() => believed(secondsFromNow(claimed)));
    expect(reason).toBe('INVALID_ARGUMENT');
    expect(violations).toMatchObject([{ field: '/occurTime', rule: 'OCCUR_TIME_RANGE' }]);
  });

  test('What is claimed for before the application was opened happened when it was opened.', () => {
    const createTime = secondsFromNow(-10);
    expect(believed(secondsFromNow(-200), createTime)).toEqual(createTime);
  });

  test('Without a claim it is now.', () => {
    expect(resolveOccurTime({ createTime: created }, ACTOR)).toEqual(NOW);
  });
});

describe('At the desk', () => {
  const scene = useIntake({ topics: true });
  const { at } = scene;
  const minutesAgo = (minutes: number) => toTimestamp(new Date(Date.now() - minutes * 60_000));
  const OLD = { reason: 'INVALID_ARGUMENT', violations: [{ field: '/occurTime', rule: 'OCCUR_TIME_RANGE' }] };

  /** Each act with what it needs of its application, done as if it happened at a time. */
  const ACTS = {
    submit: ({ name, occurTime }) => at().submitApplication({ requestId: randomUUID(), name, occurTime }),
    renew: ({ name, occurTime }) => at().renewApplication({ requestId: randomUUID(), name, occurTime }),
    withdraw: ({ name, occurTime }) => at().withdrawApplication({ requestId: randomUUID(), name, occurTime }),
    'supply-documents': ({ name, occurTime }) =>
      at().supplyDocuments({ requestId: randomUUID(), name, occurTime, evidence: [{ kind: 'birth-certificate' }] }),
    'hand-over': ({ name, occurTime }) =>
      at().handOverResult({
        requestId: randomUUID(),
        name,
        occurTime,
        handOver: { collectedBy: 'applicant', paperKind: 'identity-document' },
      }),
    'confirm-outcome': ({ name, occurTime }) =>
      at().confirmOutcome({ requestId: randomUUID(), name, occurTime, outcome: { needMet: true } }),
  } satisfies Record<string, (given: { name: string; occurTime: ReturnType<typeof toTimestamp> }) => unknown>;

  /** What must come before an act. */
  async function readyFor(act: keyof typeof ACTS): Promise<string> {
    if (act === 'submit' || act === 'renew') return (await at().open(1)).name;
    const { name } = await at().file(1);
    const until = (state: string) => eventually(async () => (await at().read(name)).state === state);
    if (act === 'supply-documents') {
      const asked = { evidenceKinds: ['birth-certificate'], answerBy: '2099-01-15' };
      await scene.world.publish(bridgeEvent(name, 'DeliveryDocumentsRequested', 1, asked));
      await until('STATE_DOCUMENTS_REQUESTED');
    }
    if (act === 'hand-over' || act === 'confirm-outcome') {
      await scene.world.publish(bridgeEvent(name, 'DeliveryDecided', 1, { approved: true, resultKind: 'paper' }));
      await until('STATE_READY');
    }
    if (act === 'confirm-outcome') await ACTS['hand-over']({ name, occurTime: null });
    return name;
  }

  test.each(Object.keys(ACTS) as (keyof typeof ACTS)[])(
    'When %s happened stands in the history beside when it was recorded; what is older than five minutes, or of tomorrow, is refused.',
    async (act) => {
      const name = await readyFor(act);
      for (const time of [minutesAgo(6), toTimestamp(new Date(Date.now() + DAY))]) {
        await expect(ACTS[act]({ name, occurTime: time })).rejects.toMatchObject(OLD);
      }
      // Two minutes pass: it happened in the midst of them.
      const now = new Date(Date.now() + 120_000);
      const occurTime = toTimestamp(new Date(now.getTime() - 60_000));
      scene.world.clock.now = now;
      await ACTS[act]({ name, occurTime });
      scene.world.clock.now = undefined;
      expect((await at().history(name)).at(-1)).toMatchObject({ kind: act, occurTime, recordTime: toTimestamp(now) });
    },
  );

  test('The same act with another time is another request; a repeat is answered long after its time.', async () => {
    const { name } = await at().open(2);
    const given = { requestId: randomUUID(), name, occurTime: minutesAgo(1) };
    await at().submitApplication(given);
    expect((await at().submitApplication(given)).replayed).toBe(true);
    const other = at().submitApplication({ ...given, occurTime: minutesAgo(2) });
    await expect(other).rejects.toMatchObject({ reason: 'REQUEST_ID_REUSED' });
  });
});
