import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createMetrics } from '@cups/process';
import { temporaryDir } from '@cups/testing';
import { credentials } from '@grpc/grpc-js';
import type { ChannelCredentials } from '@grpc/grpc-js';
import type { CertificateKeyPair } from '../src/authority.ts';
import { parseServiceName } from '../src/certificate.ts';
import { connect, openTls } from '../src/index.ts';
import type { Keys, ServiceName, Tls } from '../src/index.ts';
import { newAuthority, newCertificate, writeCertificates } from './certificates.ts';
import { FULL_NAME, captureLogLines, captureRejection, startTestServer } from './test-server.ts';
import type { Definition, TestServer } from './test-server.ts';

const folder = temporaryDir();
let authority: CertificateKeyPair;
let otherAuthority: CertificateKeyPair;
let server: TestServer;
const opened: { close(): void }[] = [];

/** Opens mutual TLS with a certificate in its own folder. */
async function tlsOf(service: string, certificate: CertificateKeyPair, authorities = [authority]): Promise<Tls> {
  const dir = join(folder.dir, `${service}-${opened.length}`);
  const tls = openTls({ dir: writeCertificates(dir, certificate, authorities), service: service as ServiceName });
  opened.push(tls);
  return tls;
}

/** Returns the result of a call with these credentials and this token. */
function call(keys: Keys, channel: ChannelCredentials | undefined, port = server.server.port): Promise<unknown> {
  const address = `127.0.0.1:${port}`;
  const tls = channel && { channel };
  const client = connect<Definition>(FULL_NAME, { address, keys, tls, service: 'notifications', timeoutMs: 20_000 });
  opened.push(client);
  return client.getSlip({}, {}, { waitForReady: false });
}

beforeAll(async () => {
  [authority, otherAuthority] = await Promise.all([newAuthority(), newAuthority()]);
  const tls = await tlsOf('notifications', await newCertificate(authority, 'notifications'));
  server = await startTestServer({}, { tls });
});
afterEach(() => {
  while (opened.length > 1) opened.pop()!.close();
});
afterAll(async () => {
  for (const one of opened) one.close();
  await server.stop();
  folder.remove();
});

test('a caller with matching certificate and token is served, per connection', async () => {
  const gateway = await tlsOf('gateway', await newCertificate(authority, 'gateway'));
  const client = connect<Definition>(FULL_NAME, {
    address: `127.0.0.1:${server.server.port}`,
    keys: server.keys.gateway,
    tls: gateway,
    service: 'notifications',
  });
  opened.push(client);
  for (let each = 0; each < 3; each++) await expect(client.getSlip({})).resolves.toBeDefined();
  const intake = await tlsOf('intake', await newCertificate(authority, 'intake'));
  // The access row does not list intake, whose certificate and token match.
  expect(await captureRejection(call(server.keys.intake, intake.channel))).toMatchObject({
    reason: 'PERMISSION_DENIED',
  });
});

describe('a call is rejected', () => {
  const unavailable = { reason: 'UPSTREAM_UNAVAILABLE' };
  const mismatch = { reason: 'UPSTREAM_UNAVAILABLE', metadata: { cause: 'CALLER_MISMATCH' } };
  const validCertificate = (service: string) => newCertificate(authority, service);
  const withCertificate = async (certificate: CertificateKeyPair, service = 'gateway') =>
    (await tlsOf(service, certificate)).channel;

  test.each<[string, () => Promise<ChannelCredentials | undefined>, object]>([
    ['without TLS', async () => undefined, unavailable],
    ['without a certificate', async () => credentials.createSsl(Buffer.from(authority.certificate)), unavailable],
    [
      'with a certificate of another authority',
      async () => withCertificate(await newCertificate(otherAuthority, 'gateway')),
      unavailable,
    ],
    [
      'with an expired certificate',
      async () => withCertificate(await newCertificate(authority, 'gateway', -1)),
      unavailable,
    ],
    [
      'with the certificate of another service',
      async () => withCertificate(await validCertificate('intake'), 'intake'),
      mismatch,
    ],
    [
      'if the caller only trusts another authority',
      async () => (await tlsOf('gateway', await validCertificate('gateway'), [otherAuthority])).channel,
      unavailable,
    ],
  ])('%s', async (_, channel, refused) => {
    expect(await captureRejection(call(server.keys.gateway, await channel()))).toMatchObject(refused);
  });

  test('with the token of another service, which is logged and counted', async () => {
    const gateway = await withCertificate(await validCertificate('gateway'));
    expect(await captureRejection(call(server.keys.intake, gateway))).toMatchObject(mismatch);
    const line = { event: 'caller-mismatch-detected', caller: 'intake', resource: 'spiffe://cups/gateway' };
    expect(server.lines).toContainEqual(expect.objectContaining(line));
    expect(await server.metricsText()).toMatch(
      /grpc_server_requests_total\{[^}]*reason="CALLER_MISMATCH"[^}]*\} [1-9]/,
    );
  });

  test('if the server holds the certificate of another service', async () => {
    const impostor = await startTestServer({}, { tls: await tlsOf('intake', await validCertificate('intake')) });
    const gateway = await withCertificate(await validCertificate('gateway'));
    const refused = await captureRejection(call(server.keys.gateway, gateway, impostor.server.port));
    expect(refused).toMatchObject(unavailable);
    expect(impostor.lines).toEqual([]);
    await impostor.stop();
  });
});

