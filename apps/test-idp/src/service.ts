import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import { ensureKeyPair } from './certificates.ts';
import type { Config } from './config.ts';
import { mpowerRoutes } from './mpower.ts';
import { serveOidc } from './oidc.ts';
import { page } from './pages.ts';
import { samlRoutes } from './saml/idp.ts';

const HOME_PAGE = '<p><a href="/saml">SAML</a></p><p><a href="/oidc/session/end">Sign out (OpenID Connect)</a></p>';

/**
 * Starts an identity provider for tests and development: SAML 2.0 under /saml, OpenID Connect under /oidc,
 * and beside it a simulator of MPower under /mpower.
 * It accepts anybody without a password, runs outside the platform, and is in no image.
 * @throws Error if the port is in use
 */
export async function startTestIdp(config: Config): Promise<{ close(): Promise<void> }> {
  const keys = await ensureKeyPair(config.dir, 'idp');
  const app = express();
  app.disable('x-powered-by');
  app.get('/healthz', (_req, res) => void res.send('ok'));
  app.get('/readyz', (_req, res) => void res.send('ok'));
  app.get('/', (_req, res) => void res.send(page('Test identity provider', HOME_PAGE)));
  app.use('/saml', samlRoutes(config, keys));
  app.use('/mpower', mpowerRoutes());
  serveOidc(app, config);
  const server = createServer(app);
  await once(server.listen(config.port, '127.0.0.1'), 'listening');
  return {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
