import {
  isRequestType,
  PLATFORM_SOURCE,
  REFERENCE_TYPES,
  REPLY_TYPES,
  REQUEST_TYPES,
  sourceOf,
  subjectOf,
  toCentrePayload,
  toMessage,
  topicsOf,
} from '@cups/agency-contract';
import type { AgencyEvent, CentreChanged, MessageType } from '@cups/agency-contract';
import documentsSupplied from '@cups/agency-contract/samples/application.documents-supplied.json' with { type: 'json' };
import anyDocumentsSupplied from '@cups/agency-contract/samples/application.documents-supplied.v2.json' with { type: 'json' };
import expired from '@cups/agency-contract/samples/application.expired.json' with { type: 'json' };
import submitted from '@cups/agency-contract/samples/application.submitted.json' with { type: 'json' };
import anySubmitted from '@cups/agency-contract/samples/application.submitted.v2.json' with { type: 'json' };
import withdrawn from '@cups/agency-contract/samples/application.withdrawn.json' with { type: 'json' };
import centreChanged from '@cups/agency-contract/samples/centre.changed.json' with { type: 'json' };
import acknowledged from '@cups/agency-contract/samples/reply.acknowledged.json' with { type: 'json' };
import decided from '@cups/agency-contract/samples/reply.decided.json' with { type: 'json' };
import documentsRequested from '@cups/agency-contract/samples/reply.documents-requested.json' with { type: 'json' };
import progressed from '@cups/agency-contract/samples/reply.progressed.json' with { type: 'json' };
import refused from '@cups/agency-contract/samples/reply.refused.json' with { type: 'json' };
import resultCorrected from '@cups/agency-contract/samples/reply.result-corrected.json' with { type: 'json' };
import resultRevoked from '@cups/agency-contract/samples/reply.result-revoked.json' with { type: 'json' };

/** A message as it lies on a topic, its value parsed. */
export type WholeMessage = { topic: string; key: string; headers: Record<string, string>; value: unknown };

const CONTENTS: Record<MessageType, { application?: string }> = {
  [REQUEST_TYPES.submitted]: submitted,
  [REQUEST_TYPES.documentsSupplied]: documentsSupplied,
  [REQUEST_TYPES.anySubmitted]: anySubmitted,
  [REQUEST_TYPES.anyDocumentsSupplied]: anyDocumentsSupplied,
  [REQUEST_TYPES.withdrawn]: withdrawn,
  [REQUEST_TYPES.expired]: expired,
  [REQUEST_TYPES.replyRefused]: refused,
  [REPLY_TYPES.acknowledged]: acknowledged,
  [REPLY_TYPES.progressed]: progressed,
  [REPLY_TYPES.documentsRequested]: documentsRequested,
  [REPLY_TYPES.decided]: decided,
  [REPLY_TYPES.resultCorrected]: resultCorrected,
  [REPLY_TYPES.resultRevoked]: resultRevoked,
};

const TIME = '2026-12-01T13:15:00Z';
const idOf = (type: string): string => `01KAVX3Z5T8W9Q2M4N6P-${type.split('.').slice(2).join('-')}`;

/** One valid message of each type, as an agency of this code reads or writes it. */
export function sampleMessages(agency: string): WholeMessage[] {
  const types = Object.keys(CONTENTS) as MessageType[];
  return [...types.map((type) => messageOf(type, agency)), centreMessage()];
}

function messageOf(type: MessageType, agency: string): WholeMessage {
  const data = CONTENTS[type];
  const request = isRequestType(type);
  const { requests, replies } = topicsOf(agency);
  const event = {
    id: idOf(type),
    source: request ? PLATFORM_SOURCE : sourceOf(agency),
    type,
    subject: subjectOf(data.application!, agency),
    time: TIME,
    correlationid: idOf('md.cups.action'),
    data,
  };
  const causes = request ? event : Object.assign(event, { causationid: idOf(REQUEST_TYPES.submitted) });
  const { key, headers } = toMessage(causes as unknown as AgencyEvent);
  return { topic: request ? requests : replies, key, headers, value: data };
}

function centreMessage(): WholeMessage {
  const { key, type, subject, dataschema, datacontenttype } = toCentrePayload(centreChanged as CentreChanged);
  const headers = {
    ce_specversion: '1.0',
    ce_id: idOf(REFERENCE_TYPES.centreChanged),
    ce_source: '/cups/identity',
    ce_type: type,
    ce_subject: subject,
    ce_time: TIME,
    ce_dataschema: dataschema,
    'content-type': datacontenttype,
  };
  return { topic: 'cups.centres', key, headers, value: centreChanged };
}
