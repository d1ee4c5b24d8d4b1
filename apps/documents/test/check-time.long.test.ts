import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createMetrics } from '@cups/process';
import { captureLog } from '@cups/testing';
import sharp from 'sharp';
import { findChildProgram } from '../src/check/child-program.ts';
import { createChecker } from '../src/check/checker.ts';
import type { Checker } from '../src/check/port.ts';
import { buildPdf } from './check-fixtures.ts';

/** Time of a check, from the start of its process to its answer. Prints the figures of docs/reports/benchmarks.md. */

const CHECKS = 15;
/** What a desk that waits for the result tolerates. A quiet machine needs a tenth of it. */
const MAX_MEDIAN_MS = 5_000;
/** As `npm start` and images run it, after the first `npm start` of this checkout. */
const BUNDLE = join(import.meta.dirname, '../../../.cups/bundles/check-child.mjs');

/** A photograph of a phone: 12 million pixels, about 3 MB. */
const buildPhotograph = (): Promise<Buffer> =>
  sharp({
    create: { width: 4000, height: 3000, channels: 3, background: '#888888', noise: { type: 'gaussian', sigma: 8 } },
  })
    .jpeg({ quality: 85 })
    .toBuffer();

/** Returns the duration of a check in ms. */
async function timeCheck(checker: Checker, bytes: Buffer): Promise<number> {
  async function* read(): AsyncGenerator<Buffer> {
    yield bytes;
  }
  const start = performance.now();
  const result = await checker.check({ purpose: 'evidence', pageSizes: [], size: bytes.length, read });
  expect(result).toHaveProperty('accepted');
  return performance.now() - start;
}

const programs = { source: findChildProgram(), bundle: BUNDLE };

describe.each(Object.entries(programs))('a check by the %s of the child', (name, program) => {
  test(`is answered within ${MAX_MEDIAN_MS} ms`, async () => {
    if (!existsSync(program)) return console.info(`${name}: not built`);
    const { log } = captureLog('documents');
    const checker = await createChecker(
      { environment: 'development', checkerAddress: '', clamdAddress: '', log, metrics: createMetrics('documents') },
      { program },
    );
    const files = { 'small PDF': buildPdf(), 'photograph of 12 MP': await buildPhotograph() };
    for (const [file, bytes] of Object.entries(files)) {
      const times: number[] = [];
      for (let n = 0; n < CHECKS; n += 1) times.push(await timeCheck(checker, bytes));
      times.sort((a, b) => a - b);
      const [min, median, max] = [0, (CHECKS - 1) / 2, CHECKS - 1].map((at) => Math.round(times[at]!));
      console.info(`${name}, ${file} of ${bytes.length} bytes: ${median} ms (${min} to ${max})`);
      expect(median).toBeLessThan(MAX_MEDIAN_MS);
    }
    await checker.close();
  }, 300_000);
});
