import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syntheticIdnp } from '@cups/identity/synthetic';
import { ensureKeyPair } from '@cups/test-idp/certificates';

/** The identity provider that stands beside a platform of this machine, and speaks SAML 2.0 and OpenID Connect with it. */

export interface TestIdp {
  url: string;
  /** Of its process. */
  env: Record<string, string>;
  /** Of identity, which it signs people in to. */
  identity: Record<string, string>;
  /** Tells it whom to offer: the operators that the platform lists. */
  publishPeople(): Promise<void>;
}

const ENTITY_ID = 'urn:cups:local';
const CLIENT_ID = 'cups';

/**
 * Makes the keys of both sides where they are not there.
 * @param around where the platform has its data, its gateway, where browsers find that, the port of the provider, and where
 *   browsers find it when something else stands before it
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
  // For a browser another site than the gateway, which is found under 127.0.0.1: cookies have to prove themselves.
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
      CUPS_IDENTITY_PROVIDERS: 'mpass,oidc,local',
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

/** All operators that the platform offers for trying out; nobody where it has no local provider. */
async function listOperators(url: string): Promise<OperatorPage['operators']> {
  const all: OperatorPage['operators'] = [];
  let pageToken = '';
  do {
    const query = new URLSearchParams({ pageSize: '200', ...(pageToken && { pageToken }) });
    const answer = await fetch(`${url}/api/v1/operators?${query}`);
    if (answer.status === 404) return [];
    if (!answer.ok) throw new Error(`The gateway answered ${answer.status} when it was asked for the test operators.`);
    const page = (await answer.json()) as OperatorPage;
    all.push(...page.operators);
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  return all;
}
