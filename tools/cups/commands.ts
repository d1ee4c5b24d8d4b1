import { toTimestamp } from '@cups/contracts/proto';
import { ageOf, tableOf } from './show.ts';
import { Refused, sentenceOf, STORED_NAMES } from './services.ts';
import type { Operations, Platform, StoredName } from './services.ts';

/** What the commands do: each gives what it found, and how a person reads it. */

export interface Options {
  service?: string | undefined;
  topic?: string | undefined;
  application?: string | undefined;
  agency?: string | undefined;
  since?: string | undefined;
  why?: string | undefined;
  by: string;
}

export interface Answer {
  /** For programs. */
  found: unknown;
  /** For people. */
  text: string;
  /** What could not be asked, one sentence each. */
  faults?: string[];
}

export type Command = (platform: Platform, names: string[], options: Options) => Promise<Answer>;

/** So much of a list is shown; who needs more narrows it down. */
const SHOWN = 500;
const PAGE = 200;

/** All pages of one list of one service, as far as it is shown. */
async function pagesOf<T>(ask: (pageToken: string) => Promise<{ rows: T[]; nextPageToken: string }>): Promise<T[]> {
  const all: T[] = [];
  for (let token = '', more = true; more && all.length < SHOWN; more = token !== '') {
    const { rows, nextPageToken } = await ask(token);
    all.push(...rows);
    token = nextPageToken;
  }
  return all.slice(0, SHOWN);
}

/** Asks every service, or the one that is named; one that is away keeps nothing of the others from being shown. */
async function everywhere<T>(
  platform: Platform,
  { service }: Options,
  ask: (operations: Operations) => Promise<T[]>,
): Promise<{ rows: (T & { service: StoredName })[]; faults: string[] }> {
  const names = service === undefined ? STORED_NAMES : [nameOf(service)];
  const faults: string[] = [];
  const asked = names.map(async (name) => {
    try {
      return (await ask(platform.at(name))).map((row) => Object.assign({ service: name }, row));
    } catch (error) {
      faults.push(sentenceOf(error, name));
      return [];
    }
  });
  return { rows: (await Promise.all(asked)).flat(), faults };
}

function nameOf(text: string | undefined): StoredName {
  const found = STORED_NAMES.find((name) => name === text);
  if (!found) throw new Refused(`Which service? One of ${STORED_NAMES.join(', ')}${text ? `, not ${text}` : ''}.`);
  return found;
}

/** A topic and a key, as the list shows them: agency.asp.replies/01J…-asp. */
function laneOf(text = ''): { topic: string; key: string } {
  const at = text.indexOf('/');
  if (at < 1) throw new Refused('Which key? Name it as the list shows it: <topic>/<key>.');
  return { topic: text.slice(0, at), key: text.slice(at + 1) };
}

function reasonsOf({ by, why }: Options): { by: string; why: string } {
  if (!why?.trim()) throw new Refused('Say why: --why "…" stands in the log and with the record.');
  return { by, why };
}

/** Partitions in which a consumer stands still: behind them nothing is parked or refused, for nothing is read. */
const stuckList: Command = async (platform, _names, options) => {
  const { rows, faults } = await everywhere(platform, options, async (operations) => {
    return (await operations.listStuckPartitions({ pageSize: PAGE })).partitions;
  });
  const cells = rows.map(({ service, topic, partition, group, unreadCount, stuckTime }) => [
    service,
    `${topic}/${partition}`,
    unreadCount,
    ageOf(stuckTime, Date.now()),
    group,
  ]);
  const table = tableOf(['SERVICE', 'PARTITION', 'UNREAD', 'SINCE', 'GROUP'], cells);
  return { found: rows, text: rows.length > 0 ? table : 'No consumer stands still.', faults };
};

