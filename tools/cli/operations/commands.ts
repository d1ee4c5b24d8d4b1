import { toTimestamp } from '@cups/contracts/proto';
import { formatError, UsageError } from '../errors.ts';
import { formatAge, formatTable } from '../format-table.ts';
import { toResourceName } from '../resource-names.ts';
import { STORE_SERVICES } from '../platform-client.ts';
import type { OperationsClient, PlatformClient, StoreServiceName } from '../platform-client.ts';

/** The commands. Each returns its result as data and as text. */

export interface CommandOptions {
  service?: string | undefined;
  topic?: string | undefined;
  application?: string | undefined;
  agency?: string | undefined;
  since?: string | undefined;
  reason?: string | undefined;
  verify?: boolean | undefined;
  erase?: boolean | undefined;
  /** Folder of the journal. */
  journal?: string | undefined;
  /** Data of the local platform. */
  data?: string | undefined;
  actor: string;
}

export interface CommandOutput {
  /** JSON result. */
  found: unknown;
  /** Text result. */
  text: string;
  /** Failed reads, one sentence each. */
  faults?: string[];
}

export type Command = (platform: PlatformClient, names: string[], options: CommandOptions) => Promise<CommandOutput>;

/** Maximum number of rows in a list. */
const MAX_ROWS = 500;
export const PAGE_SIZE = 200;

/** Reads page after page. */
export async function* readPages<Page extends { nextPageToken: string }>(
  ask: (pageToken: string) => Promise<Page>,
): AsyncGenerator<Page> {
  for (let token = '', more = true; more; more = token !== '') {
    const page = await ask(token);
    yield page;
    token = page.nextPageToken;
  }
}

/** Reads the pages of one service's list, up to the maximum. */
export async function readAllPages<T>(
  ask: (pageToken: string) => Promise<{ rows: T[]; nextPageToken: string }>,
): Promise<T[]> {
  const all: T[] = [];
  for await (const { rows } of readPages(ask)) {
    all.push(...rows);
    if (all.length >= MAX_ROWS) break;
  }
  return all.slice(0, MAX_ROWS);
}

/** Reads from every service, or one by name. An unavailable service does not hide the results of the others. */
async function askAllServices<T>(
  platform: PlatformClient,
  { service }: CommandOptions,
  ask: (operations: OperationsClient) => Promise<T[]>,
): Promise<{ rows: (T & { service: StoreServiceName })[]; faults: string[] }> {
  const names = service === undefined ? STORE_SERVICES : [parseServiceName(service)];
  const faults: string[] = [];
  const asked = names.map(async (name) => {
    try {
      return (await ask(platform.operations(name))).map((row) => Object.assign({ service: name }, row));
    } catch (error) {
      faults.push(formatError(error, name));
      return [];
    }
  });
  return { rows: (await Promise.all(asked)).flat(), faults };
}

function parseServiceName(text: string | undefined): StoreServiceName {
  const found = STORE_SERVICES.find((name) => name === text);
  if (!found) throw new UsageError(`Name a service: ${STORE_SERVICES.join(', ')}${text ? `, not ${text}` : ''}.`);
  return found;
}

/** Parses a topic and key as the list shows them: agency.asp.replies/01J…-asp. */
function parseLane(text = ''): { topic: string; key: string } {
  const at = text.indexOf('/');
  if (at < 1) throw new UsageError('Name a key as the list shows it: <topic>/<key>.');
  return { topic: text.slice(0, at), key: text.slice(at + 1) };
}

function requireReason({ actor, reason }: CommandOptions): { actor: string; reason: string } {
  if (!reason?.trim()) throw new UsageError('Give a reason: --reason "…" is stored in the log and with the record.');
  return { actor, reason };
}

/** Lists partitions with a stuck consumer: it reads nothing, so nothing behind it is parked or refused. */
export const stuckList: Command = async (platform, _names, options) => {
  const { rows, faults } = await askAllServices(platform, options, async (operations) => {
    return (await operations.listStuckPartitions({ pageSize: PAGE_SIZE })).partitions;
  });
  const cells = rows.map(({ service, topic, partition, group, unreadCount, stuckTime }) => [
    service,
    `${topic}/${partition}`,
    unreadCount,
    formatAge(stuckTime, Date.now()),
    group,
  ]);
  const table = formatTable(['SERVICE', 'PARTITION', 'UNREAD', 'SINCE', 'GROUP'], cells);
  return { found: rows, text: rows.length > 0 ? table : 'No consumer is stuck.', faults };
};

/** Adds the stuck consumers to a list, since their unread messages are in no list. */
const withStuck =
  (list: Command): Command =>
  async (platform, names, options) => {
    const [answer, { found, text }] = await Promise.all([
      list(platform, names, options),
      // The list itself reports failed reads.
      stuckList(platform, names, options),
    ]);
    if ((found as unknown[]).length === 0) return answer;
    const words = `A consumer is stuck; its unread messages are in no list (runbook: ConsumerStuck):`;
    return { ...answer, text: `${answer.text}\n\n${words}\n${text}` };
  };

const listParked: Command = async (platform, _names, options) => {
  const { rows, faults } = await askAllServices(platform, options, (operations) =>
    readAllPages(async (pageToken) => {
      const { keys, nextPageToken } = await operations.listParkedKeys({ pageSize: PAGE_SIZE, pageToken });
      return { rows: keys, nextPageToken };
    }),
  );
  const cells = rows.map(({ service, topic, key, cause, detail, count, parkTime, released }) => [
    service,
    `${topic}/${key}`,
    String(count),
    formatAge(parkTime, Date.now()),
    released ? 'released' : cause,
    detail,
  ]);
  const table = formatTable(['SERVICE', 'KEY', 'EVENTS', 'SINCE', 'WHY', 'WHERE'], cells);
  return { found: rows, text: rows.length > 0 ? table : 'Nothing is parked.', faults };
};

