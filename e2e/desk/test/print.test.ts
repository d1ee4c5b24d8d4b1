import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { eventually, temporaryDir } from '@cups/testing';
import { idnp } from '@cups/tools/filings';
import { verifyList } from '@cups/tools/journal';
import type { Locator, Page } from 'playwright-core';
import { open, tolerate } from '../desk.ts';
import type { OpenOptions } from '../desk.ts';
import { runAction, openDeskFor, fileApplication, nextPerson, waitForState } from '../filings.ts';
import { pdfText, qrText } from '../pdf.ts';
import { platformUrl } from '../test-env.ts';

/** Printouts, read back. Applicants read Russian, so that each printout has two languages. */

const { dir, remove } = temporaryDir();
afterAll(remove);

/** Opens a page whose print dialog does nothing, so that the printout stays until the test prints it. */
async function openToPrint(options: OpenOptions): Promise<Page> {
  const page = await open({ operator: 'cu-001-specialist', ...options, path: '/' });
  await page.addInitScript(() => (window.print = () => undefined));
  await page.goto(options.path ?? '/');
  return page;
}

/**
 * Presses a print button.
 * @returns the text of each sheet
 */
async function printed(page: Page, button: Locator): Promise<string[]> {
  await button.click();
  await page.waitForFunction(() => document.body.classList.contains('paper'));
  const sheets = await pdfText(page);
  expect(await page.evaluate(() => document.body.className)).toBe('');
  return sheets;
}

const button = (page: Page, name: string) => page.getByRole('button', { name });
/** Label of the newest slip. */
const SLIP = 'Fișă:';

test('prints the receipt with a QR code, and the list of requested documents', async () => {
  const { id, trackingNumber } = await filedInRussian('ZD');
  const page = await openToPrint({ path: `/applications/${id}` });
  await button(page, 'Recipisa').waitFor();

  const [receipt = '', ...noMore] = await printed(page, button(page, 'Recipisa'));
  expect(noMore).toEqual([]);
  expect(receipt).toMatch(/^1 \/ 1 CUPS Lozova/);
  expect(receipt).toContain('Recipisă: cererea a fost depusă Расписка: заявление подано');
  expect(receipt).toContain('Agenția Servicii Publice Агентство государственных услуг');
  expect(receipt).toMatch(/Depusă Подано \d\d\.\d\d\.\d{4}, \d\d:\d\d/);
  expect(receipt).toContain(`deschideți ${platformUrl()}/t și scrieți numărul`);
  expect(receipt).toMatch(new RegExp(`${trackingNumber} Tipărit \\d\\d\\.\\d\\d\\.\\d{4}, \\d\\d:\\d\\d$`));
  expect(receipt).not.toContain('Exercițiu');
  expect(receipt).toContain('Centrul Центр Lozova, Strășeni Test Specialist Lozova');
  // The figures of the journal are the last.
  expect(receipt).toMatch(/Starea jurnalului cups\.md\/journal: \d+ înregistrări, .* Tipărit [^:]+:\d\d$/);

  await button(page, 'Recipisa').click();
  await page.locator('#paper svg').waitFor({ state: 'attached' });
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('#paper svg').count()).toBe(1);
  expect(await qrText(page.locator('#paper svg').first())).toBe(`${platformUrl()}/t#${trackingNumber}`);
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: null });

  // The browser's print command prints the document of the current state.
  const [asked = ''] = await pdfText(page);
  expect(asked).toContain('Ce mai lipsește Чего не хватает');
  expect(asked).toMatch(/Ultima zi: \d\d\.\d\d\.\d{4}\. Последний день: \d\d\.\d\d\.\d{4}\./);
});

