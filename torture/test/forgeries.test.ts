import { describe, expect, test } from '@jest/globals';
import { fromMessage, parseSubject } from '@cups/agency-contract';
import fc from 'fast-check';
import { ulid } from 'ulid';
import { forgeries, honest, oversized, rubbish } from '../forgeries.ts';
import type { Posted } from '../forgeries.ts';
import { randomOf } from '../plan.ts';
import type { Reached } from '../visit.ts';

/** What is sent as poison must be poison, and what is sent as honest must be honest: else the checker would lie. */

const reached: Reached[] = ['asp', 'cnas', 'mai'].map((agency) => ({ id: ulid(), agency, isSilent: false }));

/** Whether an agency may say this on its topic, of a delivery that there is. */
function isAllowed({ agency, message }: Posted): boolean {
  const read = fromMessage(message);
  const delivery = read.ok ? parseSubject(read.event.subject) : undefined;
  return (
    read.ok &&
    read.event.source === `/agencies/${agency}` &&
    delivery?.agency === agency &&
    reached.some(({ id }) => delivery.application === `applications/${id}`)
  );
}

const drawn = (make: (random: () => number) => Posted[]) =>
  fc.assert(
    fc.property(fc.string(), (seed) => {
      expect(make(randomOf(seed)).filter(isAllowed)).toEqual([]);
    }),
    { numRuns: 300 },
  );

describe('what agencies send', () => {
  test('rubbish is never a reply', () =>
    drawn((random) => [rubbish('asp', reached, random), rubbish('asp', [], random)]));

  test('a forgery is well formed and not its sender’s to give', () => {
    drawn((random) => [...forgeries(reached, random), ...forgeries([], random)]);
    expect(forgeries(reached, randomOf('a')).filter(({ message }) => fromMessage(message).ok).length).toBeGreaterThan(
      4,
    );
  });

  test('what is too long is refused', () => drawn((random) => [oversized(70 * 1024, reached, random)]));

  test('an honest word is taken', () => {
    for (const one of reached) {
      expect(isAllowed(honest(one, 'decision'))).toBe(true);
      expect(isAllowed(honest(one, 'progress'))).toBe(true);
    }
  });
});
