import { join } from 'node:path';
import { openBackend } from '@cups/backend';
import type { TestOverrides } from '@cups/backend';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { DataVersions, Log, Metrics } from '@cups/contracts';
import type { RunningService } from '@cups/process';
import { watchAgencies, watchCalendars, watchRegistry } from '@cups/registry';
import { access } from './access.ts';
import type { Config } from './config.ts';
import { createPublicServiceParser } from './public-service-parser.ts';
import { watchRejectionTemplates } from './rejection-templates.ts';
import { catalogRpcs } from './rpc.ts';

/** Creates the catalog: data in memory, reloaded when its files change. It has no store and calls no other service. */
export async function createCatalog(config: Config, overrides: TestOverrides = {}): Promise<RunningService> {
  const backend = openBackend({ name: 'catalog', config, overrides });
  const { dataDir } = config;
  const { log, metrics, versions } = backend;
  const [services, agencies, calendars, templates] = await Promise.all([
    followPublicServices(dataDir, { log, metrics, versions }),
    watchAgencies({ dataDir, log, metrics, versions }),
    watchCalendars({ dataDir, log, metrics }),
    watchRejectionTemplates({ dataDir, log, metrics }),
  ]);
  backend.onShutdown('sources', () =>
    [services, agencies, calendars, templates].forEach((registry) => registry.close()),
  );
  backend.readyWhile(() => services.current().size > 0);

  return backend.serve<CatalogServiceDefinition>('cups.catalog.v1.CatalogService', {
    rpcs: catalogRpcs(
      {
        isBehind: () => versions.isBehind('public-services'),
        services: services.current,
        agencies: agencies.current,
        calendars: calendars.current,
        templates: templates.current,
        mayMissAgencies: () => versions.isBehind('agencies'),
      },
      backend.now,
    ),
    access,
    port: config.grpcPort,
  });
}

function followPublicServices(
  dataDir: string,
  { log, metrics, versions }: { log: Log; metrics: Metrics; versions: DataVersions },
) {
  const entriesGauge = metrics.gauge('cups_catalog_public_services', 'Public services in the registry.');
  const problemsGauge = metrics.gauge(
    'cups_catalog_registry_problems',
    'Files of the registry that are refused or gone.',
  );
  return watchRegistry({
    dir: join(dataDir, 'public-services'),
    parse: createPublicServiceParser(),
    onContent: (hash) => versions.inForce('public-services', hash),
    onChange: (entries, problems) => {
      entriesGauge.set(entries.size);
      problemsGauge.set(problems.length);
      for (const { file, message } of problems) log.error({ event: 'public-service-refused', file, reason: message });
      log.info({ event: 'public-services-loaded', count: entries.size });
    },
  });
}