/** A list that also names, for people, the consumers that stand still: what these have not read is in no list. */
const withStuck =
  (list: Command): Command =>
  async (platform, names, options) => {
    const [answer, { found, text }] = await Promise.all([
      list(platform, names, options),
      // What could not be asked, the list says itself.
      stuckList(platform, names, options),
    ]);
    if ((found as unknown[]).length === 0) return answer;
    const words = `A consumer stands still; what it has not read is in no list (runbook: ConsumerStuck):`;
    return { ...answer, text: `${answer.text}\n\n${words}\n${text}` };
  };

const parkedList: Command = async (platform, _names, options) => {
  const { rows, faults } = await everywhere(platform, options, (operations) =>
    pagesOf(async (pageToken) => {
      const { keys, nextPageToken } = await operations.listParkedKeys({ pageSize: PAGE, pageToken });
      return { rows: keys, nextPageToken };
    }),
  );
  const cells = rows.map(({ service, topic, key, cause, detail, count, parkTime, released }) => [
    service,
    `${topic}/${key}`,
    String(count),
    ageOf(parkTime, Date.now()),
    released ? 'released' : cause,
    detail,
  ]);
  const table = tableOf(['SERVICE', 'KEY', 'EVENTS', 'SINCE', 'WHY', 'WHERE'], cells);
  return { found: rows, text: rows.length > 0 ? table : 'Nothing is parked.', faults };
};

const parkedShow: Command = async (platform, [service, lane]) => {
  const { parked, events } = await platform.at(nameOf(service)).getParkedKey(laneOf(lane));
  const cells = events.map(({ id, type, sequence, cause, failures, parkTime, droppedBy, dropWhy }) => [
    id,
    type,
    sequence > 0 ? String(sequence) : '',
    ageOf(parkTime, Date.now()),
    droppedBy === '' ? cause : `dropped by ${droppedBy}`,
    droppedBy === '' ? `${failures} failures` : dropWhy,
  ]);
  const head = parked ? `${parked.subject}: ${parked.count} wait, ${parked.cause} ${parked.detail}` : '';
  return {
    found: { parked, events },
    text: `${head}\n${tableOf(['EVENT', 'TYPE', 'NUMBER', 'SINCE', 'WHY', ''], cells)}`,
  };
};

const parkedRelease: Command = async (platform, [service, lane], options) => {
  const reasons = reasonsOf(options);
  const found = await platform.at(nameOf(service)).releaseParkedKey(Object.assign(laneOf(lane), reasons));
  return { found, text: `${found.count} events go on, in order, within seconds; what fails again stays parked.` };
};

const parkedDrop: Command = async (platform, [service, id = ''], options) => {
  const reasons = reasonsOf(options);
  await platform.at(nameOf(service)).dropParkedEvent(Object.assign({ id }, reasons));
  const text = 'It will not be applied. Release its key, and what waits behind it goes on.';
  return { found: { id }, text };
};

const outboxesList: Command = async (platform, _names, options) => {
  const { rows, faults } = await everywhere(platform, options, async (operations) => {
    return (await operations.listBlockedOutboxes({ pageSize: PAGE })).outboxes;
  });
  const cells = rows.map(({ service, collection, id, cause, count, blockTime }) => [
    service,
    `${collection}/${id}`,
    String(count),
    ageOf(blockTime, Date.now()),
    cause,
  ]);
  const table = tableOf(['SERVICE', 'DOCUMENT', 'EVENTS', 'SINCE', 'WHY'], cells);
  return { found: rows, text: rows.length > 0 ? table : 'No outbox is blocked.', faults };
};

const outboxesUnblock: Command = async (platform, [service, document = ''], options) => {
  const at = document.indexOf('/');
  if (at < 1) throw new Refused('Which document? Name it as the list shows it: <collection>/<id>.');
  const place = { collection: document.slice(0, at), id: document.slice(at + 1) };
  await platform.at(nameOf(service)).unblockOutbox(Object.assign(place, reasonsOf(options)));
  return { found: place, text: 'Its events are sent again, in order. What Kafka refuses once more blocks it again.' };
};