test('prints a decision and its slip, and records the slip as sent', async () => {
  const { id, trackingNumber } = await filedInRussian('ZR');
  const page = await openToPrint({ path: `/applications/${id}` });
  const decision = (await printed(page, button(page, 'Decizia'))).join(' ');
  expect(decision).toContain('Înștiințare: cererea a fost respinsă Уведомление: в заявлении отказано');
  expect(decision).toContain('Как обжаловать');

  const slips = async () => (await notices(id)).filter(({ channel }) => channel === 'slip').map(({ state }) => state);
  expect(await slips()).toContain('pending');
  const [slip = ''] = await printed(page, button(page, SLIP).last());
  expect(slip).toContain('Здравствуйте,');
  expect(slip).toContain(`Номер для отслеживания заявления ${trackingNumber}`);
  expect(slip).not.toContain('> ');
  await button(page, SLIP).last().click();
  await page.emulateMedia({ media: 'print' });
  // A third of A4, without the upper margin of the page: 84 mm.
  const { height } = (await page.locator('#paper table').boundingBox())!;
  expect(Math.round((height / 96) * 25.4)).toBeLessThanOrEqual(84);
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: null });
  expect((await notices(id)).at(-1)).toMatchObject({ channel: 'slip', state: 'sent' });
});

test('prints the statement of a withdrawal to sign, and then the confirmation in place of the receipt', async () => {
  const { id } = await filedInRussian('ZD');
  const page = await openToPrint({ path: `/applications/${id}` });
  await button(page, 'Retrage cererea').click();
  await page.getByLabel('Motivul, cu cuvintele persoanei').fill('nu mai este nevoie');
  const [statement = '', ...noMore] = await printed(page, button(page, 'Tipărește cererea de retragere'));
  expect(noMore).toEqual([]);
  expect(statement).toContain('Cerere de retragere Заявление об отзыве');
  expect(statement).toContain('nu mai este nevoie');
  expect(statement).toContain('Semnătura solicitantului');
  await page.getByRole('radio', { name: 'A semnat', exact: true }).check({ force: true });
  await button(page, 'Da, retrage').click();
  const [slip = ''] = await printed(page, button(page, 'Confirmarea retragerii'));
  expect(slip).toContain('Confirmare: cererea a fost retrasă Подтверждение: заявление отозвано');
  expect(slip).toMatch(/Retrasă Отозвано \d\d\.\d\d\.\d{4}/);
});

test('prints the application, the mandate and the access log', async () => {
  const { id } = await filedInRussian('ZQ');
  const page = await openToPrint({ path: `/applications/${id}/submissions/1` });
  const application = await printed(page, button(page, 'Tipărește cererea'));
  expect(application.join(' ')).toContain('Cerere Заявление');
  expect(application.at(-1)).toMatch(/Acte prezentate .* Semnătura solicitantului Подпись заявителя/);
  expect(application.at(-1)).toContain(`${application.length} / ${application.length}`);
  await page.goto(`/applications/${id}`);
  expect((await printed(page, button(page, 'Cererea, de semnat'))).length).toBe(application.length);
  const mandate = (await printed(page, button(page, 'Temeiul acțiunii'))).join(' ');
  expect(mandate).toMatch(/Eu, Vasile Bălan \(IDNP \d+\), împuternicesc centrul „Lozova”/);
  expect(mandate).toMatch(/Я, Vasile Bălan .* уполномочиваю центр/);
  expect(mandate).not.toContain('SHA-256');
  expect(mandate).not.toMatch(/consultanță juridică|юридической консультацией/);
  expect(mandate).toContain('Test Specialist Lozova');

  await page.goto(`/applications/${id}/access-log`);
  const accessLog = (await printed(page, button(page, 'Tipărește lista'))).join(' ');
  expect(accessLog).toContain('Cine a consultat și a schimbat cererea Кто просматривал и менял заявление');
  expect(accessLog).toMatch(/Test Specialist Lozova .*cererea depusă поданное заявление/s);
  expect(accessLog).toMatch(
    /Agenția Servicii Publice Агентство государственных услуг .*a decis: rezultatul este gata/s,
  );
  expect(accessLog).toMatch(/Starea jurnalului cups\.md\/journal: \d+ înregistrări/);
});

