import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import { connect, createLog, createMetrics, openKeys, serveHttp } from '@cups/service';
import type { LogDestination, RunningService, ServiceName } from '@cups/service';
import type { Config } from './config.ts';
import { createApp } from './http/app.ts';
import { readDocument } from './http/document.ts';
import { openLimits } from './http/guards.ts';
import { openSessions } from './http/session.ts';
import { routes } from './routes.ts';
import type { Neighbours } from './routes.ts';

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
  const keys = openKeys({ dir: config.keysDir, service: 'gateway', now });
  const { document, operations } = readDocument(config.openapiFile);
  const home = readFileSync(join(dirname(config.openapiFile), 'home.html'), 'utf8');

  const to = (service: ServiceName, address: string) => ({ service, address, keys, timeoutMs: config.budgetMs });
  const neighbours: Neighbours = {
    catalog: connect<CatalogServiceDefinition>('cups.catalog.v1.CatalogService', to('catalog', config.catalogAddress)),
    identity: connect<IdentityServiceDefinition>(
      'cups.identity.v1.IdentityService',
      to('identity', config.identityAddress),
    ),
    intake: connect<IntakeServiceDefinition>('cups.intake.v1.IntakeService', to('intake', config.intakeAddress)),
    bridge: connect<AgencyBridgeServiceDefinition>(
      'cups.agencybridge.v1.AgencyBridgeService',
      to('agency-bridge', config.agencyBridgeAddress),
    ),
    notifications: connect<NotificationsServiceDefinition>(
      'cups.notifications.v1.NotificationsService',
      to('notifications', config.notificationsAddress),
    ),
  };
  const sessions = openSessions({
    keys,
    ask: (context) => neighbours.identity.getSession({}, context),
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
    draining: () => draining,
    log,
    metrics,
  });
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 15_000, keepAliveTimeout: 65_000 }, app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, resolve);
  });
  const inside = await serveHttp({ port: config.httpPort, ready: () => !draining, live: () => true, metrics });

  const { port } = server.address() as AddressInfo;
  return {
    httpPort: inside.port,
    port,
    url: config.publicOrigin || `http://localhost:${port}`,
    log,
    async stop() {
      draining = true;
      const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      clearTimeout(late);
      for (const neighbour of Object.values(neighbours)) (neighbour as { close(): void }).close();
      await inside.close();
    },
  };
}
