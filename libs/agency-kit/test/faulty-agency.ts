import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fromMessage, isReplyType, REPLY_TYPES, sourceOf, toMessage, topicsOf } from '@cups/agency-contract';
import type { ReplyEvent, ReplyType, RequestEvent } from '@cups/agency-contract';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { CompressionTypes } from 'kafkajs';
import type { Sandbox } from '../src/sandbox/sandbox.ts';

/** What is wrong with an agency's system. */
export type AgencyFault =
  /** Nothing is. */
  | 'none'
  /** Every message has an effect, also one that was seen. */
  | 'doubles'
  /** It decides what was withdrawn. */
  | 'deaf'
  /** Another hash than murmur2, as clients of other makes have by default. */
  | 'scatters'
  /** The key of its replies is the application. */
  | 'misses-the-key'
  /** It wants content to be what it knew when it was written. */
  | 'strict'
  /** It reads, and says nothing. */
  | 'mute'
  /** A rejection without a word of reason. */
  | 'wordless'
  /** It asks for one document before each decision, which is right. */
  | 'asks'
  /** Its replies have no ce_correlationid. */
  | 'uncorrelated'
  /** After the documents were supplied it still answers the first request. */
  | 'stale'
  /** It acknowledges each submission as the first. */
  | 'counts-to-one'
  /** Its reference of a case is the IDNP. */
  | 'idnp-reference'
  /** Its ce_id begins with the IDNP. */
  | 'idnp-id'
  /** It drops what is over 100 KB. */
  | 'small'
  /** It commits a request before it does anything about it: a crash in between loses the request. */
  | 'commits-first';

/** Where an agency finds the broker, and as whom it signs in. */
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

/** Signs in to a sandbox as an agency. */
export const kafkaOf = (sandbox: Sandbox, agency: string): Kafka => connect(accessOf(sandbox, agency));

const WORK_MS = 300;
/** How long it takes to store a case, where that matters (ms). */
const EFFECT_MS = 50;
const DAY_MS = 86_400_000;
/** They ask where there is no evidence. */
const ASKING_FAULTS: AgencyFault[] = ['stale', 'counts-to-one'];

/** @param compression of its replies; none unless it is given */
export type FaultyOptions = { agency?: string; compression?: CompressionTypes };

/** Starts an agency's system in this process; its code is what is wrong with it unless it is given. @returns ends it */
export const startFaultyAgency = (
  sandbox: Sandbox,
  fault: AgencyFault,
  { agency = fault, compression }: FaultyOptions = {},
): Promise<() => Promise<void>> => runFaulty(accessOf(sandbox, agency), fault, compression);

/** Runs an agency's system that is right but for one thing. @returns ends it */
export async function runFaulty(
  access: Access,
  fault: AgencyFault,
  compression?: CompressionTypes,
): Promise<() => Promise<void>> {
  const { agency } = access;
  const kafka = connect(access);
  const { requests, replies } = topicsOf(agency);
  const { DefaultPartitioner, LegacyPartitioner } = Partitioners;
  const createPartitioner = fault === 'scatters' ? LegacyPartitioner : DefaultPartitioner;
  const producer = kafka.producer({ createPartitioner, allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ groupId: `${agency}.cases`, maxWaitTimeInMs: 100, sessionTimeout: 10_000 });
  const seen = new Set<string>();
  const ended = new Set<string>();
  const firsts = new Map<string, string>();
  const timers = new Set<NodeJS.Timeout>();

  const say = async (request: RequestEvent, type: ReplyType, data: object): Promise<void> => {
    const { application } = request.data;
    const { idnp = '' } = (request.data as { applicant?: { idnp?: string } }).applicant ?? {};
    const attributes = {
      id: fault === 'idnp-id' ? `${idnp}-${randomUUID()}` : randomUUID(),
      source: sourceOf(agency),
      subject: request.subject,
      time: new Date().toISOString(),
    };
    const { correlationid } = request;
    const correlation = fault === 'uncorrelated' || !correlationid ? {} : { correlationid };
    const cause = fault === 'stale' ? (firsts.get(request.subject) ?? request.id) : request.id;
    const event = { ...attributes, ...correlation, causationid: cause, type, data: { application, ...data } };
    const message = toMessage(event as unknown as ReplyEvent);
    if (fault === 'misses-the-key') message.key = application!;
    await producer.send(Object.assign({ topic: replies, messages: [message] }, compression && { compression }));
  };
  const decide = async (request: RequestEvent): Promise<void> => {
    if (ended.has(request.subject) && fault !== 'deaf') return;
    const words = fault === 'wordless' ? { outcome: 'rejected', reason: { ro: '  ' } } : { outcome: 'approved' };
    await say(request, REPLY_TYPES.decided, { ...words, decideTime: new Date().toISOString() });
  };
  const handle = async (request: RequestEvent): Promise<void> => {
    if (isReplyType(request.type) || fault === 'mute') return;
    if (seen.has(request.id) && fault !== 'doubles') return;
    seen.add(request.id);
    if (!('evidence' in request.data)) return void ended.add(request.subject);
    if (fault === 'strict' && 'addedLater' in request.data) return;
    if (!firsts.has(request.subject)) firsts.set(request.subject, request.id);
    const { submission: number, evidence, applicant } = request.data;
    const agencyReference = fault === 'idnp-reference' ? (applicant as { idnp: string }).idnp : `R-${request.id}`;
    const submission = fault === 'counts-to-one' ? 1 : number;
    await say(request, REPLY_TYPES.acknowledged, { submission, agencyReference });
    const isAsking = fault === 'asks' || ASKING_FAULTS.includes(fault);
    if (isAsking && number === 1 && (fault === 'asks' || evidence.length === 0)) {
      const answerBy = new Date(Date.now() + 30 * DAY_MS).toISOString().slice(0, 10);
      return say(request, REPLY_TYPES.documentsRequested, { documents: [{ kind: 'identity-document' }], answerBy });
    }
    // What is only planned would be lost by a crash, whatever was committed.
    if (fault === 'commits-first') return decide(request);
    timers.add(setTimeout(() => void decide(request), fault === 'deaf' ? 3 * WORK_MS : WORK_MS));
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
      if (fault === 'small' && message.value!.length > 100_000) return;
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
