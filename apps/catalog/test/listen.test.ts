import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateKeys } from '@cups/rpc';
import { readConfig } from '../src/config.ts';
import { createCatalog } from '../src/service.ts';

/** Listening addresses, tested with catalog. All services share this code. */
const folder = mkdtempSync(join(tmpdir(), 'cups-listen-'));
beforeAll(() => generateKeys(folder, ['catalog']));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Returns whether a port accepts connections. 127.0.0.2 acts as a network address of this machine. */
const isReachable = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });

async function probeAddresses(settings: Record<string, string>) {
  const { dataDir, ...config } = readConfig({
    CUPS_ENV: 'development',
    KEYS_DIR: folder,
    REGISTRY_DIR: '../../data',
    ...settings,
  });
  const catalog = await createCatalog({ ...config, dataDir, grpcPort: 0, httpPort: 0, logLevel: 'silent' });
  const found: Record<string, [grpc: boolean, operations: boolean]> = {};
  for (const host of ['127.0.0.1', '127.0.0.2', '::1']) {
    found[host] = [await isReachable(host, catalog.grpcPort!), await isReachable(host, catalog.httpPort!)];
  }
  await catalog.stop();
  return found;
}

test('gRPC and the operations port listen on loopback by default', async () => {
  expect(await probeAddresses({})).toEqual({
    '127.0.0.1': [true, true],
    '127.0.0.2': [false, false],
    '::1': [false, false],
  });
});

test('LISTEN_HOST :: listens on all IPv4 and IPv6 addresses', async () => {
  expect(await probeAddresses({ LISTEN_HOST: '::' })).toEqual({
    '127.0.0.1': [true, true],
    '127.0.0.2': [true, true],
    '::1': [true, true],
  });
});

test('LISTEN_HOST ::1 listens on IPv6 loopback', async () => {
  expect((await probeAddresses({ LISTEN_HOST: '::1' }))['::1']).toEqual([true, true]);
});

test('production requires TLS', () => {
  expect(() => readConfig({ CUPS_ENV: 'production' })).toThrow('GRPC_TLS_DIR is not set; it must be a path.');
});

test('an invalid LISTEN_HOST prevents the start', () => {
  expect(() => readConfig({ CUPS_ENV: 'development', LISTEN_HOST: 'everywhere' })).toThrow(
    'LISTEN_HOST must be an IP address, such as 127.0.0.1 or ::.',
  );
});
