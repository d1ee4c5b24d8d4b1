import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '@cups/testing';
import { idnp } from '@cups/tools/filings';
import { axe, open, tolerate } from '../desk.ts';
import { applicant, fileApplication, nextPerson } from '../filings.ts';
import { fillIn, submitOffline, waitForScreens } from '../offline.ts';
import { platformUrl } from '../test-env.ts';

/** Sign-in at another site: the test identity provider with SAML and OpenID Connect. */

const SAML = 'Test identity provider (SAML)';
const OIDC = 'Test identity provider (OpenID Connect)';
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

/** Follows the link to a provider. */
async function followProvider(page: Page, provider: RegExp, origin: string): Promise<void> {
  await page.getByRole('link', { name: provider }).click();
  await heading(page, origin).waitFor();
}

test('signs in by SAML at the requested path, and again after a lock', async () => {
  const operator = 'cu-016-specialist';
  const filed = await fileApplication({ operator, ending: 'ZN', content: { applicant: applicant('Guțu') } });
  const path = `/applications/${filed.id}`;
  const page = await open({ path });
  await page.getByRole('link', { name: /MPass/ }).waitFor();
  expect(await axe(page)).toEqual([]);
  await followProvider(page, /MPass/, SAML);
  await page.getByRole('button', { name: /^Test Specialist Sculeni$/ }).click();
  await page.getByLabel('Scrieți o notă').fill('scris pe jumătate');
  expect(page.url()).toBe(`${platformUrl()}${path}`);

  await page.keyboard.press('F8');
  await heading(page, 'Ecran acoperit. Intrați din nou.').waitFor();
  // The provider must ask again, though it has a session.
  await followProvider(page, /MPass/, SAML);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('alert').getByText('Intrarea nu a reușit.').waitFor();
  expect(page.url()).toBe(`${platformUrl()}${path}`);
  await followProvider(page, /MPass/, SAML);
  await page.getByRole('button', { name: /^Test Specialist Sculeni$/ }).click();
  await page.getByLabel('Scrieți o notă').waitFor();
  await eventually(
    async () => (await page.getByLabel('Scrieți o notă').inputValue()) === 'scris pe jumătate' || undefined,
  );

  await page.getByRole('button', { name: /Contul meu/ }).click();
  // Sign-out includes the provider, and returns.
  const logoutRequest = page.waitForRequest(/\/saml\/logout$/);
  await page.getByRole('button', { name: 'Ieșire' }).click();
  await logoutRequest;
  await page.waitForURL(`${platformUrl()}/**`);
  await heading(page, 'Autentificare').waitFor();
});

test('signs in by OpenID Connect, and switches between two centres', async () => {
  const page = await open();
  await followProvider(page, /OpenID/, OIDC);
  const provider = new URL(page.url()).origin;
  await page.getByRole('button', { name: /^Test Manager Lozova/ }).click();
  await heading(page, 'La care centru lucrați acum?').waitFor();
  await page.getByLabel(/Lozova/).click();
  await page.getByRole('button', { name: 'Lucrez aici' }).click();
  await page.getByRole('banner').getByText('Lozova', { exact: true }).waitFor();
  await page.getByRole('button', { name: /Contul meu/ }).click();
  await page.getByRole('dialog').getByText('OpenID').first().waitFor();
  await page
    .getByRole('dialog')
    .getByLabel(/Albota de Sus/)
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Lucrez aici' }).click();
  await page.getByRole('banner').getByText('Albota de Sus').waitFor();

  // Sign-out at the provider, in another tab, ends the session here by back-channel logout.
  const providerPage = await page.context().newPage();
  await providerPage.goto(`${provider}/oidc/session/end`);
  await providerPage.getByRole('button', { name: /^Yes/ }).click();
  await heading(providerPage, /success/i).waitFor();
  await page.reload();
  await heading(page, 'Autentificare').waitFor();
});

test('asks for the centre before it sends what was done at the other one without a line', async () => {
  const page = await open({ operator: 'cu-001-manager' });
  tolerate(page, /Failed to load resource|ERR_/);
  await waitForScreens(page);
  await page.getByRole('button', { name: /Contul meu/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/Albota de Sus/).click();
  // The catalog and the grant of this centre follow the switch.
  const follows = [/\/api\/v1\/catalog/, /\/contact$/].map((path) => page.waitForResponse(path));
  await dialog.getByRole('button', { name: 'Lucrez aici' }).click();
  await Promise.all(follows);
  await page.getByRole('banner').getByText('Albota de Sus').waitFor();
  await heading(page, /^Astăzi/).waitFor();
  await page.context().setOffline(true);
  await submitOffline(page, await fillIn(page, 'Dincolo'));
  await page.goto('about:blank');
  await page.context().clearCookies();
  await page.context().setOffline(false);

  const opened: string[] = [];
  page.on('response', (response) => {
    if (response.request().method() === 'POST' && response.url().endsWith('/api/v1/applications'))
      void response.json().then(({ centre }: { centre: string }) => opened.push(centre));
  });
  await page.goto('/');
  await followProvider(page, /OpenID/, OIDC);
  await page.getByRole('button', { name: /^Test Manager Lozova/ }).click();
  await heading(page, 'La care centru lucrați acum?').waitFor();
  await page.waitForLoadState('networkidle');
  expect(opened).toEqual([]);
  await page.getByLabel(/Lozova/).click();
  await page.getByRole('button', { name: 'Lucrez aici' }).click();
  await page.getByText('Acte făcute la alt centru așteaptă: cereri 1.').waitFor();
  await page.waitForLoadState('networkidle');
  expect(opened).toEqual([]);
  await page.getByRole('link', { name: 'Vezi ce este de trimis' }).first().click();
  await page.getByText(/^S-a făcut la alt centru: .*Albota de Sus/).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: /^Lucrez la .*Albota de Sus/ }).click();
  await page.getByText('Totul este trimis.').waitFor({ timeout: 60_000 });
  expect(opened).toEqual(['centres/CU-002']);
});

test('lets an invited person sign in by SAML, and rejects others', async () => {
  const number = idnp(nextPerson());
  const page = await open();
  await followProvider(page, /MPass/, SAML);
  await page.getByLabel('IDNP').fill(number);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('Nu aveți acces la platformă.').waitFor();
  expect(page.url()).toBe(`${platformUrl()}/`);

  const manager = await open({ operator: 'cu-017-manager', path: '/team' });
  await manager.getByRole('button', { name: /Invită în echipă/ }).click();
  const dialog = manager.getByRole('dialog');
  await dialog.getByLabel('IDNP').fill(number);
  await dialog.getByLabel('Numele', { exact: true }).fill('Ursu');
  await dialog.getByLabel('Prenumele').fill('Doina');
  await dialog.getByRole('button', { name: 'Trimite invitația' }).click();
  const invited = manager.getByRole('main').getByRole('button', { name: /^Doina Ursu/ });
  await invited.getByText('Are invitație').waitFor();

  await followProvider(page, /MPass/, SAML);
  await page.getByLabel('IDNP').fill(number);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading(page, /^Astăzi/).waitFor();
  await page.getByRole('button', { name: 'Contul meu: Doina Ursu' }).waitFor();
  await manager.reload();
  await invited.getByText('Lucrează').waitFor();
});
