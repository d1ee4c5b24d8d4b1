import { expect, test } from '@jest/globals';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication } from '../filings.ts';
import { fileForKnownPerson, KeyboardUser } from '../keyboard.ts';

test('files by keyboard in Chrome 109, on seven screens with at most 40 keys', async () => {
  await fileApplication({ content: { applicant: applicant('Oprea'), contact: { none: true } } });
  const page = await open({ chromium: 'oldest', operator: 'cu-001-specialist' });
  expect(await page.evaluate(() => navigator.userAgent)).toContain('Chrome/109.');
  const user = new KeyboardUser(page);
  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
  await fileForKnownPerson(user, 'Opre');
  expect(user.screens.slice(0, -1)).toHaveLength(7);
  expect(user.keys).toBeLessThanOrEqual(40);
  expect(await axe(page)).toEqual([]);
});
