import type { AheadApplication, RequestedSubmission } from './compare.ts';
import type { Stores } from './documents.ts';

/** What a store that is older than Kafka must be told before services work on it. Nobody else writes meanwhile. */

interface Document {
  _id: string;
  state: string;
  eventSeq: number;
}

/**
 * Applications that persons went on with after the backup. Whoever consumes has counted those events, or will; so the next
 * event of the application must have the number after them, or nobody would heed it. A draft that was filed after the backup is
 * taken out: its agency has it as it was filed, and a second filing of it would reach nobody.
 * @returns those that are left, each as it stands now
 */
export async function rollForwardApplications(
  stores: Stores,
  ahead: readonly AheadApplication[],
): Promise<AheadApplication[]> {
  const applications = stores.database('intake').collection<Document>('applications');
  const left: AheadApplication[] = [];
  for (const one of ahead) {
    if (one.kind === 'behind' && one.acts.includes('ApplicationSubmitted')) {
      await applications.deleteOne({ _id: one.application });
      left.push(Object.assign({}, one, { kind: 'missing' }));
      continue;
    }
    if (one.kind === 'behind' && one.acts.length > 0) {
      await applications.updateOne(
        { _id: one.application },
        { $set: { eventSeq: one.sequence }, $inc: { revision: 1 } },
      );
    }
    left.push(one);
  }
  return left;
}

/**
 * Deliveries as far as their agencies have them: what an agency has got is not sent again under another id, and what it has
 * replied is not refused as an answer to nothing. @returns the number of deliveries that were brought forward
 */
export async function rollForwardDeliveries(
  stores: Stores,
  requested: readonly RequestedSubmission[],
): Promise<number> {
  const deliveries = stores.database('agency-bridge').collection('deliveries');
  let count = 0;
  for (const { delivery, application, agency, centre, submission, training, time } of requested) {
    const filter = { _id: delivery as never };
    const found = await deliveries.findOne(filter, { projection: { requested: 1 } });
    if (found && Number(found['requested']) >= submission) continue;
    const isSent = { submission, requested: submission, sent: true, sendTime: time, timer: null };
    count += 1;
    if (found) {
      await deliveries.updateOne(filter, { $set: Object.assign({ pending: [] }, isSent), $inc: { revision: 1 } });
      continue;
    }
    const own = { schemaVersion: 1, revision: 1, eventSeq: 0, outboxSeq: 0, outbox: [], requests: [] };
    const times = { queueTime: time, createTime: time, updateTime: time };
    const fresh = { application, agency, centre, state: 'queued', pending: [], messages: [] };
    const mark = training ? { training } : {};
    await deliveries.insertOne(Object.assign({ _id: delivery as never }, fresh, mark, isSent, own, times));
  }
  return count;
}
