import type { AnyDocuments } from '@cups/store';
import type { ServiceStores } from './service-stores.ts';

/**
 * What follows an application: its delivery in agency-bridge and its thread of notices in notifications, each in the
 * service's own database with its indexes.
 */

const BATCH = 500;
/** Agencies of the deliveries, in turn. */
export const AGENCIES = ['asp', 'cnas', 'mec', 'pmd'];
/** One document in this many has a timer, an event in its outbox or both. The others are at rest. */
const ACTIVE_EVERY = 1_000;
/** Fields that the store maintains. */
const MAINTAINED = { schemaVersion: 1, eventSeq: 2, outboxSeq: 2, requests: [] };

/** An application of the benchmark. */
export interface LoadedApplication {
  id: string;
  centre: string;
  time: Date;
}

/** Loads one delivery and one thread for each application. @returns seconds */
export async function loadFollowUps(
  { deliveries, threads }: ServiceStores,
  count: number,
  application: (n: number) => LoadedApplication,
  log: (line: string) => void,
): Promise<number> {
  const started = performance.now();
  for (let n = 0; n < count; n += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - n) }, (_, at) => n + at);
    await insert(deliveries, (one) => createDelivery(one, application(one)), numbers);
    await insert(threads, (one) => createThread(one, application(one)), numbers);
    if (n % 50_000 === 0) log(`${n} of ${count} deliveries and threads …`);
  }
  return (performance.now() - started) / 1_000;
}

const insert = ({ internals }: AnyDocuments, create: (n: number) => object, numbers: number[]) =>
  internals.collection().insertMany(numbers.map(create) as never, { ordered: false });

/** Returns the timer and outbox of a document: one in 1,000 is due in an hour and has an event that is not published. */
function createActivity(n: number, topic: string, { id, time }: LoadedApplication): object {
  if (n % ACTIVE_EVERY > 0) return { outbox: [] };
  const event = {
    n: 2,
    id: `E${n}`,
    topic,
    key: id,
    type: 'bench',
    subject: id,
    sequence: 2,
    time,
    data: Buffer.alloc(150),
  };
  return { outbox: [event], timer: { kind: 'bench', due: new Date(Date.now() + 3_600_000) } };
}

/** One in five has its decision; the others wait for it. */
function createDelivery(n: number, application: LoadedApplication): object {
  const { id, centre, time } = application;
  const agency = AGENCIES[n % AGENCIES.length]!;
  const isAnswered = n % 5 === 0;
  return {
    _id: `${id}-${agency}`,
    application: `applications/${id}`,
    agency,
    centre,
    ...MAINTAINED,
    revision: isAnswered ? 4 : 3,
    createTime: time,
    updateTime: time,
    state: isAnswered ? 'answered' : 'acknowledged',
    sent: true,
    submission: 1,
    requested: 1,
    pending: [],
    messages: [`M${n}`],
    digests: ['0'.repeat(43)],
    queueTime: time,
    sendTime: time,
    submitTime: time,
    acknowledgeTime: time,
    lastRequestTime: time,
    requestTimes: [time],
    lastReplyTime: time,
    lastSeqs: { [`applications/${id}`]: 1 },
    ...(isAnswered ? { answerTime: time } : {}),
    ...createActivity(n, 'cups.deliveries', application),
  };
}

/** One notice in three is an email with its text. */
function createThread(n: number, application: LoadedApplication): object {
  const { id, centre, time } = application;
  const email = {
    emailAddress: `person${n}@example.org`,
    subject: 'Cererea a fost înregistrată',
    text: 'ș'.repeat(600),
  };
  const notice = {
    id: `N${n}`,
    kind: 'submitted',
    eventTime: time,
    createTime: time,
    sendTime: time,
    attempts: 1,
    state: 'sent',
    channel: n % 3 === 0 ? 'email' : 'slip',
    language: 'ro',
    trackingNumber: `T${n}`,
    ...(n % 3 === 0 ? email : {}),
  };
  return {
    _id: id,
    centre,
    notices: [notice],
    ...MAINTAINED,
    revision: 2,
    createTime: time,
    updateTime: time,
    lastSeqs: { [`applications/${id}`]: 1 },
    ...createActivity(n, '', application),
  };
}
