import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { AccessTable, Rpcs } from '@cups/rpc';
import { clientFor, eventually, createTestKeys, testInfrastructure } from '@cups/testing';
import type { Backend, BackendConfig } from '../src/index.ts';
import { openBackend } from '../src/index.ts';
import { openStoredBackend } from '../src/stored.ts';

const row = { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false } as const;
const access: AccessTable<CatalogServiceDefinition> = {
  GetPublicService: row,
  ListPublicServices: row,
  GetCatalog: row,
  GetPublicServiceVersion: row,
  ListAgencies: row,
  GetAgencyCatalog: row,
};
const CATALOG = 'cups.catalog.v1.CatalogService';

const keys = createTestKeys();
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const config = (): BackendConfig => ({
  host: '127.0.0.1',
  httpPort: 0,
  keysDir: keys.dir,
  logLevel: 'silent',
  release: 'r1',
});

/** RPCs that report each call and then wait. */
function rpcsThatWaitFor(answer: Promise<void>, onCall = (): void => {}): Rpcs<CatalogServiceDefinition> {
  const handle = async () => {
    onCall();
    await answer;
    return {};
  };
  return {
    GetPublicService: handle,
    ListPublicServices: handle,
    GetCatalog: handle,
    GetPublicServiceVersion: handle,
    ListAgencies: handle,
    GetAgencyCatalog: handle,
  };
}

async function serve(backend: Backend, rpcs = rpcsThatWaitFor(Promise.resolve())) {
  const running = await backend.serve<CatalogServiceDefinition>(CATALOG, { rpcs, access, port: 0 });
  const client = clientFor<CatalogServiceDefinition>(CATALOG, {
    address: `127.0.0.1:${String(running.grpcPort)}`,
    keys,
    from: 'gateway',
    to: 'catalog',
  });
  ends.push(() => client.close());
  const fetchStatus = async (path: string) => {
    const url = `http://127.0.0.1:${String(running.httpPort)}${path}`;
    return (await fetch(url, { headers: { connection: 'close' } })).status;
  };
  return { running, client, status: fetchStatus };
}

test('Backend is ready and live while all conditions hold', async () => {
  const backend = openBackend({ name: 'catalog', config: config() });
  const holds = { data: true, disk: true, loop: true };
  backend.readyWhile(() => holds.data);
  backend.readyWhile(() => holds.disk);
  backend.aliveWhile(() => holds.loop);
  const { running, status } = await serve(backend);
  ends.push(running.stop);

  expect([await status('/readyz'), await status('/healthz')]).toEqual([200, 200]);
  holds.disk = false;
  expect([await status('/readyz'), await status('/healthz')]).toEqual([503, 200]);
  holds.disk = true;
  holds.loop = false;
  expect([await status('/readyz'), await status('/healthz')]).toEqual([200, 503]);
});

test('Backend is not ready while it completes calls, and then closes the store', async () => {
  const { promise: answer, resolve: letAnswer } = Promise.withResolvers<void>();
  const { promise: called, resolve: markCalled } = Promise.withResolvers<void>();
  const ended: string[] = [];
  const backend = openBackend({ name: 'catalog', config: config() });
  backend.onShutdown('store', () => void ended.push('store'));
  const { running, client, status } = await serve(backend, rpcsThatWaitFor(answer, markCalled));

  const call = client.listPublicServices({}).then(() => ended.push('call'));
  await called;
  const stopped = running.stop();
  expect(await status('/readyz')).toBe(503);
  expect(ended).toEqual([]);
  letAnswer();
  await call;
  await stopped;
  expect(ended).toEqual(['call', 'store']);
  await expect(status('/healthz')).rejects.toThrow();
});

test('serve fails if a port is in use and closes everything opened', async () => {
  const occupied = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => occupied.once('listening', resolve));
  ends.push(() => occupied.close());
  const { port } = occupied.address() as AddressInfo;

  for (const ports of [
    { grpc: port, http: 0 },
    { grpc: 0, http: port },
  ]) {
    const closed: string[] = [];
    const backend = openBackend({ name: 'catalog', config: { ...config(), httpPort: ports.http } });
    backend.onShutdown('store', () => void closed.push('store'));
    const served = { rpcs: rpcsThatWaitFor(Promise.resolve()), access, port: ports.grpc };
    await expect(backend.serve<CatalogServiceDefinition>(CATALOG, served)).rejects.toThrow(/EADDRINUSE|in use|bind/i);
    expect(closed).toEqual(['store']);
  }
});

test('StoredBackend is ready with its store, without Kafka, and closes it at the end', async () => {
  const { mongoUri, prefix } = testInfrastructure();
  const stored = { ...config(), environment: 'development' as const, mongoUri, prefix, kafkaBrokers: ['127.0.0.1:1'] };
  const backend = openStoredBackend({ name: 'intake', config: stored });
  backend.consume({ groupId: 'g', topics: ['cups.none'], handle: () => Promise.resolve('done') });
  const running = await backend.serveOperations();
  const url = `http://127.0.0.1:${String(running.httpPort)}/readyz`;
  await eventually(async () => (await fetch(url)).status === 200);
  await running.stop();
  expect(() => backend.store.collection('any')).toThrow(/store/i);
});

test('StoredBackend refuses to leave out entries for the journal in production', () => {
  const mongoUri = 'mongodb://db/?tls=true';
  const stored = { ...config(), environment: 'production' as const, mongoUri, prefix: '', kafkaBrokers: ['b:1'] };
  expect(() => openStoredBackend({ name: 'intake', config: { ...stored, commitsEntries: false } })).toThrow(
    /^JOURNAL_ENTRIES is false, which production refuses/,
  );
});

test('Backend reports its release', async () => {
  const backend = openBackend({ name: 'catalog', config: config() });
  const { running } = await serve(backend);
  ends.push(() => running.stop());
  const answer = await fetch(`http://127.0.0.1:${String(running.httpPort)}/metrics`, {
    headers: { connection: 'close' },
  });
  expect(await answer.text()).toContain('cups_build_info{release="r1",service="catalog"} 1');
});
