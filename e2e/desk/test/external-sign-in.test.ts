import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '@cups/testing';
import { idnp } from '@cups/tools/filings';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, nextPerson } from '../filings.ts';
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
