import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import { loadService } from '@cups/contracts/proto';
import { openKeys, openTls, serveGrpc } from '@cups/rpc';
import type { AccessTable, GrpcServer, Rpcs, ServiceName, Tls } from '@cups/rpc';
import { captureLog, captureMetrics, temporaryDir } from '@cups/testing';
import { testRequiring } from '@cups/testing/programs';
import { generateOnce } from '../check/clients/generate-once.ts';
import { generateAuthority, ensureCertificate } from '../cli/keys/certificates.ts';
import { openFolderKeyStore, tlsFolderPath } from '../cli/keys/folder.ts';
import { generateKey } from '../cli/keys/rotation.ts';

/** The recipe of docs/reference/grpc.md, run as it stands there. */

const run = promisify(execFile);
const GRPCIO = 'grpcio==1.85.3';
const folder = temporaryDir();
let server: GrpcServer;
let tls: Tls;

beforeAll(async () => {
  const dir = folder.dir;
  const steps = { place: openFolderKeyStore(dir), now: Date.now(), hurry: true };
  await generateAuthority(steps);
  for (const service of ['catalog', 'gateway']) {
    await generateKey(steps, service);
    await ensureCertificate(steps, service);
  }
  const definition = loadService<CatalogServiceDefinition>('cups.catalog.v1.CatalogService');
  const row = { callers: ['gateway'] as ServiceName[], roles: 'none', tenancy: 'public', personalData: false };
  const all = <Value>(value: Value) => Object.fromEntries(Object.keys(definition).map((method) => [method, value]));
  tls = openTls({ dir: tlsFolderPath(dir, 'catalog'), service: 'catalog' });
  server = await serveGrpc<CatalogServiceDefinition>({
    name: 'catalog',
    keys: openKeys({ dir, service: 'catalog' }),
    tls,
    port: 0,
    log: captureLog().log,
    metrics: captureMetrics().metrics,
    definition,
    rpcs: all(async () => ({})) as unknown as Rpcs<CatalogServiceDefinition>,
    access: all(row) as unknown as AccessTable<CatalogServiceDefinition>,
  });
});
afterAll(async () => {
  await server?.drain();
  tls?.close();
  folder.remove();
});

testRequiring('python', 'pip')(
  'a stock gRPC client in Python reaches a service by its host name',
  async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/reference/grpc.md'), 'utf8');
    const [, recipe = ''] = /```python\n([^]*?)```/.exec(page) ?? [];
    const file = join(folder.dir, 'call.py');
    writeFileSync(file, recipe);
    const site = await generateOnce('grpcio', GRPCIO, async (draft) => {
      await run('python3', ['-m', 'pip', 'install', '-q', '--target', draft, GRPCIO]);
    });
    const env = Object.assign({}, process.env, { PYTHONPATH: site });
    const words = [file, tlsFolderPath(folder.dir, 'gateway'), `localhost:${server.port}`];
    expect((await run('python3', words, { env })).stdout.trim()).toBe('UNAUTHENTICATED');
  },
  180_000,
);
