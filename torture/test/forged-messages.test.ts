import { describe, expect, test } from '@jest/globals';
import { fromMessage, parseSubject } from '@cups/agency-contract';
import fc from 'fast-check';
import { ulid } from 'ulid';
import { forgedMessages, validReply, oversizedReply, garbage } from '../forged-messages.ts';
import type { OutgoingMessage } from '../forged-messages.ts';
import { createRandom } from '../plan.ts';
import type { DeliveredApplication } from '../visit.ts';

/** What is sent as poison must be poison, and what is sent as honest must be honest: else the checker would lie. */

const deliveredApplications: DeliveredApplication[] = ['asp', 'cnas', 'mai'].map((agency) => ({
  id: ulid(),
  agency,
  isSilent: false,
}));

/** Whether an agency may say this on its topic, of a delivery that there is. */
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

describe('what agencies send', () => {
  test('rubbish is never a reply', () =>
    drawMany((random) => [garbage('asp', deliveredApplications, random), garbage('asp', [], random)]));

  test('a forgery is well formed and not its sender’s to give', () => {
    drawMany((random) => [...forgedMessages(deliveredApplications, random), ...forgedMessages([], random)]);
    expect(
      forgedMessages(deliveredApplications, createRandom('a')).filter(({ message }) => fromMessage(message).ok).length,
    ).toBeGreaterThan(4);
  });

  test('what is too long is refused', () =>
    drawMany((random) => [oversizedReply(70 * 1024, deliveredApplications, random)]));

  test('an honest word is taken', () => {
    for (const one of deliveredApplications) {
      expect(isAllowed(validReply(one, 'decision'))).toBe(true);
      expect(isAllowed(validReply(one, 'progress'))).toBe(true);
    }
  });
});
