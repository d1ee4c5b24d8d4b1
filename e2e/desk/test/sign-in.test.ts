import { expect, test } from '@jest/globals';
import { axe, open } from '../desk.ts';

test('The page opens signed out, offers test operators, and lets the chosen one in.', async () => {
  const page = await open();
  const main = page.getByRole('main');
  await main.getByRole('heading', { name: 'Intrați la ghișeu' }).waitFor();
  await main.getByRole('textbox').fill('CU-001');
  expect(await axe(page)).toEqual([]);
  await main
    .getByRole('button', { name: /specialist.*CU-001/i })
    .first()
    .click();
  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
  expect(await axe(page)).toEqual([]);
});
