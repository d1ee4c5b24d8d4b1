import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import { loadService } from '@cups/contracts/proto';
import { issueCertificate, createAuthority as makeServiceAuthority } from '@cups/rpc/authority';
import { parseCertificates } from '@cups/rpc/certificate';
import { connect, openKeys, openTls, serveGrpc } from '@cups/rpc';
import type { AccessTable, Client, GrpcServer, Rpcs, ServiceName, Tls } from '@cups/rpc';
import { captureLog, captureMetrics, temporaryDir } from '@cups/testing';
import {
  publishNextAuthority,
  generateAuthority,
  ensureCertificate,
  renewCertificate,
  retireOldAuthority,
  describeAuthority,
  describeCertificate,
  activateNextAuthority,
} from '../cli/keys/certificates.ts';
import { openFolderKeyStore, tlsFolderPath } from '../cli/keys/folder.ts';
import { publishNextKey, generateKey, retireOldKeys, activateNextKey } from '../cli/keys/rotation.ts';
import { SIGNERS } from '../platform/services.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const folder = temporaryDir();
afterAll(() => folder.remove());

describe('certificates in a folder', () => {
  const place = openFolderKeyStore(join(folder.dir, 'alone'));
  const now = Date.now();
  const at = (ms: number, hurry = false) => ({ place, now: now + ms, hurry });
  const made = 'a certificate was issued, valid for 365 days';

  test('are renewed by make when they expire soon', async () => {
    await expect(ensureCertificate(at(0), 'intake')).rejects.toThrow('The authority is missing: make it first.');
    expect(await generateAuthority(at(0))).toBe('generated, valid for 3650 days');
    for (const service of SIGNERS) expect(await ensureCertificate(at(0), service)).toBe(made);
    expect(await ensureCertificate(at(245 * DAY), 'intake')).toBe('its certificate exists, valid for 120 days');
    expect(await describeCertificate(at(366 * DAY), 'intake')).toBe('its certificate has expired');
    expect(await ensureCertificate(at(246 * DAY), 'intake')).toBe(made);
    await place.write({ kind: 'tls', service: 'intake', file: 'tls.key' }, 'x');
    expect(await ensureCertificate(at(0), 'intake')).toBe(made);
  });

  test('name the hosts of a service, and are renewed without them', async () => {
    const old = await issueCertificate(await makeServiceAuthority({ now, days: 10 }), 'catalog', { now, days: 300 });
    const text = async () => (await place.read({ kind: 'tls', service: 'catalog', file: 'tls.crt' }))!;
    const names = async () => parseCertificates('tls.crt', await text())[0]!.subjectAltName;
    expect(await names()).toBe('URI:spiffe://cups/catalog, DNS:catalog, DNS:localhost');
    expect(parseCertificates('tls.crt', old.certificate)[0]!.subjectAltName).toBe('URI:spiffe://cups/catalog');
    const elsewhere = Object.assign({}, place, { hosts: () => ['catalog.cups.svc'] });
    expect(await ensureCertificate({ place: elsewhere, now, hurry: false }, 'catalog')).toBe(made);
    expect(await names()).toBe('URI:spiffe://cups/catalog, DNS:catalog.cups.svc');
    expect(await ensureCertificate(at(0), 'catalog')).toBe(made);
  });

  test('rotate with their authority in three ordered steps', async () => {
    await expect(activateNextAuthority(at(0))).rejects.toThrow('There is no next authority: publish it first.');
    expect(await publishNextAuthority(at(0))).toBe('the next one is published; activate in 5 min');
    expect(await publishNextAuthority(at(MINUTE))).toBe('the next one is published already; activate in 4 min');
    expect(await describeAuthority(at(MINUTE))).toBe('valid for 3650 days; the next is published; activate in 4 min');
    await expect(activateNextAuthority(at(MINUTE))).rejects.toThrow(/activate in 4 min, or --now\.$/);
    await expect(retireOldAuthority(at(0))).rejects.toThrow(/activate first\.$/);
    await activateNextAuthority(at(5 * MINUTE));
    await expect(retireOldAuthority(at(6 * MINUTE))).rejects.toThrow(/retire in 9 min, or --now\.$/);
    expect(await retireOldAuthority(at(15 * MINUTE))).toBe('the old one is no longer trusted');
    expect(await retireOldAuthority(at(15 * MINUTE))).toBe('nothing to retire');
  });
});

