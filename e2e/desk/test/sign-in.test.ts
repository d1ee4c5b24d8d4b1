import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open } from '../desk.ts';
import { refocus } from '../refocus.ts';
import { sessionKeyHeaders } from '../session-key.ts';
import { platformUrl } from '../test-env.ts';

test('offers test operators and signs the chosen one in', async () => {
  const page = await open();
  const main = page.getByRole('main');
  await main.getByRole('heading', { name: 'Autentificare' }).waitFor();
  await main.getByRole('textbox').fill('CU-001');
  expect(await axe(page)).toEqual([]);
  await main
    .getByRole('button', { name: /specialist.*CU-001/i })
    .first()
    .click();
  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
  expect(await axe(page)).toEqual([]);
});

test('explains a failed external sign-in, and clears the URL', async () => {
  const page = await open({ path: '/?signIn=OPERATOR_UNKNOWN' });
  const alert = page.getByRole('alert');
  await alert.getByText('Nu aveți acces la platformă.').waitFor();
  expect(page.url()).toBe(`${platformUrl()}/`);
  await page.getByRole('button', { name: 'EN', exact: true }).click();
  await alert.getByText('You have no access to the platform.').waitFor();
  expect(await axe(page)).toEqual([]);
});

/** Returns the background header of the next poll. */
const nextPoll = async (page: Page) => {
  const request = await page.waitForRequest(/queue\/changes|sessions\/current/);
  return request.headers()['cups-background'];
};

test('marks requests of an idle desk as background, until a key is pressed', async () => {
  const page = await open({ operator: 'cu-011-specialist' });
  await page.clock.install();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
  const first = nextPoll(page);
  await page.clock.fastForward(15_000);
  expect(await first).toBeUndefined();
  const later = nextPoll(page);
  await page.clock.fastForward(61_000);
  expect(await later).toBe('?1');
  await page.keyboard.press('ArrowDown');
  const touched = nextPoll(page);
  await page.clock.fastForward(15_000);
  expect(await touched).toBeUndefined();
});

/** Ends the sessions that other tests, or an earlier run of this one, left to the operator of a page. */
async function endOtherSessions(page: Page): Promise<void> {
  const { request } = page.context();
  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
  const headers = await sessionKeyHeaders(page);
  const answer = await request.get('/api/v1/sessions', { headers });
  const { sessions } = (await answer.json()) as { sessions: { id: string; current: boolean }[] };
  for (const { id } of sessions.filter(({ current }) => !current)) {
    expect((await request.delete(`/api/v1/sessions/${id}`, { headers })).status()).toBe(204);
  }
}

test('ends a session of another computer at its next poll', async () => {
  const operator = 'cu-026-manager';
  const left = await open({ operator });
  await endOtherSessions(left);
  const page = await open({ operator });
  await page.getByRole('button', { name: /Contul meu/ }).click();
  const rows = page.getByRole('dialog').getByRole('listitem');
  await rows.nth(1).waitFor();
  expect(await rows.count()).toBe(2);
  expect(await axe(page)).toEqual([]);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /Încheie/ })
    .click();
  await rows.nth(1).waitFor({ state: 'detached' });
  await rows.getByText('această fereastră').waitFor();
  await refocus(left);
  await left.getByText('Sesiunea s-a încheiat.').waitFor();
});
