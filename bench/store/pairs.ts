import type mongoose from 'mongoose';
import { createApplication, createIndexes } from './applications.ts';
import type { Applications } from './applications.ts';

/** The store's commands of one pair (create + submit), as the table of `e2e/test/budget/budget.ts` lists them. */

type StoredRow = { _id: string } & Record<string, unknown>;
type Collection = mongoose.mongo.Collection<StoredRow>;
type Write = mongoose.mongo.AnyBulkWriteOperation<StoredRow>;

export interface Pairs {
  /** Runs the commands of one pair. */
  run(): Promise<void>;
  /** Number of commands sent so far. */
  commands(): number;
  /** Removes the last events. */
  close(): Promise<void>;
}

/** Indexes that every collection of documents has, and those of deliveries. */
const COMMON = [
  { key: { createRequest: 1 }, name: 'createRequest', unique: true, sparse: true },
  { key: { 'outbox.time': 1 }, name: 'outbox', sparse: true },
  { key: { 'timer.due': 1 }, name: 'timer', sparse: true },
] as const;
const DELIVERIES = [
  { key: { state: 1, sent: 1, _id: -1 }, name: 'state' },
  { key: { agency: 1, _id: -1 }, name: 'agency' },
] as const;

/** Interval at which published events are removed, many at once. */
const CLEANUP_MS = 100;
const MAX_CLEANUPS = 100;

interface Bundle {
  writes: Write[];
  settle: ((error?: unknown) => void)[];
}

/** Sends writes of one collection; with a size above 1, those of the same turn of the event loop in one command. */
function createWriter(collection: Collection, size: number, count: (commands: number) => void) {
  let open: Bundle | undefined;
  const send = async ({ writes, settle }: Bundle): Promise<void> => {
    open = undefined;
    count(1);
    const failed = await collection.bulkWrite(writes, { ordered: false }).then(
      () => undefined,
      (error: unknown) => error,
    );
    for (const one of settle) one(failed);
  };
  return (write: Write): Promise<void> =>
    new Promise((resolve, reject) => {
      if (!open) {
        const opened: Bundle = { writes: [], settle: [] };
        open = opened;
        setImmediate(() => {
          if (open === opened) void send(opened);
        });
      }
      open.writes.push(write);
      open.settle.push((error) => (error === undefined ? resolve() : reject(error as Error)));
      if (open.writes.length >= size) void send(open);
    });
}

/** Removes events from outboxes, many at a time. */
function createCleaner(write: (writes: Write[]) => Promise<unknown>) {
  let waiting: Write[] = [];
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const flush = (): Promise<unknown> => {
    clearTimeout(timer);
    timer = undefined;
    const writes = waiting;
    waiting = [];
    if (writes.length > 0) last = Promise.all([last, write(writes)]);
    return last;
  };
  const remove = (one: Write): void => {
    waiting.push(one);
    if (waiting.length >= MAX_CLEANUPS) void flush();
    else timer ??= setTimeout(() => void flush(), CLEANUP_MS);
  };
  return { remove, flush };
}

/** Returns an application as a desk opens it, with 3 KB. */
function createDraft(n: number): StoredRow {
  const application = createApplication(n, 1_000_000);
  const drafted = { state: 'draft', revision: 1, queue: {}, requests: [], outbox: [] };
  const terms = Array.from({ length: 8 }, (_, at) => ({ key: `term-${at}`, value: `value ${at}`, isRequired: true }));
  return Object.assign(application, drafted, { terms });
}

function createSubmission(n: number): object {
  const time = new Date();
  const { content, queue } = createApplication(n % 5 === 0 ? n + 1 : n, 1_000_000);
  const event = { n: 1, time, type: 'cups.intake.v1.ApplicationSubmitted', data: Buffer.alloc(200, n % 256) };
  return {
    $set: { revision: 2, updateTime: time, submitTime: time, state: 'submitted', queue, uncounted: '2026-01-01' },
    $push: {
      outbox: { $each: [event] },
      history: { $each: [{ kind: 'submit', time, actor: 'operators/1', request: `R${n}` }] },
      submissions: { $each: [{ number: 1, time, content }] },
      requests: { $each: [{ key: `S${n}`, time, fingerprint: 'f'.repeat(43) }] },
    },
  };
}

function createDelivery(n: number, application: string): StoredRow {
  const time = new Date();
  const request = { n: 1, time, type: 'md.cups.application.submitted.v1', data: Buffer.alloc(2_500, n % 256) };
  const _id = `${application}-1`;
  return {
    _id,
    application,
    agency: 'asp',
    state: 'queued',
    sent: false,
    revision: 1,
    queueTime: time,
    outbox: [request],
  };
}

function createThread(n: number, _id: string): StoredRow {
  const time = new Date();
  const text = { channel: 'email', language: 'ro', subject: 'Cererea a fost depusă', text: 'ș'.repeat(300) };
  const notice = { id: String(n), kind: 'submitted', state: 'pending', createTime: time, attempts: 0, text };
  return { _id, centre: 'centres/CU-001', revision: 1, lastSeqs: { intake: 1 }, outbox: [], notices: [notice] };
}

/** @param batch maximum number of writes that one command has */
export async function openPairs(database: mongoose.mongo.Db, batch: number): Promise<Pairs> {
  const [applications, deliveries, threads] = ['applications', 'deliveries', 'threads'].map((name) =>
    database.collection<StoredRow>(name),
  ) as [Collection, Collection, Collection];
  await createIndexes(applications as unknown as Applications);
  await deliveries.createIndexes([...COMMON, ...DELIVERIES]);
  await threads.createIndexes([...COMMON]);
  let commands = 0;
  let last = 0;
  const count = (more: number): void => void (commands += more);
  const open = (of: Collection) => {
    const write = createWriter(of, batch, count);
    const alone = (work: Promise<unknown>) => {
      count(1);
      return work;
    };
    return {
      insert: (document: StoredRow) => (batch > 1 ? write({ insertOne: { document } }) : alone(of.insertOne(document))),
      update: (filter: mongoose.mongo.Filter<StoredRow>, update: object) =>
        batch > 1 ? write({ updateOne: { filter, update } }) : alone(of.updateOne(filter, update)),
      ...createCleaner((writes) => alone(of.bulkWrite(writes, { ordered: false }))),
    };
  };
  const [application, delivery, thread] = [open(applications), open(deliveries), open(threads)];
  const find = (of: Collection, filter: object) => {
    count(1);
    return of.findOne(filter as never);
  };
  const $pull = { outbox: { n: { $lte: 1 } } } as never;
  return {
    commands: () => commands,
    close: async () => void (await Promise.all([application, delivery, thread].map(({ flush }) => flush()))),
    async run() {
      const n = (last += 1);
      const draft = createDraft(n);
      const _id = draft._id;
      await application.insert(draft);
      await application.update({ _id, revision: 1 }, createSubmission(n));
      application.remove({ updateOne: { filter: { _id }, update: { $pull } } });
      await find(applications, { _id });
      await delivery.insert(createDelivery(n, _id));
      const $set = { sent: true, sendTime: new Date() };
      delivery.remove({ updateOne: { filter: { _id: `${_id}-1`, state: 'queued' }, update: { $pull, $set } } });
      await find(applications, { _id });
      await find(threads, { _id, centre: 'centres/CU-001' });
      await thread.insert(createThread(n, _id));
      if (n % 3 === 0) await thread.update({ _id, revision: 1 }, { $set: { revision: 2, 'notices.0.state': 'sent' } });
    },
  };
}
