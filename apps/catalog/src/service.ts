import { join } from 'node:path';
import { loadService } from '@cups/contracts/proto';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import { createLog, createMetrics, serveHttp } from '@cups/process';
import { watchRegistry } from '@cups/registry';
import { openKeys, serveGrpc } from '@cups/rpc';
import type { RunningService } from '@cups/process';
import { access } from './access.ts';
import type { Config } from './config.ts';
import { publicServiceParser } from './parse.ts';
import { catalogRpcs } from './rpc.ts';

/** The catalog: data in memory, read from files that may change while it runs. It has no store and calls nobody. */
export async function createCatalog(config: Config, overrides: { now?: () => Date } = {}): Promise<RunningService> {
  const log = createLog({ service: 'catalog', level: config.logLevel });
  const metrics = createMetrics('catalog');
  const entriesGauge = metrics.gauge('cups_catalog_public_services', 'Public services in the registry.');
  const problemsGauge = metrics.gauge(
    'cups_catalog_registry_problems',
    'Files of the registry that are refused or gone.',
  );

  const registry = await watchRegistry({
    dir: join(config.dataDir, 'public-services'),
    parse: publicServiceParser(),
    onChange: (entries, problems) => {
      entriesGauge.set(entries.size);
      problemsGauge.set(problems.length);
      for (const { file, message } of problems) log.error({ event: 'public-service-refused', file, reason: message });
      log.info({ event: 'public-services-loaded', count: entries.size });
    },
  });

  const keys = openKeys({ dir: config.keysDir, service: 'catalog', log, metrics });
  const grpc = await serveGrpc({
    name: 'catalog',
    definition: loadService<CatalogServiceDefinition>('cups.catalog.v1.CatalogService'),
    rpcs: catalogRpcs(registry.current, overrides.now ?? (() => new Date())),
    access,
    keys,
    host: config.host,
    port: config.grpcPort,
    log,
    metrics,
  });
  const ready = (): boolean => registry.current().size > 0;
  const http = await serveHttp({ host: config.host, port: config.httpPort, ready, live: () => true, metrics });
  grpc.serveWhile(ready);

  return {
    grpcPort: grpc.port,
    httpPort: http.port,
    log,
    async stop() {
      grpc.setServing(false);
      await grpc.drain();
      await http.close();
      registry.close();
    },
  };
}
