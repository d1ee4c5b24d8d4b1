import { beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, openDeskFor, waitForState } from '../filings.ts';
import { addPageAgency, addPublicService } from '../registry.ts';

/** Desk and agency write to each other about an application. */

const AGENCY = 'scrisori';
const CLERK = `${AGENCY}-clerk`;
const QUESTION = 'Este destulă copia certificatului?';
const ANSWER = 'Da, copia este destulă.';

interface WithMessages {
  messages?: { number: number; text: string; author?: string; answers?: number }[];
  history?: { kind: string; agencyText?: object }[];
}

beforeAll(async () => {
  await addPageAgency(AGENCY, 'CU-001');
  await addPublicService('scrisoare', AGENCY);
});

const file = (familyName: string) =>
  fileApplication({ publicService: 'test-scrisoare', content: { applicant: applicant(familyName) } });

const messagesOf = async (id: string) => {
  const desk = await openDeskFor('cu-001-specialist');
  return (await desk.call<WithMessages>('GET', `/applications/${id}`)).body.messages ?? [];
};

test('the desk asks, the clerk of the agency answers, and the desk sees that it is new', async () => {
  const filed = await file('Întrebescu');
  const page = await open({ operator: 'cu-001-specialist', path: `/applications/${filed.id}` });
  const box = page.getByLabel('Scrieți instituției');
  await box.fill(QUESTION);
  await page.getByText(`${QUESTION.length} din 2000 caractere`).waitFor();
  expect(await axe(page)).toEqual([]);
  const send = page.getByRole('button', { name: 'Trimite' }).locator('kbd');
  await send.waitFor();
  await box.blur();
  // The keys belong to the main button of the screen again.
  await send.waitFor({ state: 'detached' });
  await box.press('Control+Enter');
  await page.getByRole('listitem').getByText(QUESTION).waitFor();
  expect(await box.inputValue()).toBe('');

  const clerk = await open({ operator: CLERK });
  const row = clerk.getByRole('link', { name: /Întrebescu/ });
  await row.getByText('mesaj de la centru').waitFor();
  expect(await axe(clerk)).toEqual([]);
  await row.click();
  await clerk.getByRole('listitem').getByText(QUESTION).waitFor();
  const reply = clerk.getByLabel('Scrieți centrului');
  await reply.fill(ANSWER);
  expect(await axe(clerk)).toEqual([]);
  await reply.press('Control+Enter');
  await clerk.getByRole('listitem').getByText(ANSWER).waitFor();

  const messages = await eventually(async () => {
    const found = await messagesOf(filed.id);
    return found.length === 2 && found;
  });
  expect(messages).toMatchObject([
    { number: 1, text: QUESTION, author: 'operators/cu-001-specialist' },
    { number: 2, text: ANSWER, author: `agencies/${AGENCY}`, answers: 1 },
  ]);
  // The message to the centre changed neither the state nor the form of the reply.
  expect(await waitForState(filed, 'submitted')).toMatchObject({ state: 'submitted' });

  const queue = await open({ operator: 'cu-001-specialist' });
  const asked = queue.getByRole('link', { name: /Întrebescu/ }).first();
  await asked.getByText(`„${ANSWER}”`).waitFor();
  await asked.focus();
  await queue.getByRole('blockquote').getByText(ANSWER).waitFor();
  expect(await axe(queue)).toEqual([]);
  // One key opens the application at the box for the reply.
  await queue.keyboard.press('m');
  const answer = queue.getByLabel('Scrieți instituției');
  await answer.waitFor();
  await queue.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
  expect(new URL(queue.url()).hash).toBe('');
  await queue.getByText('Instituția v-a scris.').waitFor();
  await queue.getByRole('listitem').getByText(ANSWER).waitFor();
  await queue.getByText('a scris centrului').waitFor();
  expect(await axe(queue)).toEqual([]);
  await queue.getByRole('button', { name: 'Am văzut' }).click();
  const isNews = async () => {
    const desk = await openDeskFor('cu-001-specialist');
    const { body } = await desk.call<{ buckets?: string[] }>('GET', `/applications/${filed.id}`);
    return body.buckets?.includes('agency-replied') ?? false;
  };
  await eventually(async () => !(await isNews()));
});

test('hides the box for an agency without messages, and the simulator answers for one with them', async () => {
  const deaf = await fileApplication({ publicService: 'test-scrisoare', submit: false });
  const page = await open({ operator: 'cu-001-specialist', path: `/applications/${deaf.id}` });
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.getByLabel('Scrieți instituției').count()).toBe(0);

  const filed = await fileApplication({ content: { applicant: applicant('Simulescu') } });
  const desk = await openDeskFor('cu-001-specialist');
  const body = { text: 'Когда готов результат?', language: 'ru' };
  await desk.call('POST', `/applications/${filed.id}/messages`, { body });
  const [, answer] = await eventually(
    async () => {
      const found = await messagesOf(filed.id);
      return found.length === 2 && found;
    },
    { timeoutMs: 60_000 },
  );
  expect(answer).toMatchObject({ author: 'agencies/asp', answers: 1, text: expect.stringContaining('получено') });
});