describe('a connection that closes while the first token is verified', () => {
  test('cancels the call instead of reporting a foreign certificate', async () => {
    const arrived = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<unknown>();
    subscribe('http2.server.stream.close', closed.resolve);
    const lost = Promise.withResolvers<void>();
    const verifyService: Keys['verifyService'] = async (token) => {
      arrived.resolve();
      await lost.promise;
      return server.keys.notifications.verifyService(token);
    };
    const keys = Object.assign(Object.create(server.keys.notifications) as Keys, { verifyService });
    const tls = await tlsOf('notifications', await newCertificate(authority, 'notifications'));
    const victim = await startTestServer({}, { tls, keys });
    const { certificate: cert, key } = await newCertificate(authority, 'gateway');
    const trust = { ca: authority.certificate, checkServerIdentity: () => undefined };
    const session = connectHttp2(`https://127.0.0.1:${victim.server.port}`, { cert, key, ...trust });
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${FULL_NAME}/GetSlip`,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': '20S',
      authorization: `Bearer ${server.keys.gateway.serviceToken('notifications')}`,
    });
    // The connection closes on purpose; without a listener Node would end the process.
    for (const one of [session, stream]) one.on('error', () => undefined);
    stream.end(Buffer.alloc(5));
    await arrived.promise;
    session.destroy();
    await closed.promise;
    lost.resolve();
    await until(async () => victim.lines.some(({ event }) => event === 'request-completed'));
    const metrics = await victim.metricsText();
    unsubscribe('http2.server.stream.close', closed.resolve);
    await victim.stop();
    expect(victim.lines.map(({ event, code }) => [event, code])).toEqual([['request-completed', 'CANCELLED']]);
    expect(metrics).not.toContain('CALLER_MISMATCH');
  });
});

test.each<[string, string | undefined, string | undefined]>([
  ['its SPIFFE ID', 'URI:spiffe://cups/agency-bridge', 'agency-bridge'],
  ['one among host names', 'DNS:intake, URI:spiffe://cups/intake, IP Address:127.0.0.1', 'intake'],
  ['none', undefined, undefined],
  ['a host name only', 'DNS:intake', undefined],
  ['two', 'URI:spiffe://cups/intake, URI:spiffe://cups/gateway', undefined],
  ['the ID of another platform', 'URI:spiffe://other/intake', undefined],
  ['a longer path', 'URI:spiffe://cups/intake/more', undefined],
  ['a name that Node quotes', 'URI:"spiffe://cups/intake, URI:spiffe://cups/gateway"', undefined],
  ['a host name that resembles one', 'DNS:"URI:spiffe://cups/intake"', undefined],
])('parseServiceName reads %s', (_, names, service) => {
  expect(parseServiceName(names)).toBe(service);
});

describe('certificate files', () => {
  const path = (file: string) => join(folder.dir, 'files', file);
  const open = () => openTls({ dir: join(folder.dir, 'files'), service: 'gateway' });

  test.each<[string, () => void | Promise<void>, RegExp]>([
    ['are missing', () => rmSync(path('ca.crt')), /cannot be used in .*files\.$/],
    [
      'are of another service',
      async () => writeAs('intake'),
      /tls\.crt is not the certificate of spiffe:\/\/cups\/gateway\.$/,
    ],
    [
      'do not match',
      async () => writeFileSync(path('tls.key'), (await newAuthority()).key),
      /tls\.key is not the key of tls\.crt\.$/,
    ],
    ['are not certificates', () => writeFileSync(path('ca.crt'), 'x'), /ca\.crt holds no certificate\.$/],
    ['let everyone read the key', () => chmodSync(path('tls.key'), 0o644), /must be readable by its owner only/],
  ])('that %s prevent the start with one sentence', async (_, damage, message) => {
    await writeAs('gateway');
    await damage();
    expect(open).toThrow(message);
  });

  test('that become invalid leave the previous ones in use, as the metric shows', async () => {
    await writeAs('gateway');
    const { log, lines } = captureLogLines();
    const metrics = createMetrics('gateway');
    const tls = openTls({ dir: join(folder.dir, 'files'), service: 'gateway', log, metrics, pollIntervalMs: 50 });
    opened.push(tls);
    writeFileSync(path('tls.crt'), 'x');
    const text = () => metrics.registry.metrics();
    await until(async () => /cups_certificate_reload_failed\{[^}]*\} 1/.test(await text()));
    await expect(call(server.keys.gateway, tls.channel)).resolves.toBeDefined();
    await writeAs('gateway');
    await until(async () => /cups_certificate_reload_failed\{[^}]*\} 0/.test(await text()));
    expect(lines.map(({ event }) => event)).toEqual(['certificate-reload-failed', 'certificate-reloaded']);
    const [ends] = /(?<=certificate_expiry_timestamp_seconds\{[^}]*certificate="service"[^}]*\} )\S+/.exec(
      await text(),
    )!;
    expect((Number(ends) - Date.now() / 1000) / 86_400).toBeCloseTo(5, 1);
  });

  async function writeAs(service: string): Promise<void> {
    writeCertificates(join(folder.dir, 'files'), await newCertificate(authority, service), [authority]);
  }
});

/** Waits for the next poll of the files. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
