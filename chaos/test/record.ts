import { ESCALATION_STEPS } from '@cups/application/escalation';
import type { State } from '@cups/application';
import type {
  ChaosRecord,
  DocumentReference,
  ObservedApplication,
  ObservedEvent,
  ObservedUpload,
  SentCopy,
} from '../chaos-record.ts';

/** What happens to one application of a record. */
export interface ApplicationHistory {
  id: string;
  agency: string;
  /** Submissions, the first one included; 0 for a draft. */
  submissions: number;
  end: 'open' | 'decided' | 'withdrawn';
  /** Duplicate events in Kafka: index of the first one, and their number. */
  repeatFrom: number;
  repeated: number;
  /** Whether each submission names a scan. @default false */
  hasCopies?: boolean;
  /** Agency that had it first and passed it on. @default none */
  formerAgency?: string;
  /** Whether the agency is silent until the last step of its clock. @default false */
  isEscalated?: boolean;
}

/** How the agencies of a record work. */
const CHANNELS: Readonly<Record<string, string>> = { asp: 'kafka', cnas: 'kafka', arhiva: 'pull', social: 'page' };

/** Creates a record without violations. */
export function createValidRecord(courses: readonly ApplicationHistory[]): ChaosRecord {
  const record: ChaosRecord = {
    acknowledged: [],
    repeats: [],
    atDesk: [],
    applications: [],
    deliveries: [],
    threads: [],
    uploads: [],
    documents: [],
    orphans: [],
    events: [],
    journal: { entries: [], events: [], streams: [], checkpoints: [], findings: [] },
    revocations: [],
    requests: [],
    replies: [],
    feeds: [],
    channels: CHANNELS,
    elapsed: [],
    hostile: ['hostile-1'],
    outboxes: [],
    parked: [],
    groups: [
      { group: 'agency-bridge', topic: 'cups.applications', partition: 0, lag: 0 },
      { group: 'notifications', topic: 'cups.applications', partition: 0, lag: 0 },
    ],
    readers: [{ topic: 'cups.applications', wanted: 2, groups: 2 }],
    processes: [{ name: 'intake', ready: true, lives: true, stuck: false }],
    endedByThemselves: [],
    personal: [],
    refused: [],
    raw: [],
  };
  for (const course of courses) addApplication(course, record);
  addUpload(record, { key: 'refused', application: 'ANY', refusal: 'PDF_SCRIPT' });
  addJournal(record);
  return record;
}

/** Adds the entries of every history, and two checkpoints. */
function addJournal({ applications, journal }: ChaosRecord): void {
  for (const { id, history } of applications) {
    const stream = { source: 'intake', subject: `applications/${id}` };
    const entries = ['open', ...history].map((_, n) => ({ ...stream, sequence: n + 1, id: `${id}-entry-${n + 1}` }));
    journal.entries.push(...entries);
    journal.events.push(...entries);
    journal.streams.push({ ...stream, lastSequence: entries.length });
  }
  const { length } = journal.entries;
  for (const size of [1, length, length]) journal.checkpoints.push({ size, root: `root-${size}`, isSigned: true });
}

/** Adds an acknowledged upload with its document. */
function addUpload(
  record: ChaosRecord,
  { key, application, refusal }: Pick<ObservedUpload, 'key' | 'application' | 'refusal'>,
): DocumentReference {
  const document = `DOCUMENT-${key}`;
  const uploadSha256 = `sha-of-${key}`;
  const upload = { key, application, documents: [document], isAcknowledged: true, regressions: [], uploadSha256 };
  const isUnchanged = refusal === undefined;
  const state = isUnchanged ? 'ready' : 'refused';
  const content = isUnchanged ? { sha256: uploadSha256 } : { refusal: refusal! };
  const read = isUnchanged ? { contentSha256: uploadSha256 } : { refusal: refusal! };
  record.uploads.push({ ...upload, isUnchanged, isAttached: isUnchanged, isRemoved: false, ...read });
  record.documents.push({
    id: document,
    purpose: 'evidence',
    state,
    eventSeq: 1,
    createdBy: key,
    uploadSha256,
    isDeleting: false,
    ...content,
  });
  const type = isUnchanged ? 'DocumentChecked' : 'DocumentRefused';
  record.events.push(eventOf('cups.documents', `documents/${document}`, 1, type));
  return { document, state, uploadSha256, sha256: uploadSha256 };
}

