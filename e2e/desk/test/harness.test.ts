import { expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { abandon, axe, faultsOf, open } from '../desk.ts';
import { act, file, reaches } from '../filings.ts';
import { pdfText } from '../paper.ts';

/** The tests' own tools must find what they are for. */

test('A page whose script does not come is found blank.', async () => {
  const page = await open();
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.reload();
  const faults = (await faultsOf(page)).join('\n');
  await abandon(page);
  expect(faults).toMatch(/^console: Failed to load resource/);
  expect(faults).toMatch(/^blank: .* has no main part$/m);
});

test('A page that throws, breaks its policy or asks another site is found out.', async () => {
  const page = await open();
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('planted exception');
    });
    void fetch('https://elsewhere.example/planted').catch(() => undefined);
    document.body.append(Object.assign(document.createElement('style'), { textContent: 'p { color: red }' }));
    try {
      document.body.innerHTML = '<p>planted text that becomes code</p>';
    } catch {
      // Refused, as it should be; the refusal is what is looked for.
    }
  });
  const said = await eventually(async () => {
    const faults = (await faultsOf(page)).join('\n');
    return faults.includes('planted exception') && faults.includes('trusted-types') ? faults : undefined;
  });
  await abandon(page);
  expect(said).toMatch(/^error: Error: planted exception/m);
  expect(said).toMatch(/^console: policy violated: connect-src https:\/\/elsewhere.example/m);
  expect(said).toMatch(/^console: policy violated: style-src-elem inline/m);
  expect(said).toMatch(/^console: policy violated: require-trusted-types-for/m);
});

test('What people cannot read or reach is found, by its rule and place.', async () => {
  const page = await open();
  await page.evaluate(() => {
    const field = document.createElement('input');
    field.id = 'planted';
    document.body.append(field);
  });
  const found = await axe(page);
  await abandon(page);
  expect(found.join('\n')).toMatch(/^label: [^]*#planted/m);
});

test('What is filed beside the page is decided; what is printed is read back.', async () => {
  const filed = await file();
  expect(filed.state).toBe('submitted');
  await reaches(filed, 'ready');
  const draft = await file({ submit: false, publicService: 'pension-reexamination' });
  expect((await act(draft, 'withdraw')).state).toBe('withdrawn');

  const page = await open();
  await page.evaluate(() => {
    const words = document.createElement('p');
    words.textContent = 'Fișa numărul 7';
    document.body.replaceChildren(words);
  });
  expect(await pdfText(page)).toEqual(['Fișa numărul 7']);
  await abandon(page);
});
