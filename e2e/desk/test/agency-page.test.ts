import { beforeAll, expect, test } from '@jest/globals';
import { addCivilDays, formatCivilDate, toCivilDate } from '@cups/application';
import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, openDeskFor, waitForState } from '../filings.ts';
import { KeyboardUser } from '../keyboard.ts';
import { addPageAgency, addPublicService } from '../registry.ts';

/** An agency without a system: its clerk finds, acknowledges and decides applications in the page. */

const AGENCY = 'arhivatest';
const CLERK = `${AGENCY}-clerk`;

beforeAll(async () => {
  await addPageAgency(AGENCY, 'CU-001');
  await addPublicService('arhivare', AGENCY);
});

const file = (familyName: string) =>
  fileApplication({ publicService: 'test-arhivare', content: { applicant: applicant(familyName) } });

const title = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

test('decides the first application by keyboard, and the desk gets the result', async () => {
  const filed = await file('Arhivescu');
  const page = await open({ operator: CLERK });
  await title(page, 'Cereri de lucrat');
  const row = page.getByRole('link', { name: /Maria Arhivescu/ });
  await row.waitFor();
  expect(await axe(page)).toEqual([]);

  const user = new KeyboardUser(page);
  await row.focus();
  await user.press('Enter');
  await page.getByText('Maria Arhivescu').first().waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel('Numărul instituției').fill('AR-17/2026');
  await user.press('Control+Enter');
  await page.getByRole('radio', { name: 'Decid' }).waitFor();
  await page.getByRole('radio', { name: 'Se aprobă' }).check({ force: true });
  await page.getByRole('radio', { name: 'pe hârtie' }).check({ force: true });
  await page.getByLabel('Numărul rezultatului').fill('EX 4217');
  await user.press('Control+Enter');
  await page.getByText('Decise').first().waitFor();

  const ready = await waitForState(filed, 'ready');
  expect(ready).toMatchObject({ decision: { approved: true, resultNumber: 'EX 4217' } });
});

test('rejects by a template in three languages, and asks for what is missing', async () => {
  const filed = await file('Respinsescu');
  const page = await open({ operator: CLERK });
  await page.getByRole('link', { name: /Respinsescu/ }).click();
  await page.getByRole('radio', { name: 'Decid' }).check({ force: true });
  await page.getByRole('button', { name: /^Decid/ }).click();
  await page.getByText('Alegeți decizia.').waitFor();
  await page.getByRole('radio', { name: 'Se respinge' }).check({ force: true });
  await page.getByRole('button', { name: /^Decid/ }).click();
  await page.getByText('Scrieți motivul în română.').waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel('Model opțional').selectOption({ label: 'Nu există în evidență' });
  await page.getByRole('button', { name: /^Decid/ }).click();
  await page.getByText('Completați locurile dintre paranteze.').waitFor();
  for (const [language, mark, value] of MARKS) {
    const field = page.getByLabel(new RegExp(`^Motivul, pentru persoană · ${language}`));
    await field.fill((await field.inputValue()).replace(mark, value));
  }
  await page.getByLabel('Model de contestare').selectOption({ label: 'Cerere prealabilă' });
  await page.getByRole('button', { name: /^Decid/ }).click();
  const rejected = await waitForState(filed, 'rejected');
  expect(rejected).toMatchObject({
    decision: {
      reason: {
        ro: expect.stringMatching(/^În evidența instituției .* dosarul 7\.$/),
        ru: expect.stringMatching(/^В учёте .* дело 7\.$/),
        en: expect.stringMatching(/^The records .* file 7\.$/),
      },
    },
  });
});

/** What a clerk fills in, by language: the mark of the template and its content. */
const MARKS = [
  ['În română', '[ce s-a căutat]', 'dosarul 7'],
  ['În rusă', '[что искали]', 'дело 7'],
  ['În engleză', '[what was searched for]', 'file 7'],
] as const;