test('saves a file with the access list, whose hash and checkpoint are printed', async () => {
  const { id } = await filedInRussian('ZQ');
  const page = await openToPrint({ path: `/applications/${id}/access-log` });
  await waitForJournal(id);
  const downloading = page.waitForEvent('download');
  await button(page, 'Tipărește lista').click();
  const file = join(dir, 'access-list.json');
  await (await downloading).saveAs(file);
  const bytes = readFileSync(file);
  await page.emulateMedia({ media: 'print' });
  const code = await qrText(page.locator('#paper svg').last());
  const list = JSON.parse(bytes.toString()) as { application: string; pages: { checkpoint: string }[] };
  expect(list.application).toBe(`applications/${id}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(code).toBe(`${list.pages[0]!.checkpoint}list sha256 ${sha256}\n`);
  const { keys } = (await (await fetch(`${platformUrl()}/journal/verifier`)).json()) as {
    keys: { verifier: string }[];
  };
  const verification = verifyList(
    bytes,
    keys.map(({ verifier }) => verifier),
  );
  expect(verification).toMatchObject({ sha256, findings: [] });
  expect(verification.entries).toBeGreaterThan(0);
});

test('prints the hand-over, and marks training on every page', async () => {
  const ready = await filedInRussian('ZQ');
  const given = { collectedBy: 'applicant', idDocumentKind: 'identity-document', idDocumentNumber: 'B00000035' };
  await runAction(ready, 'hand-over', given);
  const page = await openToPrint({ path: `/applications/${ready.id}` });
  const [receipt = ''] = await printed(page, button(page, 'Confirmarea de primire'));
  expect(receipt).toContain('Confirmare de înmânare Подтверждение выдачи');
  expect(receipt).toContain('B00000035');
  expect(receipt).toContain('Am primit, semnătura Получено, подпись');

  // No centre of this platform is in training, so the response is changed to training.
  await page.route('**/api/**/submissions/1', async (route) => {
    const response = await route.fetch();
    const submission = (await response.json()) as { training: boolean; answers: Record<string, string> };
    submission.training = true;
    submission.answers = Object.fromEntries(Object.keys(submission.answers).map((name) => [name, 'lung '.repeat(700)]));
    await route.fulfill({ response, json: submission });
  });
  await page.goto(`/applications/${ready.id}/submissions/1`);
  const sheets = await printed(page, button(page, 'Tipărește cererea'));
  expect(sheets.length).toBeGreaterThan(1);
  expect(sheets.every((sheet) => sheet.includes('Exercițiu: fără valoare juridică · Учебный режим'))).toBe(true);
  expect(sheets.every((sheet) => sheet.includes(`${ready.trackingNumber} Tipărit`))).toBe(true);
});

test('prints no slip while the platform is unavailable, and shows why', async () => {
  const { id } = await filedInRussian('ZR');
  const page = await openToPrint({ path: `/applications/${id}` });
  await button(page, SLIP).last().waitFor();
  tolerate(page, /^console: Failed to load resource/);
  await page.route('**/api/**/slip', (route) => route.abort());
  await button(page, SLIP).last().click();
  await page.getByRole('alert').getByText('Platforma nu răspunde acum.').waitFor();
  expect(await page.evaluate(() => document.body.className)).toBe('');
});

/** Files for an applicant without contact who reads Russian, and waits for the agency. */
async function filedInRussian(ending: 'ZD' | 'ZR' | 'ZQ') {
  const names = { givenName: 'Vasile', familyName: 'Bălan', birthDate: '1953-09-18', language: 'ru' };
  const applicant = { idnp: idnp(nextPerson()), ...names };
  const filed = await fileApplication({ ending, content: { applicant, contact: { none: true } } });
  const state = { ZD: 'documents-requested', ZR: 'rejected', ZQ: 'ready' } as const;
  return waitForState(filed, state[ending]);
}

/** Waits until the journal lists an entry of an application: entries arrive within seconds. */
async function waitForJournal(id: string): Promise<void> {
  const desk = await openDeskFor('cu-001-specialist');
  const read = async () => (await desk.call<{ entries: object[] }>('GET', `/applications/${id}/journal`)).body.entries;
  await eventually(async () => (await read()).length > 0);
}

async function notices(id: string): Promise<{ channel: string; state: string }[]> {
  const desk = await openDeskFor('cu-001-specialist');
  const { body } = await desk.call<{ notices: { channel: string; state: string }[] }>(
    'GET',
    `/applications/${id}/notices`,
  );
  return body.notices;
}
