import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { sendReply } from '../agency.ts';
import { findPageErrors, open } from '../desk.ts';
import { runAction, applicant, openDeskFor, fileApplication, waitForState } from '../filings.ts';
import { fileForKnownPerson, KeyboardUser } from '../keyboard.ts';

/**
 * Text of persons, colleagues and agencies stays text: nothing runs, changes the page or leaves it. A violated
 * Content-Security-Policy fails these tests too.
 */

/** At most 100 characters, to fit every field. */
const HOSTILE = '"><img src=x onerror=ran=1><script>ran=2</script>{{ran=3}}${ran=4}<a href="javascript:ran=5">x</a>';
/** The platform strips links from agency texts. */
const TOLD = HOSTILE.slice(0, HOSTILE.indexOf('javascript:'));
const everywhere = { ro: HOSTILE, ru: HOSTILE, en: HOSTILE };

async function expectOnlyWords(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    ran: (globalThis as { ran?: number }).ran,
    made: document.querySelectorAll('img[src="x"], a[href^="javascript:"], body script').length,
  }));
  expect([page.url(), found]).toEqual([page.url(), { ran: undefined, made: 0 }]);
  expect(await findPageErrors(page)).toEqual([]);
}

const LETTERS_ONLY = 'Scrieți numele doar cu litere, cratimă, apostrof și spațiu.';

/** Opens a path and checks that the hostile text appears unchanged. */
async function openAndCheck(page: Page, path: string, words = HOSTILE): Promise<void> {
  await page.goto(path);
  await page.getByRole('main').getByText(words).first().waitFor();
  await expectOnlyWords(page);
}

/** Types into every editable field. */
async function typeEverywhere(page: Page): Promise<number> {
  const fields = page.locator('textarea:visible, input:visible:not([type=radio]):not([type=checkbox])');
  const count = await fields.count();
  for (let n = 0; n < count; n += 1) {
    const field = fields.nth(n);
    if (!(await field.isEditable())) continue;
    await field.fill(HOSTILE);
    await field.press('Tab');
    await expectOnlyWords(page);
  }
  return count;
}

test('shows hostile answers, notes and agency texts as plain text', async () => {
  const fileWithName = (familyName: string) => fileApplication({ content: { applicant: applicant(familyName) } });
  await expect(fileWithName(HOSTILE)).rejects.toThrow('/familyName PERSON_NAME');
  const answers = {
    actKind: 'birth',
    relation: 'holder',
    holderName: HOSTILE,
    eventDate: '1951-02-03',
    eventPlace: HOSTILE,
  };
  const evidence = [{ kind: 'identity-document', number: HOSTILE, originalSeen: true }];
  const filed = await fileApplication({
    ending: 'ZN',
    content: { applicant: applicant('Vrednic'), answers, evidence },
  });
  const desk = await openDeskFor('cu-001-specialist');
  await desk.call('POST', `/applications/${filed.id}/notes`, { body: { text: HOSTILE } });
  const documents = [{ kind: 'birth-certificate', note: HOSTILE }];
  await sendReply(filed, 'documentsRequested', { documents, message: everywhere, answerBy: '2027-12-08' });
  await waitForState(filed, 'documents-requested');

  const page = await open({ operator: 'cu-001-specialist' });
  const path = `/applications/${filed.id}`;
  await openAndCheck(page, path, TOLD);
  // A colleague's note is displayed too.
  await page.getByText(HOSTILE).first().waitFor();
  expect(await typeEverywhere(page)).toBeGreaterThan(1);
  await openAndCheck(page, `${path}/submissions/1`);

  const unavailable = [{ kind: 'birth-certificate', reason: HOSTILE }];
  await runAction(filed, 'supply-documents', { unavailable, complete: true });
  const appeal = { how: everywhere, until: '2027-12-31' };
  await sendReply(filed, 'decided', {
    outcome: 'rejected',
    reason: everywhere,
    appeal,
    decideTime: new Date().toISOString(),
  });
  await waitForState(filed, 'rejected');
  await openAndCheck(page, path, TOLD);
  await page.goto(`${path}/hand-over`);
  await page.getByRole('heading', { level: 1, name: 'Înmânarea deciziei' }).waitFor();
  await page.getByLabel('Altă persoană').check();
  expect(await typeEverywhere(page)).toBeGreaterThan(2);
  await page.getByRole('button', { name: /Înmânează și închide/ }).click();
  await page.getByRole('link', { name: `Numele și prenumele: ${LETTERS_ONLY}` }).waitFor();
  await expectOnlyWords(page);
  await page.goto('/');
  await page.getByRole('link', { name: /Vrednic/ }).waitFor();
  await expectOnlyWords(page);
});

test('shows hostile input as plain text in every screen of a visit', async () => {
  await fileApplication({ content: { applicant: applicant('Zorz', 'Zoe'), contact: { none: true } } });
  const page = await open({ operator: 'cu-001-specialist' });
  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
  const user = new KeyboardUser(page, async (screen) => {
    if (screen === 'Cine cere serviciul?') {
      const name = page.locator('[id="/applicant/familyName"]');
      await name.fill(HOSTILE);
      await name.press('Tab');
      await page.getByText(LETTERS_ONLY).first().waitFor();
      await name.fill('');
      await page.locator('[id="/applicant/idnp"]').focus();
    }
    if (screen === 'Ce se cere?') {
      expect(await typeEverywhere(page)).toBeGreaterThan(0);
      await page.getByRole('radio').first().focus();
    }
    await expectOnlyWords(page);
  });
  await fileForKnownPerson(user, 'Zorz');
  await page.getByRole('link', { name: 'Vezi cererea' }).click();
  await page.getByRole('main').getByText('Zoe Zorz').first().waitFor();
  await user.press('p');
  await expectOnlyWords(page);
  expect(page.url() + (await page.title())).not.toContain('Zorz');
});

test('shows hostile input of sign-in, search and tracking as plain text', async () => {
  const page = await open();
  await page.getByRole('main').getByRole('textbox').waitFor();
  expect(await typeEverywhere(page)).toBe(1);

  const citizen = await open({ path: '/t#"><img src=x onerror=ran=1>' });
  await citizen.getByRole('main').getByRole('textbox').waitFor();
  expect(await typeEverywhere(citizen)).toBe(1);

  const inside = await open({ operator: 'cu-001-specialist', path: '/find' });
  const finder = inside.getByRole('searchbox').first();
  await finder.fill(HOSTILE);
  await finder.press('Enter');
  await inside.getByRole('main').getByText(/./).first().waitFor();
  await typeEverywhere(inside);
  expect(inside.url()).not.toContain('onerror');
});
