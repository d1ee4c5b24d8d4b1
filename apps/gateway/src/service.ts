import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { createLog, createMetrics, serveHttp } from '@cups/process';
import { connect, openKeys } from '@cups/rpc';
import type { LogDestination, RunningService } from '@cups/process';
import type { ServiceName } from '@cups/rpc';
import type { Config } from './config.ts';
import { createApp } from './http/app.ts';
import { answerBrokenBytes } from './http/broken.ts';
import { readDocument } from './http/document.ts';
import { openAdmission, openLimits } from './http/guards.ts';
import { openSessions } from './http/session.ts';
import { openSignOuts } from './http/sign-outs.ts';
import { routes } from './routes.ts';
import type { Neighbours } from './neighbours.ts';

/** How long a stop waits for requests that are being answered. */
const DRAIN_MS = 15_000;

/** The gateway: stateless; starts whether or not its neighbours are there. */
export async function createGateway(
  config: Config,
  overrides: { now?: () => Date; logDestination?: LogDestination } = {},
): Promise<RunningService> {
  const now = overrides.now ?? (() => new Date());
  const { logDestination: destination } = overrides;
  const log = createLog({ service: 'gateway', level: config.logLevel, ...(destination && { destination }) });
  const metrics = createMetrics('gateway');
  const keys = openKeys({ dir: config.keysDir, service: 'gateway', now, log, metrics });
  const { document, operations } = readDocument(config.openapiFile);
  const home = readFileSync(join(dirname(config.openapiFile), 'home.html'), 'utf8');

  const { addresses: to } = config;
  const dial = (service: ServiceName, name: string, address: string) =>
    connect<never>(`cups.${name}`, { service, address, keys, log, metrics, timeoutMs: config.budgetMs });
  const neighbours = {
    catalog: dial('catalog', 'catalog.v1.CatalogService', to.catalog),
    identity: dial('identity', 'identity.v1.IdentityService', to.identity),
    intake: dial('intake', 'intake.v1.IntakeService', to.intake),
    bridge: dial('agency-bridge', 'agencybridge.v1.AgencyBridgeService', to.bridge),
    notifications: dial('notifications', 'notifications.v1.NotificationsService', to.notifications),
  } as unknown as Neighbours;
  const signOuts = openSignOuts({
    tell: (context) => neighbours.identity.deleteSession({}, context, { wait: false }),
    now,
    log,
    metrics,
  });
  const sessions = openSessions({
    keys,
    signOuts,
    // It never waits for identity to come back: requests of others would wait behind it.
    ask: (context) => neighbours.identity.getSession({}, context, { wait: false }),
    secure: config.publicOrigin.startsWith('https:'),
    now,
  });

  let draining = false;
  const app = createApp({
    ...config,
    operations,
    handlers: routes({ ...neighbours, sessions, document, home, ready: () => !draining }),
    sessions,
    limits: openLimits(config.limits),
    admit: openAdmission(config.maxInFlight, metrics),
    draining: () => draining,
    log,
    metrics,
  });
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 15_000, keepAliveTimeout: 65_000 }, app);
  answerBrokenBytes(server);
  await once(server.listen(config.publicPort, config.publicHost), 'listening');
  const inside = await serveHttp({
    host: config.host,
    port: config.httpPort,
    ready: () => !draining,
    live: () => true,
    metrics,
  });

  const { port } = server.address() as AddressInfo;
  return {
    httpPort: inside.port,
    port,
    url: config.publicOrigin || `http://localhost:${port}`,
    log,
    async stop() {
      draining = true;
      const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(late);
      await signOuts.stop();
      for (const neighbour of Object.values(neighbours)) (neighbour as Neighbours['intake']).close();
      await inside.close();
    },
  };
}
