import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { signCheckpoint } from '@cups/journal/log/checkpoint';
import { toRecord } from '@cups/journal/log/entry';
import { LogFolder } from '@cups/journal/log/log-folder';
import { computeRoot, isConsistent, isIncluded } from '@cups/journal/log/merkle-tree';
import { createNoteSigner, formatNoteVerifier } from '@cups/journal/log/signed-note';
import { combine, createSubtreeReader, formatTilePath, HASH_BYTES, TILE_WIDTH } from '@cups/journal/log/tiles';
import type { Tile } from '@cups/journal/log/tiles';
import { readEnvironmentInfo } from './environment-info.ts';
import { round } from './processes.ts';

const HELP = `node bench/journal.ts [--entries 10000000] [--proofs 20000] [--seconds 5] [--out <file>]
node bench/journal.ts --verify 2500000 [--out <file>]

Generates a log of --entries random leaf hashes, written directly as tiles, opens it, and measures
  inclusion    a proof of a random entry, ms (target: p50 and p99 at most 5), and its CPU time, each verified
  consistency  a proof from a random size to the whole log, ms, each verified
  append       entries a second in batches of 1,000 and of 1, with sync and signature

With --verify it appends that number of entries instead, of 60 % as many documents, and measures the verifier on them:
seconds, CPU seconds and peak memory of its process.

Needs 360 MB of disk for 10,000,000 leaf hashes, and 1.1 GB for 2,500,000 entries. Prints one JSON object. Exit code 1 when a proof does not verify.`;

const { values: args } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    entries: { type: 'string', default: '10000000' },
    proofs: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '5' },
    out: { type: 'string' },
    verify: { type: 'string' },
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

/** Entry of a generated log: every fifth application has three entries, and each read is a document of its own. */
function generateEntry(index: number): Buffer {
  const application = `applications/01KB3F9S7M${String(Math.floor(index / 5)).padStart(16, '0')}`;
  const isRead = index % 5 > 2;
  return toRecord(
    {
      source: 'intake',
      subject: isRead ? `accessLog/${application.slice(13)}.${index}` : application,
      sequence: isRead ? 1 : (index % 5) + 1,
      id: `01KB3F9S7N${String(index).padStart(16, '0')}`,
      time: new Date(1_764_000_000_000 + index),
      cause: `01KB3F9S7P${String(index).padStart(16, '0')}`,
      resource: application,
      action: isRead ? 'read-details' : 'edit',
      actor: 'operators/cu-350-specialist',
      centre: 'centres/CU-350',
      ground: 'session',
      reason: '',
      result: isRead ? 'done' : 'draft',
      contentHash: isRead ? '' : randomBytes(HASH_BYTES).toString('hex'),
      verifier: '',
    },
    randomBytes(SALT_BYTES),
  );
}

const SALT_BYTES = 16;
const BATCH = 10_000;
const VERIFIER = join(import.meta.dirname, '../tools/cli/journal/verifier.ts');
/** Module that prints the peak memory (KiB) and CPU time (µs) of its process at the end. */
const METER = `data:text/javascript,process.on('exit',()=>{const{maxRSS,userCPUTime:u,systemCPUTime:s}=process.resourceUsage();console.log(maxRSS,u+s)})`;

/** Measures the verifier on a log of entries. */
async function measureVerifier(folder: string, size: number) {
  const log = await LogFolder.open({ folder, origin: ORIGIN, verifiers: () => [signer] });
  const verifier = formatNoteVerifier(signer);
  const begin = { source: 'journal', subject: 'journal', sequence: 1, verifier };
  const first = Buffer.concat([randomBytes(SALT_BYTES), Buffer.from(JSON.stringify(begin))]);
  await log.append([first], { signers: [signer], time: new Date() });
  for (let at = 1; at < size; at += BATCH) {
    const records = Array.from({ length: Math.min(BATCH, size - at) }, (_, n) => generateEntry(at + n - 1));
    await log.append(records, { signers: [signer], time: new Date() });
  }
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', METER, VERIFIER, folder, '--key', verifier]);
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  const [result, usage = ''] = text.trim().split('\n');
  const [peakKiB, cpuMicros] = usage.split(' ').map(Number);
  return {
    entries: size,
    result,
    seconds: round((performance.now() - began) / 1000, 1),
    cpuSeconds: round(cpuMicros! / 1_000_000, 1),
    peakMiB: round(peakKiB! / 1024, 0),
  };
}

/** @returns the exit code */
async function main(): Promise<number> {
  const loadBefore = loadavg()[0]!;
  const size = Math.ceil(Number(args.entries) / TILE_WIDTH) * TILE_WIDTH;
  const proofs = Number(args.proofs);
  const folder = mkdtempSync(join(tmpdir(), 'cups-bench-journal-'));
  try {
    if (args.verify !== undefined) {
      const result = {
        environment: readEnvironmentInfo(loadBefore),
        ...(await measureVerifier(folder, Number(args.verify))),
      };
      return print(result, result.result === 'The journal is intact.');
    }
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
    return print(result, inclusion !== undefined && consistency !== undefined);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(result: object, isVerified: boolean): number {
  const text = JSON.stringify(result, null, 2);
  console.log(text);
  if (args.out !== undefined) writeFileSync(args.out, `${text}\n`);
  return isVerified ? 0 : 1;
}

function readLeaf(log: LogFolder, index: number): Buffer {
  const tile = log.readTile({ level: 0, index: Math.floor(index / TILE_WIDTH), width: TILE_WIDTH })!;
  const start = (index % TILE_WIDTH) * HASH_BYTES;
  return tile.subarray(start, start + HASH_BYTES);
}

if (args.help) console.log(HELP);
else process.exitCode = await main();
