import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { toTimestamp } from '@cups/contracts/proto';
import { eventually } from '@cups/testing';
import { resolveOccurTime } from '../src/domain/command.ts';
import { ACTOR, NOW, catchProblem } from './fixtures.ts';
import { DAY, bridgeEvent, useIntake } from './world.ts';

/** Claimed times of commands: accepted within the tolerance for clocks and slow networks. */

describe('resolveOccurTime', () => {
  const created = new Date('2026-03-01T09:00:00Z');
  const secondsFromNow = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
  const resolve = (occurTime: Date, createTime = created) => resolveOccurTime({ createTime }, { ...ACTOR, occurTime });

  test.each([
    ['accepts the present', 0, 0],
    ['accepts two minutes ago', -120, -120],
    ['accepts five minutes ago', -300, -300],
    ['clamps 59 seconds ahead to now', 59, 0],
    ['clamps one minute ahead to now', 60, 0],
  ])('%s', (_what, claimed, resolved) => {
    expect(resolve(secondsFromNow(claimed))).toEqual(secondsFromNow(resolved));
  });

  test.each([-301, 61, -7 * 86_400, 86_400])('rejects %d seconds from now', (claimed) => {
    const { reason, violations } = catchProblem(() => resolve(secondsFromNow(claimed)));
    expect(reason).toBe('INVALID_ARGUMENT');
    expect(violations).toMatchObject([{ field: '/occurTime', rule: 'OCCUR_TIME_RANGE' }]);
  });

  test('clamps a time before the creation to the creation', () => {
    const createTime = secondsFromNow(-10);
    expect(resolve(secondsFromNow(-200), createTime)).toEqual(createTime);
  });

  test('returns now without a claim', () => {
    expect(resolveOccurTime({ createTime: created }, ACTOR)).toEqual(NOW);
  });
});

describe('RPCs with a claimed time', () => {
  const scene = useIntake({ topics: true });
  const { at } = scene;
  const minutesAgo = (minutes: number) => toTimestamp(new Date(Date.now() - minutes * 60_000));
  const OLD = { reason: 'INVALID_ARGUMENT', violations: [{ field: '/occurTime', rule: 'OCCUR_TIME_RANGE' }] };

  /** Commands with the needed fields and a claimed time. */
  const COMMANDS = {
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
        handOver: { collectedBy: 'applicant', idDocumentKind: 'identity-document' },
      }),
    'confirm-outcome': ({ name, occurTime }) =>
      at().confirmOutcome({ requestId: randomUUID(), name, occurTime, outcome: { needMet: true } }),
  } satisfies Record<string, (given: { name: string; occurTime: ReturnType<typeof toTimestamp> }) => unknown>;

  /** Returns an application that allows the command. */
  async function readyFor(command: keyof typeof COMMANDS): Promise<string> {
    if (command === 'submit' || command === 'renew') return (await at().open(1)).name;
    const { name } = await at().file(1);
    const until = (state: string) => eventually(async () => (await at().read(name)).state === state);
    if (command === 'supply-documents') {
      const asked = { evidenceKinds: ['birth-certificate'], answerBy: '2099-01-15' };
      await scene.world.publish(bridgeEvent(name, 'DeliveryDocumentsRequested', 1, asked));
      await until('STATE_DOCUMENTS_REQUESTED');
    }
    if (command === 'hand-over' || command === 'confirm-outcome') {
      await scene.world.publish(bridgeEvent(name, 'DeliveryDecided', 1, { approved: true, resultKind: 'paper' }));
      await until('STATE_READY');
    }
    if (command === 'confirm-outcome') await COMMANDS['hand-over']({ name, occurTime: null });
    return name;
  }

  test.each(Object.keys(COMMANDS) as (keyof typeof COMMANDS)[])(
    'records claimed and recorded time of %s, and rejects a claim out of range',
    async (command) => {
      const name = await readyFor(command);
      for (const time of [minutesAgo(6), toTimestamp(new Date(Date.now() + DAY))]) {
        await expect(COMMANDS[command]({ name, occurTime: time })).rejects.toMatchObject(OLD);
      }
      // Two minutes pass, and the claim is in between.
      const now = new Date(Date.now() + 120_000);
      const occurTime = toTimestamp(new Date(now.getTime() - 60_000));
      scene.world.clock.now = now;
      await COMMANDS[command]({ name, occurTime });
      scene.world.clock.now = undefined;
      expect((await at().history(name)).at(-1)).toMatchObject({
        kind: command,
        occurTime,
        recordTime: toTimestamp(now),
      });
    },
  );

  test('rejects a reused request ID with another time, and replays a late retry', async () => {
    const { name } = await at().open(2);
    const given = { requestId: randomUUID(), name, occurTime: minutesAgo(1) };
    await at().submitApplication(given);
    expect((await at().submitApplication(given)).replayed).toBe(true);
    const other = at().submitApplication({ ...given, occurTime: minutesAgo(2) });
    await expect(other).rejects.toMatchObject({ reason: 'REQUEST_ID_REUSED' });
  });
});
