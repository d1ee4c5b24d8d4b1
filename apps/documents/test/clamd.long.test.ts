import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import { deflateSync } from 'node:zlib';
import { join } from 'node:path';
import type { Problem } from '@cups/problem';
import { captureLog, captureMetrics, eventually, findFreePort, temporaryDir } from '@cups/testing';
import { testRequiring } from '@cups/testing/programs';
import { createChecker } from '../src/check/checker.ts';
import type { Checker } from '../src/check/port.ts';
import { buildPdf, picture, stream } from './check-fixtures.ts';
import { EICAR, startClamd } from './clamd-server.ts';
import type { Clamd } from './clamd-server.ts';
import { append, createUpload, refused, startDocuments, upload } from './harness.ts';
import type { Harness } from './harness.ts';

const test = testRequiring('clamd');
const MIB = 1024 * 1024;
const folder = temporaryDir();
const socket = join(folder.dir, 'clamd.sock');
const onSocket = `LocalSocket ${socket}`;

const running: Clamd[] = [];
const start = async (...options: Parameters<typeof startClamd>): Promise<Clamd> => {
  const clamd = await startClamd(...options);
  running.push(clamd);
  return clamd;
};
const killAll = async () => {
  for (const clamd of running.splice(0)) await clamd.kill();
};
const checkers: Checker[] = [];
const openChecker = async (clamdAddress: string): Promise<Checker> => {
  const { log } = captureLog('documents');
  const { metrics } = captureMetrics('documents');
  const options = { environment: 'development', checkerAddress: '', clamdAddress, log, metrics } as const;
  const checker = await createChecker(options, { isolation: 'limits' });
  checkers.push(checker);
  return checker;
};

const check = (checker: Checker, bytes: Buffer, pageSizes: number[] = []) => {
  async function* read() {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  }
  return checker.check({ purpose: 'evidence', pageSizes, size: bytes.length, read });
};

/** A valid PDF with a stream of this size, which is not compressed. */
const pdfOf = (size: number) => buildPdf({ objects: { 4: stream(Buffer.alloc(size, 'cups ')) } });

