import { expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { forgetPage, axe, findPageErrors, open } from '../desk.ts';
import { runAction, fileApplication, waitForState } from '../filings.ts';
import { pdfText } from '../pdf.ts';

/** Checks the test tools themselves. */

test('detects a blank page without scripts', async () => {
  const page = await open();
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.reload();
  const errors = (await findPageErrors(page)).join('\n');
  await forgetPage(page);
  expect(errors).toMatch(/^console: Failed to load resource/);
  expect(errors).toMatch(/^blank: .* has no main part$/m);
});

test('detects exceptions, policy violations and third-party requests', async () => {
  const page = await open();
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('injected exception');
    });
    void fetch('https://elsewhere.example/injected').catch(() => undefined);
    document.body.append(Object.assign(document.createElement('style'), { textContent: 'p { color: red }' }));
    try {
      document.body.innerHTML = '<p>injected text that becomes code</p>';
    } catch {
      // Blocked by the policy, which the test looks for.
    }
  });
  const errors = await eventually(async () => {
    const errors = (await findPageErrors(page)).join('\n');
    return errors.includes('injected exception') && errors.includes('trusted-types') ? errors : undefined;
  });
  await forgetPage(page);
  expect(errors).toMatch(/^error: Error: injected exception/m);
  expect(errors).toMatch(/^console: policy violated: connect-src https:\/\/elsewhere.example/m);
  expect(errors).toMatch(/^console: policy violated: style-src-elem inline/m);
  expect(errors).toMatch(/^console: policy violated: require-trusted-types-for/m);
});

test('detects accessibility violations with rule and element', async () => {
  const page = await open();
  await page.evaluate(() => {
    const field = document.createElement('input');
    field.id = 'injected';
    document.body.append(field);
  });
  const found = await axe(page);
  await forgetPage(page);
  expect(found.join('\n')).toMatch(/^label: [^]*#injected/m);
});

test('files applications by API, and reads printouts', async () => {
  const filed = await fileApplication();
  expect(filed.state).toBe('submitted');
  await waitForState(filed, 'ready');
  const draft = await fileApplication({ submit: false, publicService: 'pension-reexamination' });
  expect((await runAction(draft, 'withdraw')).state).toBe('withdrawn');

  const page = await open();
  await page.evaluate(() => {
    const words = document.createElement('p');
    words.textContent = 'Fișa numărul 7';
    document.body.replaceChildren(words);
  });
  expect(await pdfText(page)).toEqual(['Fișa numărul 7']);
  await forgetPage(page);
});
