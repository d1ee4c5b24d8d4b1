import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateKeys } from '@cups/rpc';
import { readConfig } from '../src/config.ts';
import { createCatalog } from '../src/service.ts';

/** Where a service listens; catalog stands for all, which share the chassis. */
const folder = mkdtempSync(join(tmpdir(), 'cups-listen-'));
beforeAll(() => generateKeys(folder, ['catalog']));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether somebody listens there; 127.0.0.2 is another address of this machine, as one of its network would be. */
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
    CUPS_KEYS: folder,
    CUPS_DATA: '../../data',
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

test('gRPC and the operations port listen on loopback alone, unless LISTEN_HOST says otherwise', async () => {
  expect(await probeAddresses({})).toEqual({
    '127.0.0.1': [true, true],
    '127.0.0.2': [false, false],
    '::1': [false, false],
  });
});

test('LISTEN_HOST :: is every address, of IPv4 and IPv6', async () => {
  expect(await probeAddresses({ LISTEN_HOST: '::' })).toEqual({
    '127.0.0.1': [true, true],
    '127.0.0.2': [true, true],
    '::1': [true, true],
  });
});

test('LISTEN_HOST ::1 is the loopback of IPv6', async () => {
  expect((await probeAddresses({ LISTEN_HOST: '::1' }))['::1']).toEqual([true, true]);
});

test('production does not start with calls that are plain', () => {
  expect(() => readConfig({ CUPS_ENV: 'production' })).toThrow('GRPC_TLS_DIR is not set; it must be a path.');
});

test('a LISTEN_HOST that is no address ends the start with one sentence', () => {
  expect(() => readConfig({ CUPS_ENV: 'development', LISTEN_HOST: 'everywhere' })).toThrow(
    'LISTEN_HOST must be an IP address, such as 127.0.0.1 or ::.',
  );
});
