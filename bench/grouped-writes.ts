import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocal } from '@cups/local';
import type { LocalPlatform } from '@cups/local';
import { openStore, startRelay } from '@cups/store';
import type { Documents, Store, StoredDocument } from '@cups/store';
import { formatTable } from '@cups/tools/format-table';
import type { Cell } from '@cups/tools/format-table';
import { percentiles, readCpuMs, round } from './processes.ts';

/** Measures the CPU time of a write, in the client and in the embedded store, with 1, 16 and 64 writers in a closed loop. */

const HELP = `node bench/grouped-writes.ts [--pairs 2000]

A pair creates a document of 3 KB and updates it with an event, which the relay removes again.`;

const { values: args } = parseArgs({
  options: { pairs: { type: 'string', default: '2000' }, help: { type: 'boolean', default: false } },
});
const pairs = Number(args.pairs);

interface Filing extends StoredDocument {
  centre: string;
  state: string;
  content: object;
  history: object[];
}

const CENTRE = 'centres/CU-001';
const log = { info: () => {}, warn: () => {}, error: () => {} };

async function openFilings(uri: string): Promise<{ store: Store; filings: Documents<Filing> }> {
  const store = openStore({ uri, database: 'bench-cups-filings', log: log as never });
  const filings = store.documents<Filing>({
    collection: 'filings',
    schema: { centre: String, state: String, content: {}, history: [{ kind: String, time: Date }] },
    indexes: [
      { fields: { centre: 1, _id: -1 }, query: 'lists' },
      { fields: { centre: 1, state: 1, _id: -1 }, query: 'lists by state' },
      { fields: { centre: 1, updateTime: 1, _id: 1 }, query: 'changes' },
    ],
    schemaVersion: 1,
    keepRecent: 500,
    existsReason: 'ALREADY_EXISTS',
  });
  while (!store.ready()) await new Promise((resolve) => setTimeout(resolve, 20));
  return { store, filings };
}

let filed = 0;

async function filePair(filings: Documents<Filing>): Promise<void> {
  const id = `F${(filed += 1)}`;
  const now = new Date();
  const causeOf = (name: string) => ({ request: { id: `${name}-${id}`, key: 'bench', fingerprint: 'f'.repeat(40) } });
  const evidence = Array.from({ length: 40 }, (_, at) => ({ kind: `evidence-${at}`, number: `N-${at}`, seen: true }));
  const draft = {
    _id: id,
    centre: CENTRE,
    state: 'draft',
    content: { evidence },
    history: [{ kind: 'opened', time: now }],
  };
  await filings.create(draft, { scope: 'service', cause: causeOf('create'), events: [], now });
  const event = { topic: 'bench', key: id, type: 'Submitted', subject: id, data: Buffer.alloc(300), sequenced: true };
  await filings.update(id, { scope: { centre: CENTRE }, cause: causeOf('submit'), now }, (before) => ({
    document: { ...before, state: 'submitted', history: [...before.history, { kind: 'submitted', time: now }] },
    events: [event],
  }));
}

/** Files pairs by a number of writers. Returns CPU microseconds a write in client and store, and the pairs a second. */
async function measure(
  filings: Documents<Filing>,
  local: LocalPlatform,
  writers: number,
  count: number,
): Promise<Cell[]> {
  let left = count;
  const times: number[] = [];
  const write = async () => {
    for (; left > 0;) {
      left -= 1;
      const startedAt = performance.now();
      await filePair(filings);
      times.push(performance.now() - startedAt);
    }
  };
  const [client, store, startedAt] = [process.cpuUsage(), readCpuMs(local.pids.store), performance.now()];
  await Promise.all(Array.from({ length: writers }, write));
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(client);
  const storeMs = readCpuMs(local.pids.store) - store;
  const { p50, p99 } = percentiles(times);
  const writes = 2 * count;
  const [clientUs, storeUs] = [Math.round((user + system) / writes), Math.round((storeMs * 1_000) / writes)];
  return [writers, clientUs, storeUs, Math.round(count / seconds), round(p50, 1), round(p99, 1)];
}

async function run(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-grouped-writes-'));
  const local = await startLocal({ dataDir, parts: ['store'] });
  const { store, filings } = await openFilings(local.mongoUri);
  const publish = () => Promise.resolve({ rejected: [] });
  const relay = startRelay({ documents: [filings], publish, log: log as never, now: () => new Date() });
  try {
    // The compilers of both processes need some thousand calls.
    await measure(filings, local, 32, pairs);
    const rows: Cell[][] = [];
    for (const writers of [1, 16, 64]) {
      rows.push(await measure(filings, local, writers, writers === 1 ? Math.ceil(pairs / 4) : pairs));
    }
    const header = ['WRITERS', 'client us', 'store us', 'pairs/s', 'p50 ms', 'p99 ms'];
    process.stdout.write(`${formatTable(header, rows)}\n`);
  } finally {
    await relay.stop();
    await store.close();
    await local.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

if (args.help) process.stdout.write(`${HELP}\n`);
else await run();