describe('a service under load', () => {
  type Definition = CatalogServiceDefinition;
  const name = 'cups.catalog.v1.CatalogService';
  const dir = join(folder.dir, 'called');
  const place = openFolderKeyStore(dir);
  const steps = () => ({ place, now: Date.now(), hurry: true });
  const heard = { gateway: captureLog(), catalog: captureLog() };
  /** Keys are checked every second of this clock, which runs 20 times as fast. */
  const clock = () => performance.now() * 20;
  const failures: unknown[] = [];
  let [calls, running] = [0, true];
  let server: GrpcServer;
  let client: Client<Definition>;
  let workers: Promise<void>[];
  const tls: Tls[] = [];
  const keysOf = (service: 'gateway' | 'catalog') => openKeys({ dir, service, clock, log: heard[service].log });
  const tlsOf = (service: 'gateway' | 'catalog') => {
    const one = openTls({ dir: tlsFolderPath(dir, service), service, log: heard[service].log, pollIntervalMs: 50 });
    tls.push(one);
    return one;
  };

  beforeAll(async () => {
    await generateAuthority(steps());
    for (const service of SIGNERS) {
      await generateKey(steps(), service);
      await ensureCertificate(steps(), service);
    }
    const definition = loadService<Definition>(name);
    const row = { callers: ['gateway'] as ServiceName[], roles: 'none', tenancy: 'public', personalData: false };
    const all = <Value>(value: Value) => Object.fromEntries(Object.keys(definition).map((method) => [method, value]));
    server = await serveGrpc<Definition>({
      name: 'catalog',
      keys: keysOf('catalog'),
      tls: tlsOf('catalog'),
      port: 0,
      log: captureLog().log,
      metrics: captureMetrics().metrics,
      definition,
      rpcs: all(async () => ({})) as unknown as Rpcs<Definition>,
      access: all(row) as unknown as AccessTable<Definition>,
      // Connections are replaced all the time; in production, after 30 s.
      maxConnectionAgeMs: 100,
    });
    const address = `127.0.0.1:${server.port}`;
    client = connect<Definition>(name, { address, keys: keysOf('gateway'), tls: tlsOf('gateway'), service: 'catalog' });
    workers = Array.from({ length: 4 }, async () => {
      while (running) {
        calls++;
        await client.listPublicServices({}).catch((error: unknown) => failures.push(error));
        await new Promise(setImmediate);
      }
    });
  });
  afterAll(async () => {
    running = false;
    await Promise.all(workers);
    client.close();
    await server.drain();
    for (const one of tls) one.close();
  });

  const count = (service: 'gateway' | 'catalog', event: string) =>
    heard[service].lines.filter((line) => line['event'] === event).length;
  /** Does a step, waits until all who are named have seen it, and for a hundred calls more. */
  async function seen(step: () => Promise<unknown>, event: string, ...services: ('gateway' | 'catalog')[]) {
    const before = services.map((service) => count(service, event));
    await step();
    while (!services.every((service, at) => count(service, event) > before[at]!)) await turn();
    const enough = calls + 100;
    while (calls < enough && failures.length === 0) await turn();
  }
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

  test('loses no call while certificates and authority rotate', async () => {
    const taken = (step: () => Promise<unknown>) => seen(step, 'certificate-reloaded', 'gateway', 'catalog');
    await taken(() => Promise.all([renewCertificate(steps(), 'gateway'), renewCertificate(steps(), 'catalog')]));
    await taken(() => publishNextAuthority(steps()));
    await taken(() => activateNextAuthority(steps()));
    await taken(() => retireOldAuthority(steps()));
    expect({ failures, enough: calls > 400 }).toEqual({ failures: [], enough: true });
  });

  test('loses no call while the caller’s key rotates', async () => {
    await seen(() => publishNextKey(steps(), 'gateway'), 'key-trusted', 'catalog');
    await seen(() => activateNextKey(steps(), 'gateway'), 'key-trusted');
    await seen(() => retireOldKeys(steps(), 'gateway'), 'key-trusted', 'catalog');
    expect(failures).toEqual([]);
  });

  test('refuses a stolen key after its public half is removed', async () => {
    rmSync(join(dir, 'public', 'gateway.jwk'));
    while (failures.length === 0) await turn();
    const cause = { reason: 'UPSTREAM_UNAVAILABLE', metadata: { cause: 'TOKEN_INVALID' } };
    expect(failures[0]).toMatchObject(cause);
    await expect(client.listPublicServices({})).rejects.toMatchObject(cause);
  });
});