export const parkedShow: Command = async (platform, [service, lane]) => {
  const { parked, events } = await platform.operations(parseServiceName(service)).getParkedKey(parseLane(lane));
  const cells = events.map(({ id, type, sequence, cause, failures, parkTime, droppedBy, dropReason }) => [
    id,
    type,
    sequence > 0 ? String(sequence) : '',
    formatAge(parkTime, Date.now()),
    droppedBy === '' ? cause : `dropped by ${droppedBy}`,
    droppedBy === '' ? `${failures} failures` : dropReason,
  ]);
  const head = parked ? `${parked.subject}: ${parked.count} wait, ${parked.cause} ${parked.detail}` : '';
  return {
    found: { parked, events },
    text: `${head}\n${formatTable(['EVENT', 'TYPE', 'NUMBER', 'SINCE', 'WHY', ''], cells)}`,
  };
};

export const parkedRelease: Command = async (platform, [service, lane], options) => {
  const reasons = requireReason(options);
  const found = await platform
    .operations(parseServiceName(service))
    .releaseParkedKey(Object.assign(parseLane(lane), reasons));
  return { found, text: `${found.count} events are handled in order within seconds. A failed one stays parked.` };
};

export const parkedDrop: Command = async (platform, [service, id = ''], options) => {
  const reasons = requireReason(options);
  await platform.operations(parseServiceName(service)).dropParkedEvent(Object.assign({ id }, reasons));
  const text = 'The event is dropped. Release its key to handle the events behind it.';
  return { found: { id }, text };
};

const listOutboxes: Command = async (platform, _names, options) => {
  const { rows, faults } = await askAllServices(platform, options, async (operations) => {
    return (await operations.listBlockedOutboxes({ pageSize: PAGE_SIZE })).outboxes;
  });
  const cells = rows.map(({ service, collection, id, cause, count, blockTime }) => [
    service,
    `${collection}/${id}`,
    String(count),
    formatAge(blockTime, Date.now()),
    cause,
  ]);
  const table = formatTable(['SERVICE', 'DOCUMENT', 'EVENTS', 'SINCE', 'WHY'], cells);
  return { found: rows, text: rows.length > 0 ? table : 'No outbox is blocked.', faults };
};

export const outboxUnblock: Command = async (platform, [service, document = ''], options) => {
  const at = document.indexOf('/');
  if (at < 1) throw new UsageError('Name a document as the list shows it: <collection>/<id>.');
  const place = { collection: document.slice(0, at), id: document.slice(at + 1) };
  await platform.operations(parseServiceName(service)).unblockOutbox(Object.assign(place, requireReason(options)));
  return {
    found: place,
    text: 'Its events are sent again, in order. If Kafka rejects one again, the document is blocked again.',
  };
};

const listRefused: Command = async (platform, _names, options) => {
  const { topic = '' } = options;
  const { rows, faults } = await askAllServices(platform, options, (operations) =>
    readAllPages(async (pageToken) => {
      const { refusals, nextPageToken } = await operations.listRefusals({ topic, pageSize: PAGE_SIZE, pageToken });
      return { rows: refusals, nextPageToken };
    }),
  );
  const cells = rows.map((one) => [
    one.service,
    `${one.topic}/${one.partition}`,
    one.firstOffset === one.lastOffset ? one.firstOffset : `${one.firstOffset}..${one.lastOffset}`,
    one.count,
    formatAge(one.lastTime, Date.now()),
    one.cause,
    one.fields.join(' '),
  ]);
  const table = formatTable(['SERVICE', 'PARTITION', 'OFFSETS', 'COUNT', 'LAST', 'CAUSE', 'FIELDS'], cells);
  return { found: rows, text: rows.length > 0 ? table : 'No message was refused.', faults };
};

export const redrive: Command = async (platform, [name = ''], options) => {
  const asked = Object.assign({ name }, requireReason(options));
  const found = await platform.operations('agency-bridge').redriveDelivery(asked);
  return { found, text: `Submission ${found.submissions.join(', ')} is fetched and sent.` };
};

export const replay: Command = async (platform, _names, options) => {
  const { application, agency, since } = options;
  const reasons = requireReason(options);
  if ((application === undefined) === (agency === undefined || since === undefined)) {
    throw new UsageError('Name --application <id>, or --agency <code> with --since <time>.');
  }
  const time = since === undefined ? undefined : new Date(since);
  if (time && Number.isNaN(time.getTime())) throw new UsageError('--since: a time such as 2026-03-02T08:00:00Z.');
  const asked = application
    ? { application: toResourceName('applications', application) }
    : { agency: toResourceName('agencies', agency ?? ''), since: toTimestamp(time) };
  const deliveries: string[] = [];
  let pageToken = '';
  do {
    const page = await platform
      .operations('agency-bridge')
      .replayDeliveries(Object.assign({ pageToken }, asked, reasons));
    deliveries.push(...page.deliveries);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  const text =
    deliveries.length > 0
      ? `Resent with the same IDs: ${deliveries.length} deliveries.`
      : 'Nothing to resend: the agency has received nothing, or a delivery is in progress.';
  return { found: { deliveries }, text };
};

export const parkedList = withStuck(listParked);
export const outboxList = withStuck(listOutboxes);
export const refusedList = withStuck(listRefused);
