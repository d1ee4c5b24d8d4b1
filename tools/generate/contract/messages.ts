import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  agencySubjectOf,
  CENTRES_TOPIC,
  CHECKPOINT_SOURCE,
  CHECKPOINTS_TOPIC,
  isReplyType,
  PLATFORM_SOURCE,
  REPLY_TYPES,
  REQUEST_TYPES,
  sourceOf,
  subjectOf,
  toCentrePayload,
  toCheckpointPayload,
  toMessage,
  topicsOf,
} from '@cups/agency-contract';
import type { AgencyEvent, CentreChanged, JournalCheckpoint, MessageType, ReplyRefused } from '@cups/agency-contract';
import type { SerializedMessage } from '@cups/agency-contract/corpus';

/** Complete sample messages with topic, key and headers: one delivery from start to end. */

const AGENCY = 'asp';
const APPLICATION = 'applications/01KAVX3Z5T8W9Q2M4N6P7R8S9T';
const SUBMITTED = '01KAVX3Z9G2QH5W7RB4D6F8J0K';
const SUPPLIED = '01KB0B1V3M6N8P0R2T4V6X8Z1A';
const REQUESTED = '6f1d3c52-8a44-4b0e-9a75-0c2f6c1f2d11';
/** IDs of the applicant's first and second submission. */
const [FILED, BROUGHT] = ['0b7e5f0c-2f5d-4e55-9d5e-0f2c4c1f7a10', '5c9d1e7a-6b3f-4a28-8c11-7e0d9b2a4f63'];

interface SampleEnvelope {
  id: string;
  time: string;
  correlationid?: string;
  causationid?: string;
}

/** Envelope of each sample. */
const SAMPLE_ENVELOPES: Record<MessageType, SampleEnvelope> = {
  [REQUEST_TYPES.submitted]: { id: SUBMITTED, time: '2026-11-24T09:30:00.412Z', correlationid: FILED },
  [REQUEST_TYPES.submittedV2]: { id: SUBMITTED, time: '2026-11-24T09:30:00.412Z', correlationid: FILED },
  [REPLY_TYPES.acknowledged]: createAnswer('asp-2026-000123-ack', '2026-11-24T09:30:02Z', SUBMITTED, FILED),
  [REPLY_TYPES.progressed]: createAnswer('asp-2026-000123-progress-1', '2026-11-24T14:00:00Z', SUBMITTED, FILED),
  [REPLY_TYPES.documentsRequested]: createAnswer(REQUESTED, '2026-11-25T08:15:00Z', SUBMITTED, FILED),
  [REQUEST_TYPES.documentsSupplied]: createAnswer(SUPPLIED, '2026-11-26T08:05:00.208Z', REQUESTED, BROUGHT),
  [REQUEST_TYPES.documentsSuppliedV2]: createAnswer(SUPPLIED, '2026-11-26T08:05:00.208Z', REQUESTED, BROUGHT),
  [REQUEST_TYPES.corrected]: { id: '01KB5D0F2H4J6M8P0R2T4V6X8Z', time: '2026-11-28T07:20:00.117Z' },
  [REQUEST_TYPES.reminded]: { id: '01KBJ7T3W5Y7A9C1E3G5J7M9P1', time: '2026-12-03T09:45:00.052Z' },
  [REQUEST_TYPES.messageSent]: { id: '01KAVX3Z5T8W9Q2M4N6P7R8S9T-asp-message-1', time: '2026-11-28T08:40:00.090Z' },
  [REQUEST_TYPES.withdrawn]: { id: '01KB2Y8C4E6G8J0M2P4R6T8W0Y', time: '2026-11-27T07:00:00.031Z' },
  [REQUEST_TYPES.expired]: { id: '01KBZ5Q7S9V1X3Z5B7D9F1H3K5', time: '2026-12-08T22:00:00.004Z' },
  [REPLY_TYPES.decided]: createAnswer('asp-2026-000123-decided', '2026-12-01T13:15:01Z', SUPPLIED, BROUGHT),
  [REQUEST_TYPES.replyRefused]: createAnswer(
    '01KBDB6H8K0N2Q4S6V8X0Z2B4D',
    '2026-12-01T13:15:02.310Z',
    'asp-2026-000123-decided',
    BROUGHT,
  ),
  [REPLY_TYPES.resultCorrected]: createAnswer('asp-2026-000123-corrected', '2026-12-02T08:00:00Z', SUPPLIED, BROUGHT),
  [REPLY_TYPES.messageSent]: {
    id: 'asp-2026-000123-message-1',
    time: '2026-11-28T10:05:00Z',
    causationid: '01KAVX3Z5T8W9Q2M4N6P7R8S9T-asp-message-1',
  },
  [REPLY_TYPES.resultRevoked]: createAnswer('asp-2026-000123-revoked', '2026-12-03T08:00:00Z', SUPPLIED, BROUGHT),
  [REPLY_TYPES.passedOn]: createAnswer('asp-2026-000123-passed-on', '2026-11-24T14:30:00Z', SUBMITTED, FILED),
};

