import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type * as Local from '@cups/local';
import mongoose from 'mongoose';
import { formatTable } from '@cups/tools/format-table';
import type { Cell } from '@cups/tools/format-table';
import { round } from './processes.ts';
import { openPairs } from './store/pairs.ts';

/** Measures what the store alone spends on a pair (create + submit): the commands of all services, without them. */

const HELP = `node bench/store-pairs.ts [--clients 1,16,64] [--pairs 2000] [--warm-up 4000] [--batch 1] [--open]
                          [--local local/src/index.ts]

Plays the store's commands of a pair with the driver and prints, for each number of clients, the CPU time of the store per
pair and command by kind of thread, and its syncs and bytes written. One client plays an eighth of --pairs.

  --batch <n>     writes that the driver sends in one command, as if libs/store had bundled them
  --local <file>  starts the store of another checkout, for a comparison`;

const root = join(import.meta.dirname, '..');
const { values: args } = parseArgs({
  options: {
    clients: { type: 'string', default: '1,16,64' },
    pairs: { type: 'string', default: '2000' },
    'warm-up': { type: 'string', default: '4000' },
    batch: { type: 'string', default: '1' },
    open: { type: 'boolean', default: false },
    local: { type: 'string', default: join(root, 'local/src/index.ts') },
    help: { type: 'boolean', default: false },
  },
});

/** Kinds of threads, by how their names begin. */
const KINDS: [string, RegExp][] = [
  ['compilers', /^C[12] Compiler/],
  ['collector', /^(G1|GC|VM Thread)/],
  ['RocksDB', /^rocksdb/],
  ['log sync', /^log-sync/],
];

/** Returns CPU milliseconds of a process by kind of thread. */
function readThreads(pid: number): Map<string, number> {
  const clocks = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    const name = stat.slice(stat.indexOf('(') + 1, end);
    const fields = stat.slice(end + 2).split(' ');
    const kind = KINDS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'commands';
    clocks.set(kind, (clocks.get(kind) ?? 0) + (Number(fields[11]) + Number(fields[12])) * 10);
  }
  return clocks;
}

const readWritten = (pid: number): number =>
  Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))![1]);

/** Runs a number of pairs by clients. Returns the seconds taken, and the median time of a pair, ms. */
async function runClients(clients: number, pairs: number, pair: () => Promise<unknown>): Promise<[number, number]> {
  const times: number[] = [];
  const begun = performance.now();
  let left = pairs;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const started = performance.now();
      await pair();
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  times.sort((a, b) => a - b);
  return [(performance.now() - begun) / 1_000, times[times.length >> 1]!];
}

async function measure(): Promise<void> {
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'store-'));
  const { startLocal } = (await import(pathToFileURL(resolve(args.local)).href)) as typeof Local;
  const local = await startLocal({ dataDir, parts: ['store'], secure: !args.open });
  const client = new mongoose.mongo.MongoClient(local.mongoUri, {
    retryWrites: false,
    maxPoolSize: 96,
    writeConcern: { w: 'majority' },
    ...(local.secure && { tls: true, ca: readFileSync(local.secure.caFile) }),
  });
  try {
    const pairs = await openPairs(client.db('bench'), Number(args.batch));
    const syncs = async () =>
      Number((await client.db('admin').command({ serverStatus: 1 }))['store'].syncs ?? Number.NaN);
    await runClients(64, Number(args['warm-up']), pairs.run);
    const rows: Cell[][] = [];
    for (const clients of args.clients.split(',').map(Number)) {
      const { store } = local.pids;
      const [before, syncsBefore, written] = [readThreads(store), await syncs(), readWritten(store)];
      const commandsBefore = pairs.commands();
      const count = Number(args.pairs) / (clients === 1 ? 8 : 1);
      const [seconds, median] = await runClients(clients, count, pairs.run);
      const commands = pairs.commands() - commandsBefore;
      const after = readThreads(store);
      const ofKind = (kind: string) => round(((after.get(kind) ?? 0) - (before.get(kind) ?? 0)) / count, 3);
      const kinds = [...KINDS.map(([kind]) => kind), 'commands'].map(ofKind);
      const sum = kinds.reduce((one, other) => one + other, 0);
      rows.push([
        ...[clients, Math.round(count / seconds), round(median), round(sum, 3), ...kinds],
        ...[round((sum * count) / commands, 4), round(((await syncs()) - syncsBefore) / count)],
        Math.round((readWritten(store) - written) / count),
      ]);
    }
    await pairs.close();
    const head = ['CLIENTS', 'pairs/s', 'p50 ms', 'CPU-ms a pair', ...KINDS.map(([kind]) => kind), 'commands'];
    process.stdout.write(
      `${formatTable([...head, 'CPU-ms a command', 'syncs a pair', 'bytes written a pair'], rows)}\n`,
    );
  } finally {
    await client.close(true);
    await local.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

if (args.help) process.stdout.write(`${HELP}\n`);
else await measure();
