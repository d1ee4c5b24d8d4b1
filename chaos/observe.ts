import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { State } from '@cups/application';
import type { EscalationStep } from '@cups/application/escalation';
import { messageType } from '@cups/contracts/proto';
import { COPY_PATH, fromMessage, parseSubject, topicsOf } from '@cups/agency-contract';
import { AssignerProtocol, Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';
import type { Connection } from 'mongoose';
import { SERVICES } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { readTopics } from './agency.ts';
import type { StoredMessage } from './agency.ts';
import type {
  ChaosRecord,
  ObservedAction,
  ObservedDocument,
  ObservedEvent,
  ObservedProcess,
  ObservedReply,
  ObservedRequest,
  ObservedRevocation,
  SentCopy,
} from './chaos-record.ts';
import { AGENCY_CODES } from './forged-messages.ts';
import { JOURNAL_TOPICS } from './observe-journal.ts';
import { findPersonalData } from './pii-scan.ts';

/** Reads the internal state of a platform: stores, topics, groups, processes and logs. */

const EVENTS = ['cups.applications', 'cups.deliveries', 'cups.documents'] as const;

type SettledState = Pick<
  ChaosRecord,
  'applications' | 'deliveries' | 'threads' | 'documents' | 'revocations' | 'outboxes' | 'parked' | 'groups' | 'readers'
>;

/** Reads the part of the record that is polled until the platform settles. The desks read the copies of submissions. */
export async function observeSettledState({ mongoUri, kafkaBrokers, prefix }: Platform): Promise<SettledState> {
  const connection = await mongoose.createConnection(mongoUri, { serverSelectionTimeoutMS: 5_000 }).asPromise();
  try {
    const stores = await observeStores(connection, prefix);
    return Object.assign(stores, await observeGroups(kafkaBrokers, prefix));
  } finally {
    await connection.close();
  }
}

interface Document {
  _id: string;
  state: string;
  revision: number;
  eventSeq: number;
  lastSeqs?: Record<string, number>;
}
interface ApplicationDocument extends Document {
  state: State;
  agency: string;
  createRequest?: string;
  submissions: { number: number }[];
  documents?: { name: string; state: string; uploadSha256: string; sha256?: string }[];
  history: { kind: string; cause: string; mandate?: string; mandateRevoked?: true; recordTime: Date }[];
  formerAgencies?: { agency: string }[];
  firstSubmission?: { number: number };
  passingOn?: object;
  escalations?: { step: EscalationStep; agency: string; dueDate?: string }[];
}
interface MandateDocument {
  _id: string;
  revocations: { whole: boolean; recordTime: Date }[];
}
interface DeliveryDocument extends Document {
  application: string;
}
interface ThreadDocument extends Document {
  notices: { id: string; state: string; failCause?: string }[];
}

async function observeStores(connection: Connection, prefix: string) {
  const all = <T extends object>(service: string, collection: string, projection: Record<string, 1>) =>
    connection
      .useDb(`${prefix}cups-${service}`)
      .collection<T>(collection)
      .find({}, { projection })
      .toArray() as unknown as Promise<T[]>;
  const own = { state: 1, revision: 1, eventSeq: 1, lastSeqs: 1 } as const;
  const applications = await all<ApplicationDocument>('intake', 'applications', {
    ...own,
    agency: 1,
    createRequest: 1,
    'submissions.number': 1,
    documents: 1,
    history: 1,
    'formerAgencies.agency': 1,
    'firstSubmission.number': 1,
    'passingOn.cause': 1,
    escalations: 1,
  });
  const deliveries = await all<DeliveryDocument>('agency-bridge', 'deliveries', { ...own, application: 1 });
  const threads = await all<ThreadDocument>('notifications', 'threads', { ...own, notices: 1 });
  return {
    applications: applications.map(({ _id, agency, state, revision, eventSeq, lastSeqs, ...one }) => ({
      id: _id,
      agency: codeOf(agency),
      state,
      revision,
      eventSeq,
      createdBy: requestOf(one.createRequest),
      submissions: one.submissions.map(({ number }) => number),
      copies: [],
      documents: (one.documents ?? []).map(({ name, state: known, uploadSha256, sha256 }) =>
        Object.assign({ document: idOf(name), state: known, uploadSha256 }, sha256 && { sha256 }),
      ),
      history: one.history.map(toObservedAction),
      deliverySeq: lastSeqs?.[`deliveries/${_id}-${codeOf(agency)}`] ?? 0,
      formerAgencies: (one.formerAgencies ?? []).map((former) => codeOf(former.agency)),
      firstSubmission: one.firstSubmission?.number ?? 1,
      isUndecided: one.passingOn !== undefined && one.passingOn !== null,
      escalations: (one.escalations ?? []).map(({ step, agency: of, dueDate }) => {
        return { step, agency: codeOf(of), ...(dueDate !== undefined && { dueDate }) };
      }),
    })),
    deliveries: deliveries.map(({ _id, application, state, eventSeq, lastSeqs }) => ({
      id: _id,
      application: application.replace('applications/', ''),
      state,
      eventSeq,
      applicationSeq: lastSeqs?.[application] ?? 0,
    })),
    threads: threads.map(({ _id, lastSeqs, notices }) => ({
      id: _id,
      applicationSeq: lastSeqs?.['applications'] ?? 0,
      notices: notices.map(({ id, state, failCause }) => ({ id, state, ...(failCause ? { cause: failCause } : {}) })),
    })),
    revocations: (await all<MandateDocument>('intake', 'mandates', { revocations: 1 })).flatMap(toObservedRevocations),
    documents: (await all<StoredDocument>('documents', 'documents', STORED_DOCUMENT)).map(toObservedDocument),
    ...(await observeOutboxes(connection, prefix)),
  };
}

const codeOf = (name: string): string => name.replace('agencies/', '');

const toObservedAction = ({ kind, cause, ...row }: ApplicationDocument['history'][number]): ObservedAction =>
  Object.assign({ kind, cause, recordTime: row.recordTime.getTime() }, row.mandate && { mandate: row.mandate }, {
    isMandateRevoked: row.mandateRevoked === true,
  });

/** Returns the first revocation of the whole mandate, as intake knows it. */
const toObservedRevocations = ({ _id, revocations }: MandateDocument): ObservedRevocation[] =>
  revocations
    .filter(({ whole }) => whole)
    .slice(0, 1)
    .map(({ recordTime }) => ({ mandate: `mandates/${_id}`, recordTime: recordTime.getTime() }));

const idOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

interface StoredDocument {
  _id: string;
  purpose: 'evidence' | 'result';
  state: string;
  eventSeq: number;
  createRequest?: string;
  uploadSha256: string;
  content?: { sha256: string };
  refusal?: string;
  deleteTime?: Date;
}
const STORED_DOCUMENT = {
  purpose: 1,
  state: 1,
  eventSeq: 1,
  createRequest: 1,
  uploadSha256: 1,
  'content.sha256': 1,
  refusal: 1,
  deleteTime: 1,
} as const;

const toObservedDocument = ({ _id: id, purpose, state, eventSeq, ...one }: StoredDocument): ObservedDocument =>
  Object.assign(
    { id, purpose, state, eventSeq, createdBy: requestOf(one.createRequest), uploadSha256: one.uploadSha256 },
    { isDeleting: one.deleteTime !== undefined && state !== 'erased' },
    one.content && { sha256: one.content.sha256 },
    one.refusal && { refusal: one.refusal },
  );

/** Returns the request ID in a stored creation. */
const requestOf = (createRequest: string | undefined): string => createRequest?.split('|').at(-1) ?? '';

/** Reads every collection of the platform's databases, so that no list of outboxes can go stale. */
async function observeOutboxes(
  connection: Connection,
  prefix: string,
): Promise<Pick<SettledState, 'outboxes' | 'parked'>> {
  const outboxes: SettledState['outboxes'] = [];
  const parked: string[] = [];
  for (const service of SERVICES) {
    const database = connection.useDb(`${prefix}cups-${service}`);
    for (const { name } of await database.listCollections()) {
      if (name === 'parkedEvents') {
        const found = (await database
          .collection(name)
          .find({ kind: { $ne: 'dropped' } })
          .toArray()) as unknown as { subject: string }[];
        parked.push(...found.map(({ subject }) => `${service} ${subject}`));
        continue;
      }
      const waiting = (await database
        .collection(name)
        .find({ 'outbox.0': { $exists: true } }, { projection: { 'outbox.n': 1, outboxBlocked: 1 } })
        .toArray()) as unknown as { _id: unknown; outbox: unknown[]; outboxBlocked?: unknown }[];
      for (const { _id, outbox, outboxBlocked } of waiting) {
        outboxes.push({
          resource: `${service} ${name}/${String(_id)}`,
          waiting: outbox.length,
          isBlocked: outboxBlocked !== undefined,
        });
      }
    }
  }
  return { outboxes, parked };
}

/** Returns the lag of each group by partition, and the number of groups that read each topic. */
async function observeGroups(brokers: string, prefix: string): Promise<Pick<SettledState, 'groups' | 'readers'>> {
  const kafka = new Kafka({ clientId: 'chaos', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { groups: listed } = await admin.listGroups();
    const names = listed.map(({ groupId }) => groupId).filter((name) => name.startsWith(prefix));
    const described = names.length > 0 ? (await admin.describeGroups(names)).groups : [];
    const groups: SettledState['groups'] = [];
    const readersOf = new Map<string, number>();
    for (const { groupId: group, members } of described) {
      const assigned = new Map<string, number[]>();
      for (const { memberAssignment } of members) {
        const read = memberAssignment.length > 0 ? AssignerProtocol.MemberAssignment.decode(memberAssignment) : null;
        for (const [topic, partitions] of Object.entries(read?.assignment ?? {})) {
          assigned.set(topic, [...(assigned.get(topic) ?? []), ...partitions]);
        }
      }
      for (const [topic, partitions] of assigned) {
        const ends = new Map((await admin.fetchTopicOffsets(topic)).map((one) => [one.partition, Number(one.high)]));
        const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
        for (const partition of partitions) {
          const offset = Number(committed?.partitions.find((one) => one.partition === partition)?.offset ?? -1);
          const lag = (ends.get(partition) ?? 0) - Math.max(0, offset);
          groups.push({ group, topic: topic.slice(prefix.length), partition, lag });
        }
        if (partitions.length === ends.size) readersOf.set(topic, (readersOf.get(topic) ?? 0) + 1);
      }
    }
    const wanted: [string, number][] = [
      ['cups.applications', 3],
      ['cups.deliveries', 1],
      ['cups.documents', 2],
      ['cups.mandates', 1],
      ...JOURNAL_TOPICS.map((topic): [string, number] => [topic, 1]),
      ...AGENCY_CODES.flatMap((code): [string, number][] => [
        [topicsOf(code).requests, 1],
        [topicsOf(code).replies, 1],
      ]),
    ];
    const readers = wanted.map(([topic, count]) => ({
      topic,
      wanted: count,
      groups: readersOf.get(prefix + topic) ?? 0,
    }));
    return { groups, readers };
  } finally {
    await admin.disconnect();
  }
}

/** Reads all topics. Hostile messages do not count as replies. */
export async function observeTopics(
  { kafkaBrokers, prefix }: Platform,
  hostile: readonly string[],
): Promise<Pick<ChaosRecord, 'events' | 'requests' | 'replies' | 'personal'>> {
  const agencyTopics = AGENCY_CODES.flatMap((code) => Object.values(topicsOf(code)));
  const names = [...EVENTS, ...agencyTopics].map((topic) => prefix + topic);
  const messages = await readTopics(kafkaBrokers, names);
  const on = (topic: string) => messages.filter((one) => one.topic === prefix + topic);
  const isHostile = new Set(hostile);
  return {
    events: EVENTS.flatMap((topic) => on(topic).map((message) => parseEvent(topic, message))),
    requests: AGENCY_CODES.flatMap((code) => on(topicsOf(code).requests).flatMap(parseRequest)),
    replies: AGENCY_CODES.flatMap((code) => on(topicsOf(code).replies).flatMap((one) => parseReply(code, one))).filter(
      ({ id }) => !isHostile.has(id),
    ),
    personal: EVENTS.flatMap((topic) => {
      const found = new Set(on(topic).flatMap((message) => findPersonalData(toText(message))));
      return [...found].map((what) => `${topic}: ${what}`);
    }),
  };
}

const header = ({ headers }: StoredMessage, name: string): string => headers[name]?.toString('utf8') ?? '';
const toText = ({ key, value, headers }: StoredMessage): string =>
  [key, value, ...Object.values(headers)].map((bytes) => bytes?.toString('latin1') ?? '').join('\n');

function parseEvent(topic: string, message: StoredMessage): ObservedEvent {
  const type = header(message, 'ce_type');
  const event: ObservedEvent = {
    topic,
    partition: message.partition,
    subject: header(message, 'ce_subject'),
    sequence: Number(header(message, 'ce_sequence')),
    id: header(message, 'ce_id'),
    type: type.slice(type.lastIndexOf('.') + 1),
  };
  if (topic === 'cups.deliveries') {
    const { ref } = messageType<never, { ref: { messageId: string } | null }>(type).decode(message.value!);
    event.messageId = ref?.messageId ?? '';
  }
  return event;
}

/** Returns the submission in a message to an agency; empty for a withdrawal. */
function parseRequest(message: StoredMessage): ObservedRequest[] {
  const read = fromMessage(message);
  if (!read.ok || !('submission' in read.event.data) || !('answers' in read.event.data)) return [];
  const { application, submission, evidence } = read.event.data;
  const { id, time, subject } = read.event;
  const copies = evidence.flatMap(toSentCopy);
  const request = { id, application: idOf(application), delivery: idOf(subject), submission, copies };
  return [Object.assign(request, { time: Date.parse(time) })];
}

interface SentEvidence {
  copy?: string;
  copyState?: string;
  copySha256?: string;
}

const toSentCopy = ({ copy, copyState = '', copySha256 }: SentEvidence): SentCopy[] =>
  copy?.startsWith(COPY_PATH)
    ? [Object.assign({ document: idOf(copy), state: copyState }, copySha256 && { sha256: copySha256 })]
    : [];

/** Returns an agency message that the contract allows and that is about its own delivery. */
function parseReply(code: string, message: StoredMessage): ObservedReply[] {
  const read = fromMessage(message);
  const delivery = read.ok ? parseSubject(read.event.subject) : undefined;
  if (!read.ok || delivery?.agency !== code || read.event.source !== `/agencies/${code}`) return [];
  return [{ id: read.event.id, delivery: delivery.deliveryId, isDecision: 'outcome' in read.event.data }];
}

/** Returns readiness, liveness and stuck consumers of every process. */
export function observeProcesses(platform: Platform): Promise<ObservedProcess[]> {
  return Promise.all(
    SERVICES.map(async (name) => {
      const at = platform.operations(name);
      const get = (path: string) => fetch(at + path, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
      const [ready, lives, metrics] = await Promise.all([get('/readyz'), get('/healthz'), get('/metrics')]);
      const text = (await metrics?.text()) ?? '';
      await Promise.all([ready?.body?.cancel(), lives?.body?.cancel()]);
      const stuck = /^consumer_stuck(?:\{[^}]*\})? [1-9]/m.test(text);
      return { name, ready: ready?.ok === true, lives: lives?.ok === true, stuck };
    }),
  );
}

/** Returns the log files that contain personal data. */
export function observeLogs(dataDir: string): string[] {
  const files = [
    ...readdirSync(join(dataDir, 'logs')).map((name) => join('logs', name)),
    ...readdirSync(dataDir).filter((name) => name.endsWith('.log')),
  ];
  return files.flatMap((file) => {
    const found = new Set(findPersonalData(readFileSync(join(dataDir, file), 'latin1')));
    return [...found].map((what) => `${file}: ${what}`);
  });
}
