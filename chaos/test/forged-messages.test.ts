import { describe, expect, test } from '@jest/globals';
import { fromMessage, parseSubject } from '@cups/agency-contract';
import fc from 'fast-check';
import { ulid } from 'ulid';
import { forgedMessages, validReply, oversizedReply, garbage } from '../forged-messages.ts';
import type { OutgoingMessage } from '../forged-messages.ts';
import { createRandom } from '../plan.ts';
import type { DeliveredApplication } from '../visit.ts';

/** The invariants rely on it: poison must be invalid and valid replies valid. */

const deliveredApplications: DeliveredApplication[] = ['asp', 'cnas', 'mai'].map((agency) => ({
  id: ulid(),
  agency,
  isSilent: false,
}));

/** Whether the contract lets an agency send this on its topic about an existing delivery. */
function isAllowed({ agency, message }: OutgoingMessage): boolean {
  const read = fromMessage(message);
  const delivery = read.ok ? parseSubject(read.event.subject) : undefined;
  return (
    read.ok &&
    read.event.source === `/agencies/${agency}` &&
    delivery?.agency === agency &&
    deliveredApplications.some(({ id }) => delivery.application === `applications/${id}`)
  );
}

const drawMany = (make: (random: () => number) => OutgoingMessage[]) =>
  fc.assert(
    fc.property(fc.string(), (seed) => {
      expect(make(createRandom(seed)).filter(isAllowed)).toEqual([]);
    }),
    { numRuns: 300 },
  );

describe('forged messages', () => {
  test('never parses garbage as a reply', () =>
    drawMany((random) => [garbage('asp', deliveredApplications, random), garbage('asp', [], random)]));

  test('forges well-formed replies that the sender may not send', () => {
    drawMany((random) => [...forgedMessages(deliveredApplications, random), ...forgedMessages([], random)]);
    expect(
      forgedMessages(deliveredApplications, createRandom('a')).filter(({ message }) => fromMessage(message).ok).length,
    ).toBeGreaterThan(4);
  });

  test('refuses an oversized reply', () =>
    drawMany((random) => [oversizedReply(70 * 1024, deliveredApplications, random)]));

  test('accepts a valid reply', () => {
    for (const one of deliveredApplications) {
      expect(isAllowed(validReply(one, 'decision'))).toBe(true);
      expect(isAllowed(validReply(one, 'progress'))).toBe(true);
    }
  });
});
