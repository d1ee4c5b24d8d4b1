import { describe, expect, test } from '@jest/globals';
import { addEntry, closeLetter, MAX_LISTED, renderLetter, retryLetter } from '../src/domain/agency-letter.ts';
import type { AgencyLetter, LetterEntry } from '../src/domain/agency-letter.ts';
import { LANGUAGES } from '../src/domain/language.ts';
import { at, now } from './fixtures.ts';

const [MINUTE, DAY] = [60_000, 86_400_000];
const EMPTY: AgencyLetter = { entries: [], recent: [], number: 0, attempts: 0, timer: null };
const entry = (n: number, more: Partial<LetterEntry> = {}): LetterEntry => ({
  delivery: `deliveries/${n}-asp`,
  step: 'term-100',
  dueDate: '2026-03-06',
  ...more,
});
const withEntries = (count: number, letter = EMPTY) =>
  Array.from({ length: count }, (_, n) => entry(n)).reduce((all, one) => addEntry(all, one, now), letter);

describe('a letter to an agency', () => {
  test('collects the steps of 15 minutes', () => {
    const letter = withEntries(3);
    expect(letter).toMatchObject({ counts: { 'term-100': 3 }, timer: { kind: 'agency-letter', due: at(15 * MINUTE) } });
  });

  test('contains each step of a delivery once, also after it was sent', () => {
    const letter = addEntry(withEntries(1), entry(0), now);
    expect(letter.counts).toEqual({ 'term-100': 1 });
    expect(addEntry(closeLetter(letter, now), entry(0), at(DAY)).entries).toEqual([]);
    expect(addEntry(letter, entry(0, { step: 'term-150' }), now).counts).toEqual({ 'term-100': 1, 'term-150': 1 });
  });

  test('goes out at most once a day', () => {
    const sent = closeLetter(withEntries(1), now);
    expect(sent).toMatchObject({ number: 1, lastSendTime: now, entries: [], timer: null });
    expect(addEntry(sent, entry(7), at(MINUTE)).timer?.due).toEqual(at(DAY));
    expect(addEntry(sent, entry(7), at(2 * DAY)).timer?.due).toEqual(at(2 * DAY + 15 * MINUTE));
  });

  test('stays small in a flood, and counts all', () => {
    const letter = withEntries(1_000);
    expect([letter.entries.length, letter.recent.length, letter.counts?.['term-100']]).toEqual([
      MAX_LISTED,
      500,
      1_000,
    ]);
    const { text } = renderLetter(letter, ['en'], now);
    expect(text).toContain('The legal term has passed: 1000.');
    expect(text).toContain('– and 980 more');
  });

  test('is tried for a week', () => {
    const letter = withEntries(1);
    expect(retryLetter(letter, at(MINUTE))).toMatchObject({ attempts: 1, timer: { due: at(2 * MINUTE) } });
    expect(retryLetter(letter, at(8 * DAY))).toBeUndefined();
  });
});

describe('renderLetter', () => {
  test('has a part in each language of the office', () => {
    const letter = addEntry(withEntries(1), entry(5, { step: 'term-75', dueDate: '2026-03-12' }), now);
    const { subject, text, footer } = renderLetter(letter, LANGUAGES, now);
    expect(subject.split(' / ')).toHaveLength(3);
    expect(footer.split('\n')).toHaveLength(3);
    expect(text).toContain('– deliveries/0-asp: termenul este 06.03.2026, depășit cu 3 zile');
    expect(text).toContain('– deliveries/5-asp: срок 12.03.2026, осталось дней: 3');
    expect(text).toContain('Three quarters of the legal term have passed: 1.');
  });

  test('has no day for a delivery without a term', () => {
    const letter = addEntry(EMPTY, { delivery: 'deliveries/1-asp', step: 'unacknowledged' }, now);
    expect(renderLetter(letter, ['ro'], now).text).toContain('– deliveries/1-asp\n');
  });
});
