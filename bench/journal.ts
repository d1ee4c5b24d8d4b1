import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { signCheckpoint } from '@cups/journal/log/checkpoint';
import { LogFolder } from '@cups/journal/log/log-folder';
import { computeRoot, isConsistent, isIncluded } from '@cups/journal/log/merkle-tree';
import { createNoteSigner } from '@cups/journal/log/signed-note';
import { combine, createSubtreeReader, formatTilePath, HASH_BYTES, TILE_WIDTH } from '@cups/journal/log/tiles';
import type { Tile } from '@cups/journal/log/tiles';
import { readEnvironmentInfo } from './environment-info.ts';
import { round } from './processes.ts';

const HELP = `node bench/journal.ts [--entries 10000000] [--proofs 20000] [--seconds 5] [--out <file>]

Generates a log of --entries random leaf hashes, written directly as tiles, opens it, and measures
  inclusion    a proof of a random entry, ms (target: p50 and p99 at most 5), and its CPU time, each verified
  consistency  a proof from a random size to the whole log, ms, each verified
  append       entries a second in batches of 1,000 and of 1, with sync and signature

Needs 360 MB of disk for 10,000,000 entries. Prints one JSON object. Exit code 1 when a proof does not verify.`;

const { values: args } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    entries: { type: 'string', default: '10000000' },
    proofs: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '5' },
    out: { type: 'string' },
  },
});

const ORIGIN = 'bench.example/journal';
const signer = createNoteSigner(ORIGIN, generateKeyPairSync('ed25519').privateKey);
/** As an entry with its salt. */
const RECORD_BYTES = 420;

function writeTile(folder: string, tile: Tile, hashes: Buffer): void {
  const path = join(folder, formatTilePath(tile));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, hashes);
}

/** Writes the tiles of a log with random leaves, and its checkpoint. @param size a multiple of 256 */
function generateLog(folder: string, size: number): void {
  const parents: Buffer[][] = [];
  const add = (level: number, hash: Buffer): void => {
    const row = (parents[level] ??= []);
    row.push(hash);
    if (row.length % TILE_WIDTH === 0)
      complete(level, row.length / TILE_WIDTH - 1, Buffer.concat(row.slice(-TILE_WIDTH)));
  };
  function complete(level: number, index: number, hashes: Buffer): void {
    writeTile(folder, { level, index, width: TILE_WIDTH }, hashes);
    add(level + 1, combine(hashes));
  }
  for (let index = 0; index < size / TILE_WIDTH; index += 1) complete(0, index, randomBytes(TILE_WIDTH * HASH_BYTES));
  parents.forEach((row, level) => {
    const width = row.length % TILE_WIDTH;
    if (width > 0)
      writeTile(folder, { level, index: Math.floor(row.length / TILE_WIDTH), width }, Buffer.concat(row.slice(-width)));
  });
  const read = createSubtreeReader(size, (tile) => readFileSync(join(folder, formatTilePath(tile))));
  const checkpoint = { origin: ORIGIN, size, root: computeRoot(size, read), time: new Date() };
  writeFileSync(join(folder, 'checkpoint'), signCheckpoint(checkpoint, [signer]));
}

/** Returns percentiles of times in ms. */
function percentiles(times: number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!, 3);
  return { count: times.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Measures proofs, and verifies each outside the measured time. @returns undefined if one does not verify */
function measureProofs(count: number, prove: () => () => boolean) {
  const times: number[] = [];
  let cpuMs = 0;
  for (let n = 0; n < count; n += 1) {
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    const verify = prove();
    times.push(performance.now() - began);
    const { user, system } = process.cpuUsage(cpu);
    cpuMs += (user + system) / 1000;
    if (!verify()) return undefined;
  }
  return { ...percentiles(times), cpuMs: round(cpuMs / count, 3) };
}

/** Appends batches for some seconds. @returns entries a second, and the time of a batch in ms */
async function measureAppend(log: LogFolder, batch: number, seconds: number) {
  const times: number[] = [];
  const began = performance.now();
  while (performance.now() - began < seconds * 1000) {
    const records = Array.from({ length: batch }, () => randomBytes(RECORD_BYTES));
    const start = performance.now();
    await log.append(records, { signers: [signer], time: new Date() });
    times.push(performance.now() - start);
  }
  const total = times.reduce((sum, time) => sum + time, 0);
  return { batch, perSecond: Math.round((times.length * batch * 1000) / total), batchMs: percentiles(times) };
}

/** @returns the exit code */
async function main(): Promise<number> {
  const loadBefore = loadavg()[0]!;
  const size = Math.ceil(Number(args.entries) / TILE_WIDTH) * TILE_WIDTH;
  const proofs = Number(args.proofs);
  const folder = mkdtempSync(join(tmpdir(), 'cups-bench-journal-'));
  try {
    const began = performance.now();
    generateLog(folder, size);
    const generated = performance.now();
    const log = await LogFolder.open({ folder, origin: ORIGIN, verifiers: () => [signer] });
    const openMs = performance.now() - generated;
    const whole = { size, root: log.rootAt(size) };
    const inclusion = measureProofs(proofs, () => {
      const index = randomInt(size);
      const proof = log.proveInclusion(index);
      return () => isIncluded({ index, hash: readLeaf(log, index) }, whole, proof);
    });
    const consistency = measureProofs(proofs / 10, () => {
      const from = randomInt(1, size);
      const proof = log.proveConsistency(from, size);
      return () => isConsistent({ size: from, root: log.rootAt(from) }, whole, proof);
    });
    const append = [
      await measureAppend(log, 1_000, Number(args.seconds)),
      await measureAppend(log, 1, Number(args.seconds)),
    ];
    const rssMiB = round(process.memoryUsage().rss / 1024 / 1024, 0);
    const result = {
      environment: readEnvironmentInfo(loadBefore),
      size,
      generateSeconds: round((generated - began) / 1000, 1),
      openMs: round(openMs, 1),
      rssMiB,
      inclusion,
      consistency,
      append,
    };
    const text = JSON.stringify(result, null, 2);
    console.log(text);
    if (args.out !== undefined) writeFileSync(args.out, `${text}\n`);
    return inclusion && consistency ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readLeaf(log: LogFolder, index: number): Buffer {
  const tile = log.readTile({ level: 0, index: Math.floor(index / TILE_WIDTH), width: TILE_WIDTH })!;
  const start = (index % TILE_WIDTH) * HASH_BYTES;
  return tile.subarray(start, start + HASH_BYTES);
}

if (args.help) console.log(HELP);
else process.exitCode = await main();
