import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildPdf } from '@cups/tools/upload-client';
import {
  createDraft,
  measureRawLine,
  readDocuments,
  startDocumentsPlatform,
  uploadOverLine,
} from './documents-platform.ts';
import type { DocumentsPlatform } from './documents-platform.ts';
import { findLostOrDoubled } from './stored-uploads.ts';

/** Uploads over the line of a village. The figures are in docs/reports/benchmarks.md. */

const CHUNK_BYTES = 65_536;
const LINE = { bitsPerSecond: 64_000, roundTripMs: 600 };
/** Shares of the file after which the line is cut. */
const CUTS = [0.2, 0.5, 0.9];
/** Twelve minutes for 5 MB, with a reserve. */
const TIMEOUT_MS = 1_000_000;

let running: DocumentsPlatform;
beforeAll(async () => {
  running = await startDocumentsPlatform({ own: false });
}, 120_000);
afterAll(() => running?.stop(), 60_000);

/** Uploads a file over a line that is cut, beside the same bytes over a raw line. */
async function measure(size: number) {
  const file = { application: await createDraft(running.desk), bytes: buildPdf(size, `line ${size}`) };
  const cuts = CUTS.map((share) => Math.round(size * share));
  const [line, rawSeconds] = await Promise.all([
    uploadOverLine(running, file, { ...LINE, cuts, timeoutMs: TIMEOUT_MS }),
    measureRawLine(size, LINE),
  ]);
  const faults = findLostOrDoubled([line.upload], await readDocuments(running, file.application));
  return { size, repeated: line.repeated, cuts: line.cuts, seconds: line.seconds, rawSeconds, faults };
}

test(
  'files of 1 and 5 MB at 64 kbit/s, each cut three times, repeat at most one chunk per cut',
  async () => {
    // Each has lines of its own: they wait at the same time.
    const results = await Promise.all([1_000_000, 5_000_000].map(measure));
    console.log(JSON.stringify(results));
    for (const { cuts, repeated, faults } of results) {
      expect(cuts).toBe(CUTS.length);
      expect(repeated).toBeLessThanOrEqual(cuts * CHUNK_BYTES);
      expect(faults).toEqual([]);
    }
  },
  TIMEOUT_MS,
);
