import { oidcProvider } from './oidc/provider.ts';
import type { BrowserProvider } from './provider.ts';
import { samlProvider } from './saml/provider.ts';
import type { SamlParts } from './saml/provider.ts';
import type { SignInSettings } from './settings.ts';

export const BROWSER_PROVIDER_NAMES: readonly string[] = ['mpass', 'oidc'];

/**
 * Creates the configured providers with pages of their own, by name.
 * @throws Error for a missing or invalid setting
 */
export function createBrowserProviders(
  names: readonly string[],
  { saml, oidc }: SignInSettings,
  parts: SamlParts & { production: boolean },
): Map<string, BrowserProvider> {
  const found = new Map<string, BrowserProvider>();
  for (const name of names) {
    if (name === 'mpass') found.set(name, samlProvider(name, validateSaml(saml, parts.production), parts));
    if (name === 'oidc') found.set(name, oidcProvider(name, validateOidc(oidc, parts.production), parts));
  }
  return found;
}

function validateSaml(saml: SignInSettings['saml'], production: boolean) {
  const { entityId, idpEntityId, ssoUrl, sloUrl, certificates } = saml;
  const required = { SAML_ENTITY_ID: entityId, SAML_IDP_ENTITY_ID: idpEntityId, SAML_IDP_SSO_URL: ssoUrl };
  assertSet('mpass', required);
  if (!certificates) throw missingSetting('mpass', 'SAML_IDP_CERTIFICATES_FILE');
  assertUrl('SAML_IDP_SSO_URL', ssoUrl, production);
  if (sloUrl !== '') assertUrl('SAML_IDP_SLO_URL', sloUrl, production);
  return Object.assign({}, saml, { certificates });
}

function validateOidc(oidc: SignInSettings['oidc'], production: boolean) {
  const { issuer, clientId, clientSecret } = oidc;
  assertSet('oidc', { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId });
  if (!clientSecret) throw missingSetting('oidc', 'OIDC_CLIENT_SECRET_FILE');
  assertUrl('OIDC_ISSUER', issuer, production);
  return Object.assign({}, oidc, { clientSecret, insecure: !production });
}

function assertSet(provider: string, settings: Record<string, string>): void {
  for (const [name, value] of Object.entries(settings)) if (value === '') throw missingSetting(provider, name);
}

const missingSetting = (provider: string, name: string): Error =>
  new Error(`The provider ${provider} requires ${name}.`);

function assertUrl(name: string, value: string, production: boolean): void {
  const protocol = URL.parse(value)?.protocol;
  if (protocol === 'https:' || (protocol === 'http:' && !production)) return;
  throw new Error(`${name} must be a URL that starts with https://.`);
}
