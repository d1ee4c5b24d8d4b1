import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { temporaryDir } from '@cups/testing';
import fc from 'fast-check';
import { computeCost, computeNodes, computeSizing } from '../cli/sizing/arithmetic.ts';
import type { SizingInput } from '../cli/sizing/arithmetic.ts';
import { withOverrides } from '../cli/sizing/assumptions.ts';
import { PAGE, renderPage } from '../cli/sizing/page.ts';
import { readResourceRequest, readLife } from '../cli/sizing/measured.ts';
import { SERVICES } from '../platform/services.ts';

/** Sizes a platform for a number of centres. */

const GIB = 1024 ** 3;
/** Figures that can be counted in the head: 1,000 applications a working day for 100 centres. */
const given = (more: Partial<SizingInput> = {}): SizingInput => {
  const zero = { bytes: 0 };
  const life = Object.assign({}, readLife(), {
    cpuMs: { intake: 100, gateway: 10 },
    collections: { 'intake.applications': { documents: 1, bytes: GIB / 250_000, indexBytes: GIB / 250_000 - 16 * 4 } },
    indexes: { 'intake.applications': 4 },
    topics: {
      'cups.applications': { bytes: GIB / 1000 },
      'cups.deliveries': zero,
      'cups.documents': zero,
      'cups.mandates': zero,
      'cups.journal.<service>': zero,
      'agency.<code>.requests': { bytes: GIB / 1000 },
      'agency.<code>.replies': zero,
    },
    logBytes: { intake: { bytes: GIB / 250_000 } },
    journal: { entries: 20, bytes: GIB / 250_000 },
  });
  const asked = {
    intake: { replicas: 2, cpu: 100, memoryMiB: 160 },
    gateway: { replicas: 2, cpu: 50, memoryMiB: 128 },
  };
  const numbers = withOverrides({ applicationsPerCentreDay: 10, diskFill: 0.5, indexEntryBytes: 16 });
  return Object.assign({ centres: 100, agencies: 4, life, asked, partitions: 24, assumed: numbers }, more);
};

describe('computeSizing', () => {
  test('computes the load from an eight-hour day and a tenfold peak', () => {
    const { load } = computeSizing(given());
    expect(load).toMatchObject({ perDay: 1000, perYear: 250_000 });
    expect(load.meanPerSecond).toBeCloseTo(1000 / 28_800);
    expect(load.peakPerSecond).toBeCloseTo(10_000 / 28_800);
  });

  test('computes pods from the peak, at least those of the chart', () => {
    const replicas = (centres: number) => computeSizing(given({ centres })).pods.map((one) => one.replicas);
    expect(replicas(1)).toEqual([2, 2]);
    // 100,000 applications a day are 34.7 a second in the busiest hour: 3.47 cores of intake, half a core for each pod.
    expect(replicas(10_000)).toEqual([7, 2]);
  });

  test('computes Kafka disks from retention with headroom', () => {
    const { kafka } = computeSizing(given());
    const perDay = 250_000 / 365;
    expect(kafka.diskGiB).toBeCloseTo((((40 + 90) / 1000) * perDay) / 0.5);
    expect(kafka).toMatchObject({ partitions: 24, allPartitions: 24 * (11 + 8) + 2, brokers: 3 });
    expect(computeSizing(given({ partitions: 3, centres: 10_000 })).kafka.partitions).toBe(7);
  });

  test('computes MongoDB disks and memory from all retained years', () => {
    const { store } = computeSizing(given());
    expect(store.documentGiB).toBeCloseTo(5);
    expect(store.indexGiB).toBeCloseTo(5);
    expect(store.diskGiB).toBeCloseTo(20);
    // A fifth of 5 GiB of indexes and a month of documents, twice, in whole GiB.
    expect(store.memoryMiB).toBe(Math.ceil(2 * (1 + 30 / 365)) * 1024);
    expect(computeSizing(given({ centres: 1 })).store.memoryMiB).toBe(2048);
  });

  test('computes one claim of the journal, which keeps all entries', () => {
    const { journal, kafka, store, total } = computeSizing(given());
    expect(journal.entriesPerYear).toBe(20 * 250_000);
    // 20 entries of 52 bytes in the index.
    expect(journal.diskGiB).toBeCloseTo((5 + (20 * 52 * 250_000 * 5) / GIB) / 0.5);
    expect(total.diskGiB).toBeCloseTo(3 * (kafka.diskGiB + store.diskGiB) + journal.diskGiB);
  });

  test('computes nodes with one spare, at least one per copy', () => {
    const numbers = withOverrides({ nodeCpu: 4000, nodeOwnCpu: 500, nodeMemoryMiB: 16_384, nodeOwnMemoryMiB: 1536 });
    expect(computeNodes(numbers, 100, 100)).toBe(3);
    expect(computeNodes(numbers, 4 * 3500, 100)).toBe(5);
    expect(computeNodes(numbers, 100, 5 * 14_848 + 1)).toBe(7);
  });

  test('computes costs of whole nodes and disk sizes', () => {
    const size = computeSizing(given());
    const { nodes, diskGiB } = size.total;
    expect([nodes, size.store.members, size.store.memoryMiB]).toEqual([3, 3, 3 * 1024]);
    const prices = { currency: 'X', cpuCore: 100, memoryGiB: 10, diskGiB: 1 };
    const cost = computeCost(size, withOverrides(), prices);
    expect(cost).toMatchObject({ cpu: (3 * 4 + 3 * 1) * 100, memory: (3 * 16 + 3 * 3) * 10, disk: diskGiB });
    expect(cost.month).toBeCloseTo(cost.cpu + cost.memory + cost.disk);
  });

  test('never decreases with more centres', () => {
    const few = fc.integer({ min: 1, max: 20_000 });
    fc.assert(
      fc.property(few, few, (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((centres) => computeSizing(given({ centres })).total);
        for (const what of ['cpu', 'memoryMiB', 'diskGiB', 'nodes'] as const) {
          expect(more![what]).toBeGreaterThanOrEqual(less![what]);
        }
      }),
    );
  });

  test('rejects an unmeasured topic', () => {
    const life = Object.assign({}, readLife(), { topics: {} });
    expect(() => computeSizing(given({ life }))).toThrow('no measured figure for cups.applications');
  });
});

