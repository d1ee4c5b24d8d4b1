import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { IndexFiles } from '@cups/journal/index/index-files';
import { MAX_ORDER } from '@cups/journal/index/rows';
import { sha256 } from '@cups/journal/log/merkle-tree';
import { readEnvironmentInfo } from './environment-info.ts';
import { percentiles, round } from './processes.ts';

const HELP = `node bench/journal-index.ts [--entries 10000000] [--lookups 20000] [--out <file>]

Adds --entries generated entries to the index of the journal, and measures
  add        CPU microseconds an entry, merges included, and bytes on the disk
  known      looking up the key of an indexed entry, ms
  unknown    looking up a key that the index does not have, as for each entry of a new document, ms
  resource   the newest 50 entries about a resource, ms

Needs 52 bytes of disk an entry, twice that for a while. Prints one JSON object. Exit code 1 when a look-up is wrong.`;

const { values: args } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    entries: { type: 'string', default: '10000000' },
    lookups: { type: 'string', default: '20000' },
    out: { type: 'string' },
  },
});

/** Log of any size. */
const log = { size: Number.MAX_SAFE_INTEGER, rootAt: (size: number) => sha256(Buffer.from(String(size))) };
const processLog = { error: (line: object) => console.error(line) };

const nameOf = (n: number): string => `01KB3F9S7M${String(n).padStart(16, '0')}`;
/** Every fifth application has three entries, and each read is a document of its own. */
function namesOf(index: number) {
  const resource = `applications/${nameOf(Math.floor(index / 5))}`;
  const isRead = index % 5 > 2;
  const document = isRead ? `intake|accessLog/${nameOf(index)}|` : `intake|${resource}|`;
  return { document, sequence: isRead ? 1 : (index % 5) + 1, resource };
}

/** Measures look-ups. @param look returns whether the answer is right @returns undefined if one is wrong */
function measure(count: number, look: () => boolean) {
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const began = performance.now();
    if (!look()) return undefined;
    times.push(performance.now() - began);
  }
  const { p50, p99, max } = percentiles(times.map((ms) => ms * 1000));
  return { p50Micros: p50, p99Micros: p99, maxMs: round(max / 1000) };
}

/** @returns the exit code */
async function main(): Promise<number> {
  const loadBefore = loadavg()[0]!;
  const [size, count] = [Number(args.entries), Number(args.lookups)];
  const folder = mkdtempSync(join(tmpdir(), 'cups-bench-index-'));
  try {
    const files = await IndexFiles.open({ folder, log, processLog: processLog as never });
    const cpu = process.cpuUsage();
    for (let index = 0; index < size; index += 1) await files.add(namesOf(index));
    // Runs are merged in the background.
    for (let before = ''; before !== readdirSync(folder).join(); await pause(500)) before = readdirSync(folder).join();
    const { user, system } = process.cpuUsage(cpu);
    const runs = readdirSync(folder);
    const known = measure(count, () => {
      const { document, sequence } = namesOf(randomInt(size));
      return files.has(document, sequence);
    });
    const unknown = measure(count, () => !files.has(`intake|applications/${nameOf(size + randomInt(size))}|`, 1));
    const resource = measure(count, () => {
      const index = randomInt(size - 5);
      const found = files.findByResource(namesOf(index).resource, { before: MAX_ORDER, limit: 50 });
      return found.length === 5 && found.some(({ position }) => position === index);
    });
    const result = {
      environment: readEnvironmentInfo(loadBefore),
      entries: size,
      runs: runs.length,
      bytesPerEntry: round(runs.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / size, 1),
      addMicros: round((user + system) / size),
      rssMiB: round(process.memoryUsage().rss / 1024 / 1024, 0),
      known,
      unknown,
      resource,
    };
    await files.close();
    console.log(JSON.stringify(result, null, 2));
    if (args.out !== undefined) writeFileSync(args.out, `${JSON.stringify(result, null, 2)}\n`);
    return known && unknown && resource ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (args.help) console.log(HELP);
else process.exitCode = await main();
