import type { AheadApplication, RequestedSubmission } from './compare.ts';
import type { Stores } from './documents.ts';

/** Updates a restored store that is older than Kafka, before its services start. No other process may write. */

interface Document {
  _id: string;
  state: string;
  eventSeq: number;
}

/**
 * Advances the sequence of applications that changed after the backup, since consumers would ignore a reused sequence.
 * Deletes drafts that were submitted after the backup: the agency has the submission, and a second one would be ignored.
 * @returns the remaining applications, each with its current state
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
 * Advances deliveries to what their agencies have received, so that nothing is sent again under another ID and no reply is
 * refused as unmatched. @returns the number of deliveries that changed
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