test('has a text for each kind of reply, and sends none with a place that is open', async () => {
  const filed = await file('Modelescu');
  const page = await open({ operator: CLERK });
  await page.getByRole('link', { name: /Modelescu/ }).click();
  await page.getByRole('radio', { name: 'Decid' }).check({ force: true });
  await page.getByRole('radio', { name: 'Se respinge' }).check({ force: true });
  await page.getByLabel('Model opțional').selectOption({ label: 'Nu există în evidență' });
  await page.getByRole('radio', { name: 'Cer acte' }).check({ force: true });
  const message = page.getByLabel(/^Mesaj pentru persoană · În română/);
  expect(await message.inputValue()).toBe('');
  await page.getByRole('checkbox', { name: 'Actul de identitate' }).check({ force: true });
  await page.getByLabel('Ultima zi în care se primesc').fill(addCivilDays(toCivilDate(new Date()), 2));
  await message.fill('Aduceți [actul]');
  await page.getByRole('button', { name: /^Cer acte/ }).click();
  await page.getByText('Completați locurile dintre paranteze.').waitFor();
  await message.fill('Aduceți actul.');
  await page.getByRole('button', { name: /^Cer acte/ }).click();
  const asked = await waitForState(filed, 'documents-requested');
  expect(asked).toMatchObject({ documentRequest: { message: { ro: 'Aduceți actul.' } } });
  // The platform gives the person at least five working days.
  await page.reload();
  await page.getByText(/\(ați cerut /).waitFor();
});

test('finds an application by the name of the person, and shows what was decided before it is corrected', async () => {
  const filed = await file('Căutățescu');
  const page = await open({ operator: CLERK });
  await page.getByLabel('Căutați după nume, serviciu sau număr').fill('cautatescu maria');
  const rows = page.locator('main a[href^="/deliveries/"]');
  await eventually(async () => (await rows.count()) === 1);
  expect(await axe(page)).toEqual([]);
  await rows.first().click();
  await page.getByRole('radio', { name: 'Decid' }).check({ force: true });
  await page.getByRole('radio', { name: 'Se aprobă' }).check({ force: true });
  await page.getByRole('radio', { name: 'pe hârtie' }).check({ force: true });
  await page.getByLabel('Numărul rezultatului').fill('EX 77');
  await page.getByLabel('Codul de verificare').fill('K7Q2');
  await page.getByRole('button', { name: /^Decid/ }).click();
  await waitForState(filed, 'ready');
  await page.getByText('Aprobată').waitFor();
  await page.getByText('EX 77').first().waitFor();
  await page.getByRole('radio', { name: 'Corectez rezultatul' }).check({ force: true });
  expect(await page.getByLabel('Codul de verificare').inputValue()).toBe('K7Q2');
  expect(await axe(page)).toEqual([]);
  await page.getByLabel('Numărul rezultatului').fill('EX 78');
  await page.getByLabel(/^Motivul, pentru persoană · În română/).fill('Numărul era greșit.');
  await page.getByRole('button', { name: /^Corectez rezultatul/ }).click();
  const desk = await openDeskFor('cu-001-specialist');
  await eventually(async () => {
    const { body } = await desk.call<{ decision?: object }>('GET', `/applications/${filed.id}`);
    const { resultNumber, verificationCode } = (body.decision ?? {}) as Record<string, string>;
    return (resultNumber === 'EX 78' && verificationCode === 'K7Q2') || undefined;
  });
});

test('keeps a reply and a message that are not sent while the clerk looks at the queue', async () => {
  await file('Neterminescu');
  const page = await open({ operator: CLERK });
  await page.getByRole('link', { name: /Neterminescu/ }).click();
  await page.getByRole('radio', { name: 'Decid' }).check({ force: true });
  await page.getByRole('radio', { name: 'Se respinge' }).check({ force: true });
  const reason = page.getByLabel(/^Motivul, pentru persoană · În română/);
  await reason.fill('Dosarul lipsește din');
  const message = page.getByLabel('Scrieți centrului');
  await message.fill('Mai aveți');
  await page.goBack();
  await page.getByRole('link', { name: /Neterminescu/ }).click();
  await eventually(async () => (await message.inputValue()) === 'Mai aveți');
  await eventually(async () => (await reason.inputValue()) === 'Dosarul lipsește din');
});

test('asks before a window closes over a reply that is not sent', async () => {
  await file('Inchisescu');
  const page = await open({ operator: CLERK });
  await page.getByRole('link', { name: /Inchisescu/ }).click();
  const message = page.getByLabel('Scrieți centrului');
  await message.fill('Mai aveți');
  // What asks is part of a module that follows the first screen.
  await page.waitForFunction(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const question = await asked;
  expect(question.type()).toBe('beforeunload');
  await question.dismiss();
  expect(await message.inputValue()).toBe('Mai aveți');
});

test('offers the documents of the own services by title, and the agency in the head of the page', async () => {
  await file('Lipsescu');
  const page = await open({ operator: CLERK });
  await page.getByRole('banner').getByText('Agenția Servicii Publice').waitFor();
  await page.getByRole('link', { name: /Lipsescu/ }).click();
  await page.getByRole('radio', { name: 'Cer acte' }).check({ force: true });
  await page.getByRole('checkbox', { name: 'Actul de identitate' }).waitFor();
  expect(await axe(page)).toEqual([]);
});

test('passes an application on to an agency that is found by its name', async () => {
  const filed = await file('Trecutescu');
  const page = await open({ operator: CLERK });
  await page.getByRole('link', { name: /Trecutescu/ }).click();
  await page.getByRole('radio', { name: 'Nu este de competența noastră' }).check({ force: true });
  await page.getByRole('combobox', { name: 'Instituția competentă' }).fill('asigurări');
  await page.getByRole('option', { name: /Casa Națională de Asigurări Sociale/ }).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('combobox', { name: 'Instituția competentă' }).press('Enter');
  await page.getByLabel(/^Motivul, pentru persoană · În română/).fill('Pensiile le stabilește CNAS.');
  await page.getByRole('button', { name: /^Nu este de competența noastră/ }).click();
  const question = page.getByRole('dialog', { name: 'Trimiteți cererea altei instituții?' });
  await question.getByRole('button', { name: 'Rămâne la noi' }).click();
  await page.getByText('Maria Trecutescu').first().waitFor();
  await page.getByRole('button', { name: /^Nu este de competența noastră/ }).click();
  expect(await axe(page)).toEqual([]);
  await question.getByRole('button', { name: 'O trimit' }).click();
  // The agency can no longer read it: nothing of the person stays on the screen.
  await title(page, 'Cereri de lucrat');
  await eventually(async () => (await page.getByText('Trecutescu').count()) === 0);
  const desk = await openDeskFor('cu-001-specialist');
  await eventually(async () => {
    const { body } = await desk.call<{ history: { kind: string }[] }>('GET', `/applications/${filed.id}/details`);
    return body.history.some(({ kind }) => kind === 'passed-on') || undefined;
  });
});

test('names the day of the expected decision, which the desk and the person see', async () => {
  const filed = await file('Amânescu');
  const page = await open({ operator: CLERK });
  await page.getByRole('link', { name: /Amânescu/ }).click();
  await page.getByLabel('Numărul instituției').fill('AR-18/2026');
  await page.getByRole('button', { name: /^Iau în evidență/ }).click();
  await page.getByRole('radio', { name: 'Scriu o notă' }).check({ force: true });
  const day = page.getByLabel(/^Ziua până la care veți decide/);
  await day.fill('2020-01-01');
  await page.getByRole('button', { name: /^Scriu o notă/ }).click();
  await page.getByText('Alegeți o zi de azi până peste cel mult un an.').waitFor();
  expect(await axe(page)).toEqual([]);
  const date = addCivilDays(toCivilDate(new Date()), 20);
  await day.fill(date);
  await page.getByRole('button', { name: /^Scriu o notă/ }).click();
  await page.getByText('Decizia anunțată până la').first().waitFor();

  const desk = await openDeskFor('cu-001-specialist');
  await eventually(async () => {
    const { body } = await desk.call<{ expectedDecisionDate?: string }>('GET', `/applications/${filed.id}`);
    return body.expectedDecisionDate === date || undefined;
  });
  const application = await open({ operator: 'cu-001-specialist', path: `/applications/${filed.id}` });
  await application.getByText('Data anunțată de instituție').first().waitFor();
  await application.getByText(formatCivilDate(date)).first().waitFor();
  expect(await axe(application)).toEqual([]);
  const tracking = await open({ path: `/t#${filed.trackingNumber}` });
  await tracking.getByText('Data anunțată de instituție').waitFor();
  expect(await axe(tracking)).toEqual([]);
});

test('shows the person who read the application', async () => {
  const filed = await file('Cititescu');
  const page = await open({ operator: CLERK });
  await page.getByRole('link', { name: /Cititescu/ }).click();
  await page.getByText('Maria Cititescu').first().waitFor();
  const desk = await openDeskFor('cu-001-specialist');
  const { body } = await desk.call<{ entries: { operator: string; agency?: string }[] }>(
    'GET',
    `/applications/${filed.id}/access-log`,
  );
  expect(body.entries).toContainEqual(
    expect.objectContaining({ operator: `operators/${CLERK}`, agency: `agencies/${AGENCY}` }),
  );
});
