import { join } from 'node:path';
import type { StoredEvent } from '@cups/contracts';
import { loadService } from '@cups/contracts/proto';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { createPublisher } from '@cups/events';
import { createLog, createMetrics, serveHttp } from '@cups/process';
import type { LogDestination, RunningService } from '@cups/process';
import { followAgencies, mustBeReadable } from '@cups/registry';
import { openKeys, serveGrpc } from '@cups/rpc';
import { openStore, startRelay } from '@cups/store';
import { access } from './access.ts';
import { centreChanged } from './announce.ts';
import type { Config } from './config.ts';
import type { Centre } from './domain/centres.ts';
import { openProviders } from './providers.ts';
import { centreParser, openRegistry } from './registry.ts';
import type { Registry } from './registry.ts';
import { identityRpcs } from './rpc.ts';
import { Sessions } from './sessions.ts';
import { centresOf, sessionsOf, standingsOf } from './store.ts';

export interface Overrides {
  now?: () => Date;
  /** Where log lines go. */
  logTo?: LogDestination;
}

/** Identity: centres from files, operators from providers, sessions in its store. It calls nobody and starts without Kafka. */
export async function createIdentity(
  config: Config,
  overrides: Overrides = {},
): Promise<RunningService & { registry: Registry }> {
  const { now = () => new Date(), logTo } = overrides;
  const { kafkaBrokers: brokers, prefix, sessionMs, syncMs } = config;
  const log = createLog({ service: 'identity', level: config.logLevel, ...(logTo && { destination: logTo }) });
  const metrics = createMetrics('identity');
  const current = (): Map<string, Centre> => registry.current();
  const places = { centres: current, agencies: () => agencies.current() };
  const providers = openProviders(config.providers, config.environment, places);
  if (providers.size === 0) log.warn({ event: 'nobody-signs-in', reason: 'CUPS_IDENTITY_PROVIDERS names no provider' });
  const dir = join(config.dataDir, 'centres');
  mustBeReadable(dir);
  const agencies = await followAgencies({ dataDir: config.dataDir, log, metrics });
  const keys = openKeys({ dir: config.keysDir, service: 'identity', log, metrics });

  const store = await openStore({ uri: config.mongoUri, database: `${prefix}cups-identity`, log, metrics });
  const [centres, standings] = [centresOf(store), standingsOf(store)];
  const sessions = new Sessions({
    documents: sessionsOf(store),
    perOperator: config.sessionsPerOperator,
    sweepMs: config.sessionSweepMs,
    now,
    log,
    metrics,
  });
  const publisher = createPublisher<StoredEvent>({ brokers, prefix, clientId: 'identity', log, metrics });
  const relay = startRelay({ documents: [centres], now, publish: publisher.publish, log, metrics });
  const registry = await openRegistry({
    dir,
    parse: centreParser(),
    centres,
    announce: centreChanged,
    now,
    syncMs,
    log,
    metrics,
  });
  const grpc = await serveGrpc({
    name: 'identity',
    definition: loadService<IdentityServiceDefinition>('cups.identity.v1.IdentityService'),
    rpcs: identityRpcs({ centres: current, providers, sessions, standings, keys, sessionMs, now }),
    ...{ access, keys, log, metrics, host: config.host, port: config.grpcPort, maxInFlight: config.maxInFlight },
  });
  const ready = (): boolean => store.ready() && current().size > 0;
  const http = await serveHttp({ host: config.host, port: config.httpPort, ready, live: () => true, metrics });
  grpc.serveWhile(ready);

  return {
    ...{ grpcPort: grpc.port, httpPort: http.port, log, registry },
    async stop() {
      grpc.setServing(false);
      // The port stays open until the rest has come to its end: callers wait for a successor for 5 s only.
      agencies.close();
      await registry.close();
      await sessions.stop();
      await relay.drain();
      await grpc.drain();
      await relay.stop();
      await publisher.stop();
      await http.close();
      await store.close();
    },
  };
}
