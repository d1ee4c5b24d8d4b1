import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import dgram from 'node:dgram';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMetrics } from '@cups/process';
import { createChecker } from '../src/check/checker.ts';
import type { CheckerOverrides } from '../src/check/checker.ts';

const PROGRAM = join(import.meta.dirname, 'planted', 'attack.ts');
const ALL = [
  'read a key',
  'list the folders of the service',
  'write a file',
  'read the environment',
  'read the environment of the service',
  'signal the service',
  'open a connection',
  'send a datagram',
  'resolve a name',
  'start a program',
];

describe('hostile code in the process that opens a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cups-check-'));
  const newFile = join(folder, 'new');
  const tcp = createServer((socket) => socket.destroy());
  const udp = dgram.createSocket('udp4');
  let packets = 0;
  let targets: Buffer;

  beforeAll(async () => {
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, randomUUID(), { mode: 0o600 });
    await new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done));
    await new Promise<void>((done) => udp.bind(0, '127.0.0.1', done));
    udp.on('message', (query, { port }) => {
      packets++;
      if (query.length > 12) udp.send(answerTo(query), port);
    });
    const ports = { tcpPort: (tcp.address() as AddressInfo).port, udpPort: udp.address().port };
    targets = Buffer.from(JSON.stringify({ keyFile, newFile, parent: process.pid, ...ports }));
  });

  beforeEach(() => {
    packets = 0;
    rmSync(newFile, { force: true });
  });

  afterAll(() => {
    tcp.close();
    udp.close();
    rmSync(folder, { recursive: true });
  });

  const attack = async (overrides: CheckerOverrides): Promise<string[]> => {
    const checker = await createChecker(options(), { program: PROGRAM, ...overrides });
    async function* read() {
      yield targets;
    }
    const result = await checker.check({ purpose: 'evidence', pageSizes: [], size: targets.length, read });
    await checker.close();
    if (!('accepted' in result)) throw new Error('The attacking program did not answer.');
    return JSON.parse((result.accepted.content as Buffer).toString('utf8', 3)) as string[];
  };

  test('succeeds with everything where nothing confines it', async () => {
    expect(await attack({ isolation: 'none', permissions: false })).toEqual(
      ALL.filter((name) => name !== 'read the environment'),
    );
    expect(packets).toBeGreaterThan(0);
  });

  test('fails with everything', async () => {
    expect(await attack({ isolation: 'namespaces' })).toEqual([]);
    expect(packets).toBe(0);
    expect(existsSync(newFile)).toBe(false);
  });

  test('fails with everything through a flaw in a native library, which Node does not confine', async () => {
    expect(await attack({ isolation: 'namespaces', permissions: false })).toEqual([]);
    expect(packets).toBe(0);
  });
});

/** An answer of a name server with one address. */
function answerTo(query: Buffer): Buffer {
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 6);
  header.writeUInt16BE(0, 10);
  const questionEnd = query.indexOf(0, 12) + 5;
  const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
  return Buffer.concat([header, query.subarray(12, questionEnd), record]);
}

function options() {
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  return {
    environment: 'development' as const,
    checkerAddress: '',
    clamdAddress: '',
    log,
    metrics: createMetrics('documents'),
  };
}
