import { randomBytes } from 'node:crypto';
import type mongoose from 'mongoose';
import type { Meter, RawCost } from './meter.ts';

/** An application as intake stores it. */
export type StoredDocument = { _id: string; revision: number } & Record<string, unknown>;
type Update = mongoose.mongo.UpdateFilter<StoredDocument>;
type Copies = mongoose.Collection<StoredDocument>;

export const newId = () => randomBytes(13).toString('hex').toUpperCase();

/**
 * Measures the store on copies of a submitted application: insert a draft, find it, submit it by one conditional update, and empty its
 * outbox.
 * @param topic topic of the outbox entries
 */
export async function measureStore(meter: Meter, copies: Copies, sample: StoredDocument, topic: string) {
  const draft = toDraft(sample);
  const drafts: string[] = [];
  const insert = await meter.run(async () => {
    const _id = newId();
    await copies.insertOne({ ...draft, _id } as unknown as StoredDocument);
    drafts.push(_id);
  });
  let asked = 0;
  const find = await meter.run(() => copies.findOne({ _id: drafts[(asked += 1) % drafts.length]! }));
  await insertSpare(copies, draft, drafts);

  const submit = toSubmitUpdate(sample, topic);
  const submitted: string[] = [];
  const update = await meter.run(async () => {
    const _id = drafts.pop();
    if (_id === undefined) throw new Error('There are more updates than drafts.');
    const { matchedCount } = await copies.updateOne({ _id, revision: 1 }, submit);
    if (matchedCount === 1) submitted.push(_id);
  });
  const pull = await measurePull(meter, copies, submitted);
  return { insert, find, update, pull };
}

/** Returns the application as a draft. */
function toDraft({ submissions: _s, history: _h, requests: _r, dueDate: _d, submitTime: _t, ...rest }: StoredDocument) {
  return { ...rest, revision: 1, state: 'draft', submissions: [], history: [], requests: [], outbox: [] };
}

/** Returns the update that submits a draft. */
function toSubmitUpdate(
  { _id, submissions, history, requests, dueDate, submitTime }: StoredDocument,
  topic: string,
): Update {
  const entry = {
    n: 1,
    id: newId(),
    topic,
    key: _id,
    type: 'cups.intake.v1.ApplicationSubmitted',
    subject: `applications/${_id}`,
    sequence: 1,
    time: new Date(),
    correlationId: newId(),
    causationId: '',
    contentType: 'application/protobuf',
    source: '/cups/intake',
    data: randomBytes(150),
  };
  return {
    $set: { revision: 2, state: 'submitted', updateTime: new Date(), eventSeq: 1, outboxSeq: 1, submitTime, dueDate },
    $push: {
      submissions: (submissions as unknown[])[0],
      history: (history as unknown[]).at(-1),
      requests: (requests as unknown[]).at(-1),
      outbox: entry,
    },
  } as unknown as Update;
}

/** Updates are faster than inserts, so twice as many drafts are added. */
async function insertSpare(copies: Copies, draft: object, drafts: string[]): Promise<void> {
  for (let spare = drafts.length * 2; spare > 0; spare -= 100) {
    const more = Array.from({ length: 100 }, () => ({ ...draft, _id: newId() }) as unknown as StoredDocument);
    await copies.insertMany(more);
    drafts.push(...more.map(({ _id }) => _id));
  }
}

/** As the relay does: the outboxes of many documents in one write, one write at a time. */
function measurePull(meter: Meter, copies: Copies, ids: string[]): Promise<RawCost> {
  const update = { $pull: { outbox: { n: { $lte: 1 } } } } as unknown as Update;
  return meter.runOver(ids, meter.level, (some) =>
    copies.bulkWrite(
      some.map((_id) => ({ updateOne: { filter: { _id }, update } })),
      { ordered: false },
    ),
  );
}
