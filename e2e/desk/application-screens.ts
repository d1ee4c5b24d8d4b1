import type { Language } from '@cups/application';
import { BUCKET_TEXTS } from '@cups/application/texts';
import type { Page } from 'playwright-core';
import { waitUntil } from '@cups/tools/desk';
import type { Application } from '@cups/tools/desk';
import { sendReply } from './agency.ts';
import { applicant, fileApplication, openDeskFor, waitForState } from './filings.ts';
import type { Sample } from './sample.ts';
import type { Screen } from './screen.ts';

/**
 * Screens of results on their way, tracking, withdrawal, messages and printouts, for screenshots. Their steps use no words
 * of one language, because each is shown in three.
 */

const CLERK = 'cu-001-specialist';
const WITHDRAW = /^(Retrage cererea|Отозвать|Withdraw)/;
const YES = /^(Da, retrage|Да, отозвать|Yes, withdraw)/;
const printButton = (page: Page) => page.locator('main button:has(.lucide-printer)');

/** Files for an applicant without contact who reads the language, so that printouts have two languages. */
const file = (ending: string, language: Language, familyName = 'Bălan') =>
  fileApplication({
    ending,
    content: { applicant: { ...applicant(familyName, 'Vasile'), language }, contact: { none: true } },
  });

/** Paper results that the agency has decided and that have not arrived, filed once for all pictures. */
let sentResults: Promise<Application[]> | undefined;

function fileSentResults(): Promise<Application[]> {
  const one = async (familyName: string) => {
    const filed = await fileApplication({ content: { applicant: applicant(familyName) } });
    const desk = await openDeskFor(CLERK);
    const read = async () => (await desk.call<Application>('GET', `/applications/${filed.id}`)).body;
    return waitUntil(read, ({ state }) => state === 'ready', `${filed.id} → ready`, 30);
  };
  return Promise.all([one('Drumescu'), one('Plicescu')]);
}

async function showQueueOf(page: Page): Promise<void> {
  sentResults ??= fileSentResults();
  await sentResults;
  await page.reload();
  await page.locator('[data-row]').first().waitFor();
}

/** Opens the list of results on their way, with the form of an envelope. */
async function showEnvelope(page: Page, _sample: Sample, language: Language): Promise<void> {
  await showQueueOf(page);
  const list = page.getByRole('button', { name: BUCKET_TEXTS['on-the-way'][language] }).first();
  await list.click();
  await page.locator('main button:has(.lucide-package-check)').first().click();
  await page.locator('main fieldset').waitFor();
}

async function showSentResult(page: Page): Promise<void> {
  sentResults ??= fileSentResults();
  const [sent] = await sentResults;
  await page.goto(`/applications/${sent!.id}`);
}

const track = (of: (sample: Sample) => Promise<string> | string) => async (page: Page, sample: Sample) => {
  await page.goto(`/t#${await of(sample)}`);
  await page.locator('#state').waitFor();
};

async function openWithdrawal(page: Page, language: Language): Promise<void> {
  const { id } = await file('ZN', language, 'Retrasu');
  await page.goto(`/applications/${id}`);
  await page.getByRole('button', { name: WITHDRAW }).first().click();
  await page.getByRole('button', { name: YES }).waitFor();
}

/** Withdraws with a signed statement, as far as the page asks for it. */
async function withdraw(page: Page, language: Language): Promise<void> {
  await openWithdrawal(page, language);
  const signed = page.getByRole('button', { name: YES }).locator('xpath=ancestor::div[2]').getByRole('radio').first();
  if ((await signed.count()) > 0) await signed.check({ force: true });
  await page.getByRole('button', { name: YES }).click();
  await page.getByRole('button', { name: YES }).waitFor({ state: 'detached' });
}

/** The message that the pictures show, from an agency that waits for an answer. */
const MESSAGE = 'Adresa veche lipsește din cerere. Scrieți-ne strada și numărul casei din 1998, ca să găsim dosarul.';
let message: Promise<Application> | undefined;