test('charts reserve the measured memory', () => {
  const { loaded } = readLife().memoryMiB;
  const short = SERVICES.filter((service) => readResourceRequest(service).memoryMiB < loaded[service]!);
  expect(short).toEqual([]);
});

test('the page is up to date (else `npm run cups -- sizing --write`)', async () => {
  expect(readFileSync(join(import.meta.dirname, '../..', PAGE), 'utf8')).toBe(await renderPage());
});

describe('npm run cups -- sizing', () => {
  function sizing(...words: string[]) {
    const tool = join(import.meta.dirname, '../cli/cups.ts');
    const given = ['--disable-warning=ExperimentalWarning', tool, 'sizing', ...words];
    const { status, stdout, stderr } = spawnSync(process.execPath, given, { encoding: 'utf8' });
    return { status, out: stdout, error: stderr.trim() };
  }

  test('computes the requested centres with prices from a file', () => {
    const { dir, remove } = temporaryDir();
    try {
      const file = join(dir, 'prices.yaml');
      writeFileSync(file, 'currency: MDL\ncpuCore: 1\nmemoryGiB: 0\ndiskGiB: 0\n');
      const { status, out } = sizing('--centres', '200', '--assume', 'nodeCpu=8000', '--prices', file, '--json');
      expect(status).toBe(0);
      const { sizes, costs } = JSON.parse(out) as {
        sizes: { centres: number; total: { nodes: number } }[];
        costs: object[];
      };
      expect(sizes).toMatchObject([{ centres: 200 }]);
      expect(costs).toMatchObject([{ month: sizes[0]!.total.nodes * 8 + 3 }]);
      expect(sizing('--centres', '200', '--prices', file).out).toMatch(/MDL a month.*200 centres/);
    } finally {
      remove();
    }
  });

  test('refuses invalid input in one sentence', () => {
    const { dir, remove } = temporaryDir();
    try {
      const file = join(dir, 'prices.yaml');
      writeFileSync(file, 'currency: MDL\ncpuCore: dear\n');
      expect(sizing('--centres', 'many')).toMatchObject({
        status: 2,
        error: '--centres: a number from 1, and not many.',
      });
      expect(sizing('--assume', 'luck=7')).toMatchObject({
        status: 2,
        error: expect.stringContaining('no assumption named luck') as unknown,
      });
      expect(sizing('--assume', 'peakFactor=0')).toMatchObject({
        status: 2,
        error: 'peakFactor: a number above 0, and not 0.',
      });
      expect(sizing('--prices', file)).toMatchObject({
        status: 2,
        error: expect.stringContaining('cpuCore is a number') as unknown,
      });
    } finally {
      remove();
    }
  });
});
