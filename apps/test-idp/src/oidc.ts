import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import express from 'express';
import type { Express } from 'express';
import Provider from 'oidc-provider';
import type { Configuration } from 'oidc-provider';
import type { Config } from './config.ts';
import { choicePage } from './pages.ts';
import type { PersonChoice } from './pages.ts';
import { readPeople } from './people.ts';

/** An OpenID provider: oidc-provider with the sign-in page that it requires. */

/** Signed-in people by subject. */
type Accounts = Map<string, { person: string; strong: boolean }>;

/** Mounts the provider under /oidc. */
export function serveOidc(app: Express, config: Config): void {
  const accounts: Accounts = new Map();
  const provider = new Provider(`${config.url}/oidc`, createConfiguration(config, accounts));
  const form = express.urlencoded({ extended: false });
  app.get('/oidc/interaction/:uid', async (req, res) => {
    const { uid } = await provider.interactionDetails(req, res);
    res.send(choicePage('OpenID Connect', `/oidc/interaction/${uid}`, readPeople(config.dir)));
  });
  app.post('/oidc/interaction/:uid', form, async (req, res) => {
    const { person = '', typed = '', strong, cancel } = req.body as PersonChoice;
    if (cancel) return provider.interactionFinished(req, res, { error: 'access_denied' });
    const idnp = person || typed;
    const accountId = createHash('sha256').update(idnp).digest('base64url').slice(0, 22);
    accounts.set(accountId, { person: idnp, strong: strong === 'yes' });
    return provider.interactionFinished(req, res, {
      login: { accountId, amr: strong === 'yes' ? ['pwd', 'mfa'] : ['pwd'] },
    });
  });
  app.use('/oidc', provider.callback());
}

function createConfiguration(config: Config, accounts: Accounts): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { origins, clientId, clientSecretFile } = config;
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: readFileSync(clientSecretFile, 'utf8').trim(),
        redirect_uris: origins.map((origin) => `${origin}/auth/oidc/callback`),
        post_logout_redirect_uris: origins.map((origin) => `${origin}/`),
        backchannel_logout_uri: `${origins[0]}/auth/oidc/logout`,
        backchannel_logout_session_required: true,
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(24).toString('hex')] },
    claims: { openid: ['sub', 'idnp', 'amr'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true },
      backchannelLogout: { enabled: true },
    },
    // The library's own dispatcher blocks local addresses, where the platform runs.
    fetch: (url, { dispatcher: _none, ...options } = {}) => fetch(url, options),
    interactions: { url: (_ctx, { uid }) => `/oidc/interaction/${uid}` },
    findAccount: (_ctx, accountId) => {
      const { person = '', strong = false } = accounts.get(accountId) ?? {};
      const name = readPeople(config.dir).find((candidate) => candidate.person === person)?.name ?? 'Test Person';
      const claims = { sub: accountId, idnp: person, name, amr: strong ? ['pwd', 'mfa'] : ['pwd'] };
      return { accountId, claims: () => claims };
    },
    // No consent page: the platform is the only client.
    async loadExistingGrant(ctx) {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client!.clientId, accountId: session!.accountId! });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  };
}
