import { expect, test } from '@jest/globals';
import { abandon, open } from '../desk.ts';

test('The page opens in the last Chrome for Windows 7.', async () => {
  const page = await open({ chromium: 'oldest', operator: 'cu-001-specialist' });
  expect(await page.evaluate(() => navigator.userAgent)).toContain('Chrome/109.');
  await abandon(page);
});
