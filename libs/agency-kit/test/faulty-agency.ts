import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import {
  fromMessage,
  isReplyType,
  REPLY_TYPES,
  REQUEST_TYPES,
  sourceOf,
  toMessage,
  topicsOf,
} from '@cups/agency-contract';
import type { ApplicationSubmitted, ReplyEvent, ReplyType, RequestEvent, Result } from '@cups/agency-contract';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { CompressionTypes } from 'kafkajs';
import { ulid } from 'ulid';
import type { AgencyApi } from '../src/http/agency-api.ts';
import type { Sandbox } from '../src/sandbox/sandbox.ts';

/** Fault of an agency's system. */
export type AgencyFault =
  /** No fault. */
  | 'none'
  /** Processes duplicate messages again. */
  | 'no-deduplication'
  /** Decides withdrawn applications. */
  | 'ignores-withdrawal'
  /** Uses another hash than murmur2, the default of some clients. */
  | 'wrong-partitioner'
  /** Uses the application as the key of replies. */
  | 'wrong-key'
  /** Rejects unknown properties. */
  | 'strict-schema'
  /** Consumes requests without replying. */
  | 'silent'
  /** Rejects with a blank reason. */
  | 'blank-reason'
  /** Requests one document before each decision, which is allowed. */
  | 'requests-documents'
  /** Omits ce_correlationid. */
  | 'no-correlation'
  /** Acknowledges again when it is reminded. */
  | 'answers-reminders'
  /** Closes the case when it is reminded. */
  | 'ends-when-reminded'
  /** Replies to the first request after documents were supplied. */
  | 'stale-causation'
  /** Acknowledges each submission as the first. */
  | 'constant-submission'
  /** Uses the IDNP as agencyReference. */
  | 'idnp-reference'
  /** Starts its ce_id with the IDNP. */
  | 'idnp-id'
  /** Drops requests over 100 KB. */
  | 'size-limit'
  /** Fetches copies without comparing their digest. */
  | 'trusts-copies'
  /** Names a result document that it has not uploaded. */
  | 'invents-documents'
  /** Commits a request before processing it, so that a crash loses it. */
  | 'commits-first';

/** Where an agency finds the broker, and its credentials. */
export type Access = { agency: string; brokers: string; caFile: string; passwordFile: string };

const accessOf = ({ file, filesOf }: Sandbox, agency: string): Access => ({
  agency,
  brokers: file.brokers,
  caFile: file.ca,
  passwordFile: filesOf(agency).password,
});

const connect = ({ agency, brokers, caFile, passwordFile }: Access): Kafka =>
  new Kafka({
    clientId: agency,
    brokers: [brokers],
    ssl: { ca: readFileSync(caFile, 'utf8') },
    sasl: {
      mechanism: 'scram-sha-512',
      username: `agency.${agency}`,
      password: readFileSync(passwordFile, 'utf8').trim(),
    },
    logLevel: logLevel.NOTHING,
  });

/** Returns a client signed in as an agency. */
export const kafkaOf = (sandbox: Sandbox, agency: string): Kafka => connect(accessOf(sandbox, agency));

const WORK_MS = 300;
/** Time to store a case, for `commits-first`: most of a burst, so that a crash at any time of it loses a case. */
const EFFECT_MS = 200;
const DAY_MS = 86_400_000;
/** Faults of systems that read another message before they decide. */
const SLOW_FAULTS: AgencyFault[] = ['ignores-withdrawal', 'ends-when-reminded'];
/** Faults of systems that request documents if there is no evidence. */
const ASKING_FAULTS: AgencyFault[] = ['stale-causation', 'constant-submission'];

/**
 * @param agency agency code, by default the fault
 * @param compression of replies; none by default
 * @param api fetches copies and uploads results; by default the system does neither
 */
export type FaultyOptions = { agency?: string; compression?: CompressionTypes; api?: AgencyApi };

/**
 * Starts an agency's system with a fault in this process.
 * @returns a function that stops it
 */
export const startFaultyAgency = (
  sandbox: Sandbox,
  fault: AgencyFault,
  { agency = fault, ...options }: FaultyOptions = {},
): Promise<() => Promise<void>> => runFaulty(accessOf(sandbox, agency), fault, options);

/** Fetches the copies of a request. @returns whether the agency may decide */
async function areCopiesIntact(api: AgencyApi, { data }: RequestEvent, fault: AgencyFault): Promise<boolean> {
  const { evidence } = data as ApplicationSubmitted;
  const fetched = evidence.flatMap(({ copy, copyState, copySha256 }) =>
    copy && copyState === 'available' ? [api.fetchCopy(copy, copySha256)] : [],
  );
  const outcomes = await Promise.allSettled(fetched);
  return fault === 'trusts-copies' || outcomes.every(({ status }) => status === 'fulfilled');
}

/** Uploads a document of the result. */
async function issueResult(api: AgencyApi, { subject }: RequestEvent, fault: AgencyFault): Promise<Result> {
  const { id } = await api.uploadResult(subject.slice('deliveries/'.length), Buffer.from('a synthetic result'));
  return { kind: 'electronic', documents: [fault === 'invents-documents' ? ulid() : id] };
}

/**
 * Runs an agency's system with one fault.
 * @returns a function that stops it
 */
