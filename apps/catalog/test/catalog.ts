import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataVersions } from '@cups/contracts';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import { clientFor, copySampleData, createTestKeys, temporaryDir } from '@cups/testing';
import { readConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';
import { createCatalog } from '../src/service.ts';

export const DATA_DIR = join(import.meta.dirname, '../../../data');

/** Starts a catalog on a copy of the data folder. Its clock is at 22:30 UTC on 10 March 2026. */
export async function startCatalog(now = new Date('2026-03-10T22:30:00Z')) {
  const dataFolder = temporaryDir();
  const keys = createTestKeys();
  const services = join(dataFolder.dir, 'public-services');
  copySampleData(dataFolder.dir, 'public-services', 'agencies', 'calendars', 'rejection-templates');
  const config: Config = Object.assign(readConfig({ CUPS_ENV: 'development' }), {
    grpcPort: 0,
    httpPort: 0,
    keysDir: keys.dir,
    dataDir: dataFolder.dir,
    logLevel: 'silent' as const,
  });
  const running = await createCatalog(config, { now: () => now });
  const clients: { close(): void }[] = [];
  const file = (code: string) => join(services, `${code}.yaml`);
  const template = (code: string) => join(dataFolder.dir, 'rejection-templates', `${code}.yaml`);
  const textOf = (code: string) => readFileSync(file(code), 'utf8');
  return {
    config,
    file,
    textOf,
    write: (code: string, text: string) => writeFileSync(file(code), text),
    edit: (code: string, change: (text: string) => string) => writeFileSync(file(code), change(textOf(code))),
    templateText: (code: string) => readFileSync(template(code), 'utf8'),
    writeTemplate: (code: string, text: string) => writeFileSync(template(code), text),
    /** Creates an agency as a copy of another. */
    addAgency(code: string, like: string): void {
      const text = readFileSync(join(DATA_DIR, 'agencies', `${like}.yaml`), 'utf8');
      writeFileSync(join(dataFolder.dir, 'agencies', `${code}.yaml`), text.replace(`code: ${like}`, `code: ${code}`));
    },
    /** Creates a client of another service. */
    clientAs(from: 'gateway' | 'intake' | 'notifications', versions?: DataVersions) {
      const client = clientFor<CatalogServiceDefinition>('cups.catalog.v1.CatalogService', {
        address: `127.0.0.1:${running.grpcPort}`,
        keys,
        from,
        to: 'catalog',
        versions,
      });
      clients.push(client);
      return client;
    },
    metrics: async () => (await fetch(`http://127.0.0.1:${running.httpPort}/metrics`)).text(),
    async close() {
      for (const client of clients) client.close();
      await running.stop();
      keys.remove();
      dataFolder.remove();
    },
  };
}