function addApplication(course: ApplicationHistory, record: ChaosRecord): void {
  const { id, agency, submissions, end, hasCopies = false, formerAgency, isEscalated = false } = course;
  const delivery = `${id}-${agency}`;
  const app: ObservedApplication = {
    id,
    agency,
    state: 'draft',
    revision: 1,
    eventSeq: 0,
    createdBy: `${id}-create`,
    submissions: [],
    copies: [],
    documents: [],
    history: [],
    deliverySeq: 0,
    formerAgencies: formerAgency === undefined ? [] : [formerAgency],
    escalations: [],
  };
  const events: ObservedEvent[] = [];
  const answers: ObservedEvent[] = [];
  const acknowledge = (action: 'create' | 'submit' | 'supply-documents' | 'withdraw', nth = '') => {
    const requestId = `${id}-${action}${nth}`;
    const { revision, state } = app;
    record.acknowledged.push({ application: id, action, requestId, revision, state });
    record.repeats.push({ application: id, action, requestId, answer: 'replayed' });
    if (action !== 'create') app.history.push({ kind: action, cause: requestId });
  };
  const tell = (type: string, state: State) => {
    app.state = state;
    app.revision += 1;
    app.eventSeq += 1;
    const sequence = app.eventSeq;
    events.push(eventOf('cups.applications', `applications/${id}`, sequence, type));
  };
  const reply = (type: string, isDecision: boolean) => {
    const messageId = `${id}-reply-${answers.length + 1}`;
    app.deliverySeq += 1;
    record.replies.push({ id: messageId, delivery, isDecision });
    const event = eventOf('cups.deliveries', `deliveries/${delivery}`, app.deliverySeq, type);
    answers.push({ ...event, messageId });
  };

  acknowledge('create');
  for (let number = 1; number <= submissions; number += 1) {
    if (number > 1) {
      reply('DeliveryDocumentsRequested', false);
      tell('DocumentsRequested', 'documents-requested');
    }
    tell(number === 1 ? 'ApplicationSubmitted' : 'DocumentsSupplied', number === 1 ? 'submitted' : 'in-progress');
    app.submissions.push(number);
    acknowledge(number === 1 ? 'submit' : 'supply-documents', String(number));
    const copies = hasCopies ? [freezeCopy(record, app, number)] : [];
    if (number === 1 && formerAgency !== undefined) {
      addRequest(record, { id, agency: formerAgency, number, copies });
      passOn(record, id, formerAgency);
      tell('ApplicationPassedOn', 'submitted');
    }
    addRequest(record, { id, agency, number, copies });
  }
  if (isEscalated) escalate(record, app, () => tell('ApplicationEscalated', app.state));
  if (end === 'decided' && submissions > 0) {
    reply('DeliveryDecided', true);
    tell('ApplicationDecided', 'ready');
  }
  if (end === 'withdrawn') {
    tell('ApplicationWithdrawn', 'withdrawn');
    acknowledge('withdraw');
  }
  addOutcome(course, record, app, events, answers);
}

/** Fires all steps of the clock of a silent agency. */
function escalate(
  { elapsed }: ChaosRecord,
  { id, agency, escalations, history }: ObservedApplication,
  tell: () => void,
) {
  elapsed.push(id);
  for (const step of ESCALATION_STEPS) {
    escalations!.push({ step, agency });
    history.push({ kind: 'agency-escalation', cause: `timer:${step}:${agency}` });
    tell();
  }
}

/** Adds a submission to the topic or to the feed of an agency. A page receives none. */
function addRequest(
  { requests, feeds }: ChaosRecord,
  { id, agency, number, copies }: { id: string; agency: string; number: number; copies: SentCopy[] },
): void {
  const delivery = `${id}-${agency}`;
  const request = { id: `${delivery}-request-${number}`, application: id, delivery, submission: number, time: SENT };
  if (CHANNELS[agency] === 'page') return;
  if (CHANNELS[agency] === 'kafka') return void requests.push({ ...request, copies });
  requests.push(request);
  const position = feeds.filter((entry) => entry.agency === agency).length + 1;
  feeds.push({ agency, position, key: `deliveries/${delivery}/${number}` });
}

/** Ends the delivery of an agency that passes the application on. */
function passOn({ deliveries, events, replies }: ChaosRecord, application: string, agency: string): void {
  const id = `${application}-${agency}`;
  const messageId = `${id}-passed-on`;
  replies.push({ id: messageId, delivery: id, isDecision: false });
  events.push({ ...eventOf('cups.deliveries', `deliveries/${id}`, 1, 'DeliveryPassedOn'), messageId });
  deliveries.push({ id, application, state: 'cancelled', eventSeq: 1, applicationSeq: 1 });
}

const FILED = Date.parse('2026-01-05T08:00:00Z');
const SENT = FILED + 2_000;

/** Adds a scan to a submission. @returns what its agency receives */
function freezeCopy(record: ChaosRecord, app: ObservedApplication, submission: number): SentCopy {
  const reference = addUpload(record, { key: `${app.id}-scan-${submission}`, application: app.id });
  const { document, uploadSha256 } = reference;
  app.documents.push(reference);
  app.copies.push({ submission, fileTime: FILED, document, uploadSha256 });
  return { document, state: 'available', sha256: uploadSha256 };
}

/** Adds what the other services store, with the duplicates of its events. */
function addOutcome(
  { id, agency, submissions, repeatFrom, repeated }: ApplicationHistory,
  record: ChaosRecord,
  app: ObservedApplication,
  events: ObservedEvent[],
  answers: ObservedEvent[],
): void {
  const { state, revision, eventSeq, deliverySeq } = app;
  const again = repeatFrom % (events.length + 1);
  record.applications.push(app);
  record.atDesk.push({ id, state, revision });
  record.events.push(...events, ...events.slice(again, again + repeated), ...answers, ...answers.slice(-repeated));
  if (submissions > 0) {
    const sent = state === 'withdrawn' ? 'cancelled' : state === 'ready' ? 'answered' : 'acknowledged';
    record.deliveries.push({
      id: `${id}-${agency}`,
      application: id,
      state: sent,
      eventSeq: deliverySeq,
      applicationSeq: eventSeq,
    });
  }
  const told = /Submitted|DocumentsRequested|Decided|Withdrawn/;
  if (eventSeq > 0) {
    const telling = events.filter(({ type }) => told.test(type) && submissions > 0);
    const notices = telling.map(({ sequence }) => ({ id: `${id}-${sequence}`, state: 'sent' }));
    record.threads.push({ id, applicationSeq: eventSeq, notices });
  }
}

function eventOf(topic: string, subject: string, sequence: number, type: string): ObservedEvent {
  return { topic, partition: 0, subject, sequence, id: `${subject}#${sequence}`, type };
}