describe('clamd', () => {
  afterAll(async () => {
    for (const checker of checkers) await checker.close();
    await killAll();
    folder.remove();
  });

  describe('with its default limits', () => {
    let checker: Checker;
    beforeAll(async () => {
      const port = await findFreePort();
      await start(folder.dir, `TCPSocket ${port}\nTCPAddr 127.0.0.1`);
      checker = await openChecker(`127.0.0.1:${port}`);
    }, 90_000);
    afterAll(killAll);

    test('finds EICAR after an image, in any page, and in a PDF with and without compression', async () => {
      const image = await picture().jpeg().toBuffer();
      const infected = Buffer.concat([image, EICAR]);
      const packed = stream(deflateSync(EICAR), '/Filter /FlateDecode');
      const malware = { refused: 'MALWARE' };
      expect(await check(checker, EICAR)).toEqual(malware);
      expect(await check(checker, infected)).toEqual(malware);
      expect(await check(checker, Buffer.concat([image, infected]), [image.length, infected.length])).toEqual(malware);
      expect(await check(checker, buildPdf({ loose: Buffer.concat([Buffer.from('% '), EICAR]) }))).toEqual(malware);
      expect(await check(checker, buildPdf({ objects: { 4: packed } }))).toEqual(malware);
    });

    test('marks a clean image and the largest file as clean', async () => {
      const clean = { accepted: { scan: 'clean' } };
      expect(await check(checker, await picture().jpeg().toBuffer())).toMatchObject(clean);
      const largest = pdfOf(10 * MIB - pdfOf(0).length - 16);
      expect(largest.length).toBeLessThanOrEqual(10 * MIB);
      expect(await check(checker, largest)).toMatchObject(clean);
    });
  });

  describe('with limits below the size of a file', () => {
    afterEach(killAll);

    const reportsLimit = async (listen: string, address: string) => {
      await start(folder.dir, listen, 'StreamMaxLength 1M');
      const checker = await openChecker(address);
      const codes: unknown[] = [];
      for (let n = 0; n < 10; n += 1) {
        const error = await check(checker, pdfOf(9 * MIB)).catch((failure: unknown) => failure as Problem);
        expect(error).toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE' });
        codes.push((error as { cause?: { code?: string } }).cause?.code);
      }
      // Over TCP the end of the connection can overtake the answer: about one time in four.
      expect(codes).toContain('SCANNER_SIZE_LIMIT');
      expect(await check(checker, EICAR)).toEqual({ refused: 'MALWARE' });
    };
    test('reports its size limit over a local socket', () => reportsLimit(onSocket, `unix:${socket}`), 90_000);
    test('reports its size limit over TCP', async () => {
      const port = await findFreePort();
      await reportsLimit(`TCPSocket ${port}\nTCPAddr 127.0.0.1`, `127.0.0.1:${port}`);
    }, 90_000);

    test('counts a file that was scanned in parts neither as clean nor as malware', async () => {
      await start(folder.dir, onSocket, 'MaxFileSize 1M');
      const checker = await openChecker(`unix:${socket}`);
      await expect(check(checker, pdfOf(2 * MIB))).rejects.toMatchObject({ code: 'CHECK_UNSCANNED' });
    }, 90_000);
  });

  describe('beside documents', () => {
    let documents: Harness;
    beforeAll(async () => {
      documents = await startDocuments({}, { checker: await openChecker(`unix:${socket}`) });
    }, 90_000);
    afterEach(killAll);
    afterAll(() => documents.stop());

    const stateOf = async (name: string) => (await documents.desk().getDocument({ name })).document;
    const failures = () => documents.log.lines.filter(({ event }) => event === 'document-check-failed');

    test('a clean file is ready, malware is refused and its bytes cannot be read', async () => {
      await start(folder.dir, onSocket);
      expect(await stateOf(await upload(documents, buildPdf()))).toMatchObject({ scan: 'SCAN_CLEAN' });
      const name = await upload(documents, buildPdf({ loose: EICAR }), { state: 'STATE_REFUSED' });
      expect(await stateOf(name)).toMatchObject({ refusal: 'MALWARE' });
      await expect(documents.desk().readContent({ name, offset: 0, limit: 10 })).rejects.toEqual(
        refused('DOCUMENT_REFUSED'),
      );
    }, 90_000);

    test('a scanner that is killed in a scan delays the check and never ends it', async () => {
      const clamd = await start(folder.dir, onSocket);
      clamd.suspend();
      const bytes = pdfOf(MIB);
      const name = await createUpload(documents, bytes);
      await append(documents.desk(), name, bytes);
      const before = failures().length;
      await clamd.kill();
      await eventually(() => failures().length > before);
      expect(await stateOf(name)).toMatchObject({ state: 'STATE_CHECKING' });
      await start(folder.dir, onSocket);
      await eventually(async () => (await stateOf(name))?.state === 'STATE_READY', { timeoutMs: 60_000 });
      expect(await stateOf(name)).toMatchObject({ scan: 'SCAN_CLEAN' });
    }, 120_000);

    test('a limit that is too small is logged, and the check continues once it is raised', async () => {
      const clamd = await start(folder.dir, onSocket, 'StreamMaxLength 64K');
      const bytes = pdfOf(MIB);
      const name = await createUpload(documents, bytes);
      const before = failures().length;
      await append(documents.desk(), name, bytes);
      await eventually(() => failures().length > before);
      expect(JSON.stringify(failures().at(-1))).toContain('SCANNER_SIZE_LIMIT');
      await clamd.kill();
      await start(folder.dir, onSocket);
      await eventually(async () => (await stateOf(name))?.state === 'STATE_READY', { timeoutMs: 60_000 });
      expect(await stateOf(name)).toMatchObject({ scan: 'SCAN_CLEAN' });
    }, 120_000);
  });
});