async function fileWithMessage(): Promise<Application> {
  const filed = await fileApplication({ ending: 'ZN', content: { applicant: applicant('Întrebescu') } });
  await sendReply(filed, 'messageSent', { text: MESSAGE, language: 'ro' });
  const desk = await openDeskFor(CLERK);
  const read = async () => (await desk.call<{ messages?: object[] }>('GET', `/applications/${filed.id}`)).body;
  await waitUntil(read, ({ messages = [] }) => messages.length > 0, `message about ${filed.id}`, 30);
  return filed;
}

async function showMessage(page: Page): Promise<void> {
  message ??= fileWithMessage();
  const { id } = await message;
  await page.reload();
  const row = page.locator(`[data-row="${id}"]`).first();
  await row.waitFor();
  await row.focus();
}

async function answerMessage(page: Page): Promise<void> {
  message ??= fileWithMessage();
  const { id } = await message;
  await page.goto(`/applications/${id}#reply`);
  await page.getByRole('complementary').locator('textarea').first().waitFor();
}

/** Opens an application and presses its button to print, or one of the list of printouts. */
const print = (ending: 'ZN' | 'ZR', listItem?: number) => async (page: Page, _sample: Sample, language: Language) => {
  const filed = await file(ending, language);
  if (ending === 'ZR') await waitForState(filed, 'rejected');
  await page.goto(`/applications/${filed.id}`);
  const list = page.locator('section ul li button:has(.lucide-printer)');
  const button = listItem === undefined ? printButton(page).first() : list.nth(listItem);
  await button.click();
};

async function printStatement(page: Page, _sample: Sample, language: Language): Promise<void> {
  await openWithdrawal(page, language);
  await printButton(page).first().click();
}

/** Prints the slip of a withdrawn application, once the withdrawal cannot be undone. */
async function printWithdrawalSlip(page: Page, _sample: Sample, language: Language): Promise<void> {
  await withdraw(page, language);
  const withdrawButton = page.getByRole('button', { name: WITHDRAW });
  await page.waitForFunction(() => document.querySelector('main [role=status] button') === null, undefined, {
    timeout: 30_000,
  });
  await withdrawButton.waitFor({ state: 'detached' });
  await printButton(page).first().click();
}

const desk = (name: string, prepare: NonNullable<Screen['prepare']>, more: Partial<Screen> = {}): Screen =>
  Object.assign({ name, operator: CLERK, path: () => '/', prepare, isLocalized: true }, more);
const tracking = (name: string, of: (sample: Sample) => Promise<string> | string): Screen => ({
  name,
  path: () => '/t',
  prepare: track(of),
  isLocalized: true,
  isWhole: true,
});
const PRINTOUT = { isPrintout: true, isWhole: true };

export const APPLICATION_SCREENS: readonly Screen[] = [
  desk('queue-today', showQueueOf),
  desk('queue-envelope', showEnvelope),
  desk('result-on-the-way', showSentResult),
  tracking('tracking-rejected', ({ rejected }) => rejected.trackingNumber),
  tracking('tracking-ready', ({ ready }) => ready.trackingNumber),
  tracking('tracking-on-the-way', async () => (await (sentResults ??= fileSentResults()))[0]!.trackingNumber),
  desk('withdrawal', (page, _sample, language) => openWithdrawal(page, language)),
  desk('withdrawal-undo', (page, _sample, language) => withdraw(page, language)),
  desk('message-row', showMessage),
  desk('message-reply', answerMessage),
  desk('print-receipt', print('ZN'), PRINTOUT),
  desk('print-mandate', print('ZN', 1), PRINTOUT),
  desk('print-decision', print('ZR'), PRINTOUT),
  desk('print-slip', print('ZR', 3), PRINTOUT),
  desk('print-statement', printStatement, PRINTOUT),
  desk('print-withdrawal', printWithdrawalSlip, PRINTOUT),
];
