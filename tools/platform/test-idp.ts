import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syntheticIdnp } from '@cups/identity/synthetic';
import { ensureKeyPair } from '@cups/test-idp/certificates';

/** The test identity provider of a local platform, with SAML 2.0 and OpenID Connect. */

export interface TestIdp {
  url: string;
  /** Environment of its process. */
  env: Record<string, string>;
  /** Settings of identity, which trusts it. */
  identity: Record<string, string>;
  /** Publishes the platform's operators as its users. */
  publishPeople(): Promise<void>;
}

const ENTITY_ID = 'urn:cups:local';
const CLIENT_ID = 'cups';

/**
 * Generates the keys of both sides if they are missing.
 * @param around data folder, gateway URL, its origin for browsers, port of the provider, and the provider's origin for browsers
 *   behind a proxy
 */
export async function prepareTestIdp(around: {
  dataDir: string;
  gateway: string;
  url: string;
  port: number;
  served: { url: string } | undefined;
}): Promise<TestIdp> {
  const { dataDir, port } = around;
  const dir = join(dataDir, 'test-idp');
  const keysDir = join(dataDir, 'keys', 'saml');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  await Promise.all([ensureKeyPair(dir, 'idp'), ensureKeyPair(keysDir, 'current')]);
  const secret = join(dir, 'oidc.secret');
  if (!existsSync(secret)) writeFileSync(secret, randomBytes(32).toString('base64url'), { mode: 0o600 });
  // Another site than the gateway's 127.0.0.1, so that tests cover cross-site cookies.
  const { url } = around.served ?? { url: `http://localhost:${port}` };
  const origins = [around.url, around.url.replace('127.0.0.1', 'localhost')];
  return {
    url,
    env: {
      TEST_IDP_PORT: String(port),
      TEST_IDP_URL: url,
      TEST_IDP_DIR: dir,
      TEST_IDP_ORIGINS: origins.join(','),
      TEST_IDP_ENTITY_ID: ENTITY_ID,
      TEST_IDP_CERTIFICATE_FILE: join(keysDir, 'current.crt'),
      TEST_IDP_CLIENT_ID: CLIENT_ID,
      TEST_IDP_CLIENT_SECRET_FILE: secret,
    },
    identity: {
      IDENTITY_PROVIDERS: 'mpass,oidc,local',
      SAML_ENTITY_ID: ENTITY_ID,
      SAML_IDP_ENTITY_ID: `${url}/saml/metadata`,
      SAML_IDP_SSO_URL: `${url}/saml/login`,
      SAML_IDP_SLO_URL: `${url}/saml/logout`,
      SAML_IDP_CERTIFICATES_FILE: join(dir, 'idp.crt'),
      SAML_KEYS_DIR: keysDir,
      SAML_DISPLAY_NAME: 'MPass (SAML, test)',
      OIDC_ISSUER: `${url}/oidc`,
      OIDC_CLIENT_ID: CLIENT_ID,
      OIDC_CLIENT_SECRET_FILE: secret,
      OIDC_DISPLAY_NAME: 'OpenID Connect (test)',
      MPOWER_URL: `${url}/mpower`,
    },
    async publishPeople() {
      const people = (await listOperators(around.gateway)).map(({ name, displayName }) => ({
        name: displayName,
        person: syntheticIdnp(name.replace('operators/', '')),
      }));
      writeFileSync(join(dir, 'people.json'), JSON.stringify(people));
    },
  };
}

interface OperatorPage {
  operators: { name: string; displayName: string }[];
  nextPageToken?: string;
}

/** Returns all operators for trying out; empty without a local provider. */
async function listOperators(url: string): Promise<OperatorPage['operators']> {
  const all: OperatorPage['operators'] = [];
  let pageToken = '';
  do {
    const query = new URLSearchParams({ pageSize: '200', ...(pageToken && { pageToken }) });
    const answer = await fetch(`${url}/api/v1/operators?${query}`);
    if (answer.status === 404) return [];
    if (!answer.ok) throw new Error(`GET of the test operators returned ${answer.status}.`);
    const page = (await answer.json()) as OperatorPage;
    all.push(...page.operators);
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  return all;
}
