import { expect, test } from '@jest/globals';
import { axe, open } from '../desk.ts';
import { applicant, file } from '../filings.ts';
import { fileForKnown, Hand } from '../hand.ts';

test('In the last Chrome for Windows 7 a known person files by keys alone, on six screens and with at most 40 keys.', async () => {
  await file({ content: { applicant: applicant('Oprea'), contact: { none: true } } });
  const page = await open({ chromium: 'oldest', operator: 'cu-001-specialist' });
  expect(await page.evaluate(() => navigator.userAgent)).toContain('Chrome/109.');
  const hand = new Hand(page);
  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
  await fileForKnown(hand, 'Opre');
  expect(hand.screens.slice(0, -1)).toHaveLength(6);
  expect(hand.keys).toBeLessThanOrEqual(40);
  expect(await axe(page)).toEqual([]);
});