const refusedList: Command = async (platform, _names, options) => {
  const { topic = '' } = options;
  const { rows, faults } = await everywhere(platform, options, (operations) =>
    pagesOf(async (pageToken) => {
      const { refusals, nextPageToken } = await operations.listRefusals({ topic, pageSize: PAGE, pageToken });
      return { rows: refusals, nextPageToken };
    }),
  );
  const cells = rows.map((one) => [
    one.service,
    `${one.topic}/${one.partition}`,
    one.firstOffset === one.lastOffset ? one.firstOffset : `${one.firstOffset}..${one.lastOffset}`,
    one.count,
    ageOf(one.lastTime, Date.now()),
    one.cause,
    one.fields.join(' '),
  ]);
  const table = tableOf(['SERVICE', 'PARTITION', 'OFFSETS', 'COUNT', 'LAST', 'CAUSE', 'FIELDS'], cells);
  return { found: rows, text: rows.length > 0 ? table : 'Nothing was refused.', faults };
};

const redrive: Command = async (platform, [name = ''], options) => {
  const asked = Object.assign({ name }, reasonsOf(options));
  const found = await platform.at('agency-bridge').redriveDelivery(asked);
  return { found, text: `Submission ${found.submissions.join(', ')} is fetched and sent.` };
};

const replay: Command = async (platform, _names, options) => {
  const { application, agency, since } = options;
  const reasons = reasonsOf(options);
  if ((application === undefined) === (agency === undefined || since === undefined)) {
    throw new Refused('Name --application <id>, or --agency <code> with --since <time>.');
  }
  const time = since === undefined ? undefined : new Date(since);
  if (time && Number.isNaN(time.getTime())) throw new Refused('--since: a time such as 2026-03-02T08:00:00Z.');
  const asked = application
    ? { application: within('applications', application) }
    : { agency: within('agencies', agency ?? ''), since: toTimestamp(time) };
  const deliveries: string[] = [];
  let pageToken = '';
  do {
    const page = await platform.at('agency-bridge').replayDeliveries(Object.assign({ pageToken }, asked, reasons));
    deliveries.push(...page.deliveries);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  const text =
    deliveries.length > 0
      ? `Sent again, each under the ids it had: ${deliveries.length} deliveries.`
      : 'Nothing was to be sent again: the agency has nothing of it, or it is under way.';
  return { found: { deliveries }, text };
};

/** A code or id, whether it is written as the name of a resource or not. */
const within = (collection: string, text: string): string =>
  text.startsWith(`${collection}/`) ? text : `${collection}/${text}`;

interface Row {
  run: Command;
  /** Names that it takes, as the help shows them. */
  names: string[];
  /** Options that it reads, beside those of all. */
  reads: readonly (keyof Options)[];
}

/** Every command by its words. */
export const COMMANDS: Readonly<Record<string, Row>> = {
  'stuck list': { run: stuckList, names: [], reads: ['service'] },
  'parked list': { run: withStuck(parkedList), names: [], reads: ['service'] },
  'parked show': { run: parkedShow, names: ['service', 'topic/key'], reads: [] },
  'parked release': { run: parkedRelease, names: ['service', 'topic/key'], reads: ['why'] },
  'parked drop': { run: parkedDrop, names: ['service', 'event'], reads: ['why'] },
  'outboxes list': { run: withStuck(outboxesList), names: [], reads: ['service'] },
  'outboxes unblock': { run: outboxesUnblock, names: ['service', 'collection/id'], reads: ['why'] },
  'refused list': { run: withStuck(refusedList), names: [], reads: ['service', 'topic'] },
  'deliveries redrive': { run: redrive, names: ['deliveries/…'], reads: ['why'] },
  replay: { run: replay, names: [], reads: ['application', 'agency', 'since', 'why'] },
};
