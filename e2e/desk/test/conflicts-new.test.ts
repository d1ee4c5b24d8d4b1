import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';
import { at, findByNumber, goOffline, openDecision, press, title, waitForNothingUnsent } from '../conflicts.ts';
import { axe, open } from '../desk.ts';
import { KeyboardUser } from '../keyboard.ts';
import { takeApplication, waitForScreens } from '../offline.ts';
import { addPublicService, paused, resumed, withRequiredField } from '../registry.ts';
import type { AddedService } from '../registry.ts';
import { platformUrl } from '../test-env.ts';

/** Applications that were taken without a line, and whose service changed or closed before they reached the platform. */

const operator = 'cu-001-specialist';
const FILED = 'Cererea a fost depusă';

let changing: AddedService;
let closing: AddedService;
let returning: AddedService;
beforeAll(async () => {
  changing = await addPublicService('schimbator');
  closing = await addPublicService('inchizator');
  returning = await addPublicService('revenitor');
});
afterAll(() => [changing, closing, returning].forEach((service) => service?.remove()));

async function openQueue(): Promise<Page> {
  const page = await open({ operator });
  await waitForScreens(page);
  return page;
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

test('shows what a changed form asks for, and files the completed application under the same number', async () => {
  const page = await openQueue();
  await goOffline(page);
  const number = await takeApplication({ page }, 'Formular', changing.name);
  await changing.change(withRequiredField);
  await openDecision(page);
  await page.getByText('Formularul sau condițiile serviciului s-au schimbat între timp.', { exact: false }).waitFor();
  await page.getByText('La ce folosește extrasul').waitFor();
  await page.getByText('Completați acest câmp.').waitFor();
  await page.getByText('Sunați persoana dacă a plecat.', { exact: false }).waitFor();
  expect(await axe(page)).toEqual([]);

  await button(page, 'Deschide ciorna').click();
  await title(page, 'Persoana verifică datele');
  await page
    .getByRole('button', { name: /La ce folosește extrasul/ })
    .first()
    .click();
  await at(page, '/answers/usedFor').fill('Ajutor social');
  await press(page, /Verificarea$/);
  await title(page, 'Persoana verifică datele');
  await at(page, '/checked').check({ force: true });
  await new KeyboardUser(page).press('Control+Enter');
  await title(page, FILED);
  expect(await findByNumber(number)).toMatchObject([
    { state: expect.not.stringMatching('draft'), answers: { usedFor: 'Ajutor social' } },
  ]);
});

test('hands in an application for a closed service, which the head files once the service resumes', async () => {
  const page = await openQueue();
  await goOffline(page);
  const number = await takeApplication({ page }, 'Închis', closing.name);
  await closing.change(paused);
  await openDecision(page);
  await page.getByText('Platforma nu a înregistrat-o pe aceasta.', { exact: false }).waitFor();
  await page.getByText('Registrul se mută').first().waitFor();
  await page.getByText('Sunați persoana, spuneți motivul', { exact: false }).waitFor();
  expect(await axe(page)).toEqual([]);
  await press(page, 'Predă supervizorului');
  await waitForNothingUnsent(page);
  await page.getByText('Predat supervizorului spre decizie.', { exact: false }).waitFor();
  expect(await findByNumber(number)).toEqual([]);

  await closing.change(resumed);
  const head = await open({ operator: 'cu-001-manager', path: '/quarantine' });
  const acts = head.getByRole('navigation', { name: 'Acte în carantină' }).getByRole('button');
  await acts.first().waitFor();
  for (let rest = await acts.count(); rest > 0; rest -= 1) {
    await acts.first().click();
    await press(head, /^Aplică actul/);
    await eventually(async () => (await acts.count()) === rest - 1, { timeoutMs: 30_000 });
  }
  expect(await findByNumber(number)).toMatchObject([
    { state: expect.not.stringMatching('draft'), applicant: { familyName: 'Închis' } },
  ]);
});

test('continues a refused application after 72 hours without contact, under the number of its receipt', async () => {
  const page = await openQueue();
  await goOffline(page);
  const number = await takeApplication({ page }, 'Revenit', returning.name);
  await returning.change(paused);
  await page.goto('about:blank');
  await page.clock.install({ time: Date.now() + 73 * 3_600_000 });
  await page.context().setOffline(false);
  await page.goto(`${platformUrl()}/to-send`);
  const entry = page.getByRole('region', { name: new RegExp(`Revenit.*${number}`) });
  await entry.getByText('Platforma nu a înregistrat-o pe aceasta.', { exact: false }).waitFor({ timeout: 60_000 });
  // The application is finished, not half-typed.
  expect(await page.getByText(/^Datele completate pe jumătate/).count()).toBe(0);
  await button(page, 'Predă supervizorului').waitFor();
  expect(await axe(page)).toEqual([]);

  await returning.change(resumed);
  await button(page, 'Deschide ciorna').click();
  await title(page, 'Persoana verifică datele');
  await at(page, '/checked').check({ force: true });
  await new KeyboardUser(page).press('Control+Enter');
  await title(page, FILED);
  expect(await findByNumber(number)).toMatchObject([
    { state: expect.not.stringMatching('draft'), applicant: { familyName: 'Revenit' } },
  ]);
});