function createAnswer(id: string, time: string, causationid: string, correlationid: string): SampleEnvelope {
  return { id, time, correlationid, causationid };
}

/** @returns the messages by file name */
export function buildSampleMessages(folder: string): Record<string, SerializedMessage> {
  const sample = (file: string) => JSON.parse(readFileSync(join(folder, 'samples', file), 'utf8')) as never;
  const messages = Object.keys(SAMPLE_ENVELOPES).map((type) => {
    const file = sampleFileName(type);
    return [file, createMessage(type as MessageType, subjectOf(APPLICATION, AGENCY), sample(file))] as const;
  });
  const { application: _none, ...refusal } = sample('reply.refused.json') as ReplyRefused;
  return {
    ...Object.fromEntries(messages),
    'reply.refused.of-no-delivery.json': createMessage(REQUEST_TYPES.replyRefused, agencySubjectOf(AGENCY), {
      ...refusal,
      cause: 'NOT_JSON',
      message: { topic: 'agency.asp.replies', partition: 0, offset: 815 },
    } as never),
    'centre.changed.json': centreMessage(sample('centre.changed.json')),
    'journal.checkpoint.json': checkpointMessage(sample('journal.checkpoint.json')),
  };
}

/** Returns the sample file of a type: `md.cups.reply.decided.v1` → reply.decided.json. */
const sampleFileName = (type: string): string => `${type.replace(/^md\.cups\./, '').replace(/\.v1$/, '')}.json`;

function createMessage(type: MessageType, subject: string, data: never): SerializedMessage {
  const isReply = isReplyType(type);
  const source = isReply ? sourceOf(AGENCY) : PLATFORM_SOURCE;
  const { key, headers } = toMessage({ ...SAMPLE_ENVELOPES[type], source, subject, type, data } as AgencyEvent);
  const topics = topicsOf(AGENCY);
  return { topic: isReply ? topics.replies : topics.requests, key, headers, value: data };
}

function centreMessage(centre: CentreChanged): SerializedMessage {
  const envelope = { ce_id: 'CU-001-1', ce_source: '/cups/identity', ce_time: '2026-11-02T06:00:00Z' };
  return referenceMessage(CENTRES_TOPIC, toCentrePayload(centre), envelope, centre);
}

function checkpointMessage(checkpoint: JournalCheckpoint): SerializedMessage {
  const envelope = { ce_id: '01KAVX3Z2M4N6P7R8S9T0V1W2X', ce_source: CHECKPOINT_SOURCE, ce_time: checkpoint.time };
  return referenceMessage(CHECKPOINTS_TOPIC, toCheckpointPayload(checkpoint), envelope, checkpoint);
}

function referenceMessage(
  topic: string,
  { key, type, subject, dataschema, datacontenttype }: ReturnType<typeof toCentrePayload>,
  { ce_id, ce_source, ce_time }: Record<'ce_id' | 'ce_source' | 'ce_time', string>,
  value: object,
): SerializedMessage {
  const headers = {
    ce_specversion: '1.0',
    ce_id,
    ce_source,
    ce_type: type,
    ce_subject: subject,
    ce_time,
    ce_dataschema: dataschema,
    'content-type': datacontenttype,
  };
  return { topic, key, headers, value };
}
