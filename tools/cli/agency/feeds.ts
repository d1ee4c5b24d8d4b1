import { openStores } from '../backup/documents.ts';
import type { KafkaConnection } from './connect.ts';

/** What the systems of agencies that pull have read, and their webhooks, from the store of agency-bridge. */

export interface FeedState {
  /** Time of the last read; absent without one. */
  readTime?: Date;
  /** Messages after the cursor of that read, at most 1,000. */
  unread: number;
  /** When the oldest of them was added; absent without any. */
  oldestUnreadTime?: Date;
  /** Calls of its webhook; absent before the first. */
  webhook?: { callTime?: Date; failures: number; cause?: string; deadTime?: Date };
}

const MAX_UNREAD = 1_000;
/** As agency-bridge stores entries: `<agency>/<position>`, the position with 12 digits. */
const POSITION_DIGITS = 12;

interface Reader {
  _id: string;
  position: number;
  readTime: Date;
}
interface Webhook {
  _id: string;
  callTime?: Date;
  failures: number;
  cause?: string;
  deadTime?: Date;
}

/**
 * Returns the state of the feeds of agencies, by code.
 * @returns undefined when no store is known
 * @throws Error, one sentence, when the store does not respond
 */
async function readFeedStates(
  codes: readonly string[],
  reached: KafkaConnection | undefined,
): Promise<ReadonlyMap<string, FeedState> | undefined> {
  if (!reached?.mongo) return undefined;
  const stores = await openStores({ ...reached.mongo, prefix: reached.prefix });
  try {
    const database = stores.database('agency-bridge');
    const states = new Map<string, FeedState>();
    for (const code of codes) states.set(code, await readFeedState(code, database));
    return states;
  } finally {
    await stores.close();
  }
}

/**
 * As {@link readFeedStates}, for output that is worth reading without the store. Says on the standard error that the store
 * does not respond.
 */
export async function tryReadFeedStates(
  codes: readonly string[],
  reached: KafkaConnection | undefined,
): Promise<ReadonlyMap<string, FeedState> | undefined> {
  try {
    return await readFeedStates(codes, reached);
  } catch (error) {
    console.error(`What these agencies have read is unknown: ${codes.join(', ')}. ${(error as Error).message}`);
    return undefined;
  }
}

type Database = ReturnType<Awaited<ReturnType<typeof openStores>>['database']>;

async function readFeedState(code: string, database: Database): Promise<FeedState> {
  const [reader, webhook] = await Promise.all([
    database.collection<Reader>('agencyReaders').findOne({ _id: code }),
    database.collection<Webhook>('webhooks').findOne({ _id: code }),
  ]);
  const position = String(reader?.position ?? 0).padStart(POSITION_DIGITS, '0');
  const entries = await database
    .collection<{ _id: string; addTime: Date }>('agencyRequests')
    .find({ _id: { $gt: `${code}/${position}`, $lt: `${code}0` } }, { projection: { addTime: 1 } })
    .sort({ _id: 1 })
    .limit(MAX_UNREAD)
    .toArray();
  const [oldest] = entries;
  return {
    ...(reader && { readTime: reader.readTime }),
    unread: entries.length,
    ...(oldest && { oldestUnreadTime: oldest.addTime }),
    ...(webhook && { webhook: toWebhook(webhook) }),
  };
}

const toWebhook = ({ callTime, failures, cause, deadTime }: Webhook): NonNullable<FeedState['webhook']> => ({
  ...(callTime && { callTime }),
  failures,
  ...(cause && { cause }),
  ...(deadTime && { deadTime }),
});

/** Formats a state as lines for `show`. */
export function formatFeedState({ readTime, unread, oldestUnreadTime, webhook }: FeedState): string {
  const since = oldestUnreadTime ? `, the oldest since ${oldestUnreadTime.toISOString()}` : '';
  return [
    `last read: ${readTime?.toISOString() ?? 'never'}`,
    `unread messages: ${unread === MAX_UNREAD ? `at least ${MAX_UNREAD}` : unread}${since}`,
    ...(webhook ? [`webhook: ${formatWebhook(webhook)}`] : []),
  ].join('\n');
}

function formatWebhook({ callTime, failures, cause, deadTime }: NonNullable<FeedState['webhook']>): string {
  const called = `last call ${callTime?.toISOString() ?? 'none'}`;
  if (failures === 0) return `works; ${called}`;
  const failing = `${failures} failed calls in a row (${cause ?? 'unknown cause'}); ${called}`;
  return deadTime ? `dead since ${deadTime.toISOString()}; ${failing}` : failing;
}
