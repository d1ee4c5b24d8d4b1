import { expect, test } from '@jest/globals';
import { axe, open } from '../desk.ts';
import { fileApplication, waitForState } from '../filings.ts';
import { openDocuments } from '../open-documents.ts';
import { chooseFile, createPdf, scanOf, waitForScan } from '../scans.ts';
import type { Page } from 'playwright-core';

/** A scan that the platform refused, scanned again in the draft and in the answer to the agency's request. */

const KIND = 'marriage-certificate';

/**
 * Shows one of the filed copies as refused after the filing. A check takes a second, so a file that is refused just
 * after the submission cannot be had at will.
 */
async function refuseCopy(page: Page): Promise<void> {
  await page.route('**/api/v1/applications/*/details', async (route) => {
    const response = await route.fetch();
    if (response.status() !== 200) return route.fulfill({ response });
    const details = (await response.json()) as { application: Record<string, unknown> };
    const name = 'documents/01JDVMPX4V4M1J6Y9X2S5T8ZAB';
    const { evidence = [], deskAlerts = [] } = details.application as Record<string, object[]>;
    const uploadSha256 = '0'.repeat(64);
    Object.assign(details.application, {
      evidence: [...evidence, { kind: KIND, copy: name }],
      documents: [{ name, kind: KIND, uploadSize: 10, uploadSha256, state: 'refused', refusal: 'DAMAGED' }],
      deskAlerts: [...deskAlerts, { kind: 'document-refused', recordTime: new Date().toISOString() }],
    });
    return route.fulfill({ response, json: details });
  });
}

test('leads from a draft with a refused scan to its document', async () => {
  const page = await openDocuments();
  await chooseFile(page, createPdf('x', { catalog: '/OpenAction<</S/JavaScript/JS(app.alert(1))>>' }));
  await waitForScan(page, /^PDF-ul conține un program/);
  await page
    .getByRole('contentinfo')
    .getByText(/^Salvat la/)
    .waitFor();
  const id = /visits\/[^/]+\/([^/]+)/.exec(page.url())![1]!;
  await page.goto(`/applications/${id}`);
  await page.getByRole('button', { name: /^Scanează din nou: / }).click();
  await page.getByRole('heading', { level: 1, name: 'Ce acte a adus persoana?' }).waitFor();
  await chooseFile(page, createPdf('Certificat'), { button: 'Scanează din nou' });
  await waitForScan(page, 'Încărcat și verificat');
});

test('sends a refused scan again with the answer to the agency', async () => {
  const { id } = await fileApplication({ ending: 'ZD' }).then((filed) => waitForState(filed, 'documents-requested'));
  const page = await open({ operator: 'cu-001-specialist', path: '/' });
  await refuseCopy(page);
  await page.goto(`/applications/${id}`);
  const alerts = page.getByRole('region', { name: 'De știut' });
  await alerts.getByRole('button', { name: /^Scanează din nou: / }).click();
  const panel = page.locator(`[data-scan="${KIND}"]`);
  expect(
    await panel
      .getByRole('button')
      .first()
      .evaluate((button) => button === document.activeElement),
  ).toBe(true);
  expect(await axe(page)).toEqual([]);
  const chooser = page.waitForEvent('filechooser');
  await panel.getByRole('button').first().press('Enter');
  await (await chooser).setFiles({ name: 'scan.pdf', mimeType: 'application/pdf', buffer: createPdf('Certificat') });
  await panel.getByRole('status').getByText('Încărcat și verificat').waitFor();
  const supplied = page.waitForRequest((request) => request.url().endsWith('/supply-documents'));
  await page.keyboard.press('Control+Enter');
  const { evidence } = (await supplied).postDataJSON() as { evidence: { kind: string; copy: string }[] };
  expect(evidence).toEqual([{ kind: KIND, copy: expect.stringMatching(/^documents\//) }]);
  expect((await (await supplied).response())!.status()).toBe(200);
});

test('offers no new scan while the agency waits for none', async () => {
  const { id } = await fileApplication({ ending: 'ZN' });
  const page = await open({ operator: 'cu-001-specialist', path: '/' });
  await refuseCopy(page);
  await page.goto(`/applications/${id}`);
  const alerts = page.getByRole('region', { name: 'De știut' });
  await alerts.getByText(/sunați la instituție\.$/).waitFor();
  expect(await page.getByRole('button', { name: /^Scanează din nou/ }).count()).toBe(0);
  expect(await scanOf(page).count()).toBe(0);
});