export async function runFaulty(
  access: Access,
  fault: AgencyFault,
  { compression, api }: FaultyOptions = {},
): Promise<() => Promise<void>> {
  const { agency } = access;
  const kafka = connect(access);
  const { requests, replies } = topicsOf(agency);
  const { DefaultPartitioner, LegacyPartitioner } = Partitioners;
  const createPartitioner = fault === 'wrong-partitioner' ? LegacyPartitioner : DefaultPartitioner;
  const producer = kafka.producer({ createPartitioner, allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ groupId: `${agency}.cases`, maxWaitTimeInMs: 100, sessionTimeout: 10_000 });
  const seen = new Set<string>();
  const ended = new Set<string>();
  const firstRequests = new Map<string, string>();
  const timers = new Set<NodeJS.Timeout>();

  const reply = async (request: RequestEvent, type: ReplyType, data: object): Promise<void> => {
    const { application } = request.data;
    const { idnp = '' } = (request.data as { applicant?: { idnp?: string } }).applicant ?? {};
    const attributes = {
      id: fault === 'idnp-id' ? `${idnp}-${randomUUID()}` : randomUUID(),
      source: sourceOf(agency),
      subject: request.subject,
      time: new Date().toISOString(),
    };
    const { correlationid } = request;
    const correlation = fault === 'no-correlation' || !correlationid ? {} : { correlationid };
    const cause = fault === 'stale-causation' ? (firstRequests.get(request.subject) ?? request.id) : request.id;
    const event = { ...attributes, ...correlation, causationid: cause, type, data: { application, ...data } };
    const message = toMessage(event as unknown as ReplyEvent);
    if (fault === 'wrong-key') message.key = application!;
    await producer.send(Object.assign({ topic: replies, messages: [message] }, compression && { compression }));
  };
  const decide = async (request: RequestEvent): Promise<void> => {
    if (ended.has(request.subject) && fault !== 'ignores-withdrawal') return;
    const outcome = fault === 'blank-reason' ? { outcome: 'rejected', reason: { ro: '  ' } } : { outcome: 'approved' };
    if (api && !(await areCopiesIntact(api, request, fault))) return;
    const result = api ? { result: await issueResult(api, request, fault) } : {};
    await reply(request, REPLY_TYPES.decided, { ...outcome, ...result, decideTime: new Date().toISOString() });
  };
  const handleOther = async (request: RequestEvent): Promise<void> => {
    if (request.type === REQUEST_TYPES.reminded && fault === 'answers-reminders')
      return reply(request, REPLY_TYPES.acknowledged, { submission: 1, agencyReference: `R-${request.id}` });
    if (request.type === REQUEST_TYPES.messageSent) {
      const { number: answersNumber } = request.data;
      return reply(request, REPLY_TYPES.messageSent, { answersNumber, text: 'Mâine.', language: 'ro' });
    }
    if (request.type !== REQUEST_TYPES.reminded || fault === 'ends-when-reminded') ended.add(request.subject);
  };
  const handle = async (request: RequestEvent): Promise<void> => {
    if (isReplyType(request.type) || fault === 'silent') return;
    if (seen.has(request.id) && fault !== 'no-deduplication') return;
    seen.add(request.id);
    if (!('evidence' in request.data)) return handleOther(request);
    if (fault === 'strict-schema' && 'addedLater' in request.data) return;
    if (!firstRequests.has(request.subject)) firstRequests.set(request.subject, request.id);
    const { submission: number, evidence, applicant } = request.data;
    const agencyReference = fault === 'idnp-reference' ? (applicant as { idnp: string }).idnp : `R-${request.id}`;
    const submission = fault === 'constant-submission' ? 1 : number;
    await reply(request, REPLY_TYPES.acknowledged, { submission, agencyReference });
    const isAsking = fault === 'requests-documents' || ASKING_FAULTS.includes(fault);
    if (isAsking && number === 1 && (fault === 'requests-documents' || evidence.length === 0)) {
      const answerBy = new Date(Date.now() + 30 * DAY_MS).toISOString().slice(0, 10);
      return reply(request, REPLY_TYPES.documentsRequested, { documents: [{ kind: 'identity-document' }], answerBy });
    }
    // A crash would lose a scheduled decision, whatever was committed.
    if (fault === 'commits-first') return decide(request);
    timers.add(setTimeout(() => void decide(request), SLOW_FAULTS.includes(fault) ? 3 * WORK_MS : WORK_MS));
  };

  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: [requests], fromBeginning: true });
  const commitsFirst = fault === 'commits-first';
  await consumer.run({
    autoCommit: !commitsFirst,
    eachMessage: async ({ topic, partition, message }) => {
      if (commitsFirst) {
        const next = String(BigInt(message.offset) + 1n);
        await consumer.commitOffsets([{ topic, partition, offset: next }]);
        await pause(EFFECT_MS);
      }
      if (fault === 'size-limit' && message.value!.length > 100_000) return;
      const read = fromMessage(message);
      if (read.ok) await handle(read.event as RequestEvent);
    },
  });
  return async () => {
    for (const timer of timers) clearTimeout(timer);
    await consumer.disconnect();
    await producer.disconnect();
  };
}
