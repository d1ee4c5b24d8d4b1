import { eventually, captureLog, testInfrastructure } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openStore, type Cause, type Documents, type Store, type StoredDocument } from '../src/index.ts';

/**
 * Concurrent creates, updates and repeats through two connections to the real store, compared with a serial history: each
 * document records the tags of its updates in order.
 */

interface Ledger extends StoredDocument {
  tags: string[];
}

const { mongoUri, prefix } = testInfrastructure();
const { log } = captureLog();
const scope = 'service' as const;
let stores: Store[];
let connections: Documents<Ledger>[];

beforeAll(async () => {
  stores = [0, 1].map(() => openStore({ uri: mongoUri, database: `${prefix}cups-ledgers`, log }));
  connections = stores.map((store) =>
    store.documents<Ledger>({
      collection: 'ledgers',
      schema: { tags: [String] },
      indexes: [],
      schemaVersion: 1,
      existsReason: 'ALREADY_EXISTS',
      // Updates from an outdated cache do not match, beside others that do.
      keepRecent: 100,
    }),
  );
  await eventually(() => stores.every((store) => store.ready()));
});
afterAll(async () => {
  for (const store of stores) await store.close();
});

type Step =
  | { kind: 'create'; request: number }
  | { kind: 'update'; request: number }
  | { kind: 'count'; value: number }
  | { kind: 'unnamed' };
/** A step on a document, on one of the connections, in the wave in which it starts. Few times, so that some are equal. */
type Call = Step & { ledger: number; connection: number; wave: number; now: Date };

/** The first documents exist before; others are created by steps. */
const [EXISTING, LEDGERS] = [4, 6];
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('create' as const), request: fc.nat(1) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('update' as const), request: fc.nat(12) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('count' as const), value: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unnamed' as const) }) },
);
const anyCall: fc.Arbitrary<Call> = fc
  .tuple(anyStep, fc.nat(LEDGERS - 1), fc.nat(1), fc.nat(2), fc.nat(1))
  .map(([step, ledger, connection, wave, time]) => ({ ...step, ledger, connection, wave, now: new Date(time) }));
const anyCalls = fc.array(anyCall, { minLength: 20, maxLength: 60 });

const requestCause = (id: string): Cause => ({ request: { id, key: 'Save|gateway', fingerprint: 'f' } });
const event = (key: string) => ({
  topic: 'cups.ledgers',
  key,
  type: 'Changed',
  subject: key,
  data: Buffer.alloc(1),
  sequenced: true,
});
/** The number of events of an update by its tag. */
const eventsOf = (tag: string): number => (tag.startsWith('update-') ? Number(tag.slice(7)) % 3 : 0);

const create = (connection: number, _id: string, request: string, now: Date) =>
  connections[connection]!.create({ _id, tags: [] }, { scope, cause: requestCause(request), events: [], now });

const update = (connection: number, id: string, tag: string, cause: Cause, now: Date) =>
  connections[connection]!.update(id, { scope, cause, now }, (one) => ({
    document: { ...one, tags: [...one.tags, tag] },
    events: Array.from({ length: eventsOf(tag) }, () => event(id)),
  }));

interface SettledCall {
  id: string;
  kind: Step['kind'];
  tag: string;
  /** As the store returns it; `created`; or the reason of the problem. */
  outcome: string;
  document?: Ledger;
}

/** Names an update. A repeated request or event has the same tag. */
function tagOf(call: Call, at: number): string {
  if (call.kind === 'unnamed') return `unnamed-${at}`;
  return `${call.kind}-${call.kind === 'count' ? call.value : call.request}`;
}

function causeOf(call: Call, tag: string): Cause {
  if (call.kind === 'unnamed') return {};
  return call.kind === 'count' ? { sequence: { subject: 'events', value: call.value } } : requestCause(tag);
}

async function run(call: Call, id: string, tag: string): Promise<SettledCall> {
  const { kind, connection, now } = call;
  try {
    if (kind === 'create') {
      const { document, replayed } = await create(connection, id, `${id}-${tag}`, now);
      return { id, kind, tag, outcome: replayed ? 'replayed' : 'created', document };
    }
    return { id, kind, tag, ...(await update(connection, id, tag, causeOf(call, tag), now)) };
  } catch (error) {
    return { id, kind, tag, outcome: (error as { reason?: string }).reason ?? String(error) };
  }
}

let runs = 0;
/** Runs the calls on documents of their own, in three waves. */
async function runAll(calls: Call[]): Promise<{ settled: SettledCall[]; ids: string[] }> {
  runs += 1;
  const ids = Array.from({ length: LEDGERS }, (_, at) => `${runs}-${at}`);
  await Promise.all(ids.slice(0, EXISTING).map((id) => create(0, id, `${id}-first`, new Date(0))));
  const settled: SettledCall[] = [];
  for (const wave of [0, 1, 2]) {
    const started = calls.flatMap((call, at) =>
      call.wave === wave ? [run(call, ids[call.ledger]!, tagOf(call, at))] : [],
    );
    settled.push(...(await Promise.all(started)));
  }
  return { settled, ids };
}

const OUTCOMES: Record<Step['kind'], string[]> = {
  create: ['created', 'replayed', 'ALREADY_EXISTS'],
  update: ['applied', 'replayed', 'NOT_FOUND'],
  count: ['applied', 'ignored', 'gap', 'NOT_FOUND'],
  unnamed: ['applied', 'NOT_FOUND'],
};

/** Compares the outcomes of one document with its stored history. */
function expectSerial(settled: SettledCall[], stored: Ledger | undefined, isNew: boolean): void {
  for (const { kind, outcome } of settled) expect(OUTCOMES[kind]).toContain(outcome);
  const created = settled.filter(({ outcome }) => outcome === 'created');
  expect(created).toHaveLength(isNew && stored ? 1 : 0);
  if (!stored) return;
  const { tags } = stored;
  expect(new Set(tags).size).toBe(tags.length);
  expect(stored.revision).toBe(1 + tags.length);
  const eventCount = tags.reduce((sum, tag) => sum + eventsOf(tag), 0);
  expect(stored.outbox.map(({ n, sequence }) => [n, sequence])).toEqual(
    Array.from({ length: eventCount }, (_, at) => [at + 1, at + 1]),
  );
  const counted = tags.filter((tag) => tag.startsWith('count-'));
  expect(counted).toEqual(counted.map((_, at) => `count-${at + 1}`));
  // Every response shows a state of the history, and an applied update its own.
  for (const { tag, outcome, document } of settled) {
    if (document) expect(document.tags).toEqual(tags.slice(0, document.revision - 1));
    if (outcome === 'applied') expect(document?.tags.at(-1)).toBe(tag);
    if (outcome === 'applied' || (outcome === 'replayed' && tag.startsWith('update'))) expect(tags).toContain(tag);
  }
  for (const tag of tags) {
    const own = settled.filter((one) => one.tag === tag && ['applied', 'replayed', 'ignored'].includes(one.outcome));
    expect(own.filter(({ outcome }) => outcome === 'applied').length).toBeLessThanOrEqual(1);
    expect(own.length).toBeGreaterThan(0);
  }
}

test('concurrent writers of two processes have one serial history', async () => {
  await fc.assert(
    fc.asyncProperty(anyCalls, async (calls) => {
      const { settled, ids } = await runAll(calls);
      const found = await Promise.all(ids.map((id) => connections[1]!.get(id, { scope })));
      ids.forEach((id, at) => {
        const own = settled.filter((one) => one.id === id);
        expectSerial(own, found[at], at >= EXISTING);
      });
    }),
    { numRuns: 10 },
  );
});
