import corrected from '../schemas/application.corrected.json' with { type: 'json' };
import documentsSupplied from '../schemas/application.documents-supplied.json' with { type: 'json' };
import documentsSuppliedV2 from '../schemas/application.documents-supplied.v2.json' with { type: 'json' };
import messageSent from '../schemas/application.message-sent.json' with { type: 'json' };
import expired from '../schemas/application.expired.json' with { type: 'json' };
import reminded from '../schemas/application.reminded.json' with { type: 'json' };
import submitted from '../schemas/application.submitted.json' with { type: 'json' };
import submittedV2 from '../schemas/application.submitted.v2.json' with { type: 'json' };
import withdrawn from '../schemas/application.withdrawn.json' with { type: 'json' };
import centreHeaders from '../schemas/centre-headers.json' with { type: 'json' };
import centreChanged from '../schemas/centre.changed.json' with { type: 'json' };
import checkpointHeaders from '../schemas/checkpoint-headers.json' with { type: 'json' };
import definitions from '../schemas/definitions.json' with { type: 'json' };
import headers from '../schemas/headers.json' with { type: 'json' };
import refusalHeaders from '../schemas/refusal-headers.json' with { type: 'json' };
import journalCheckpoint from '../schemas/journal.checkpoint.json' with { type: 'json' };
import acknowledged from '../schemas/reply.acknowledged.json' with { type: 'json' };
import decided from '../schemas/reply.decided.json' with { type: 'json' };
import documentsRequested from '../schemas/reply.documents-requested.json' with { type: 'json' };
import passedOn from '../schemas/reply.passed-on.json' with { type: 'json' };
import replyMessageSent from '../schemas/reply.message-sent.json' with { type: 'json' };
import progressed from '../schemas/reply.progressed.json' with { type: 'json' };
import replyRefused from '../schemas/reply.refused.json' with { type: 'json' };
import resultCorrected from '../schemas/reply.result-corrected.json' with { type: 'json' };
import resultRevoked from '../schemas/reply.result-revoked.json' with { type: 'json' };
import { REFERENCE_TYPES, REPLY_TYPES, REQUEST_TYPES } from './messages.ts';
import type { MessageType, ReferenceType } from './messages.ts';

/** JSON Schema of each message type; `$id` is its `ce_dataschema`. */
export const SCHEMAS: Record<MessageType, { $id: string }> = {
  [REQUEST_TYPES.submitted]: submitted,
  [REQUEST_TYPES.documentsSupplied]: documentsSupplied,
  [REQUEST_TYPES.submittedV2]: submittedV2,
  [REQUEST_TYPES.documentsSuppliedV2]: documentsSuppliedV2,
  [REQUEST_TYPES.corrected]: corrected,
  [REQUEST_TYPES.reminded]: reminded,
  [REQUEST_TYPES.messageSent]: messageSent,
  [REQUEST_TYPES.withdrawn]: withdrawn,
  [REQUEST_TYPES.expired]: expired,
  [REQUEST_TYPES.replyRefused]: replyRefused,
  [REPLY_TYPES.acknowledged]: acknowledged,
  [REPLY_TYPES.progressed]: progressed,
  [REPLY_TYPES.documentsRequested]: documentsRequested,
  [REPLY_TYPES.decided]: decided,
  [REPLY_TYPES.resultCorrected]: resultCorrected,
  [REPLY_TYPES.resultRevoked]: resultRevoked,
  [REPLY_TYPES.passedOn]: passedOn,
  [REPLY_TYPES.messageSent]: replyMessageSent,
};

/** JSON Schema of each reference data type. */
export const REFERENCE_SCHEMAS: Record<ReferenceType, { $id: string }> = {
  [REFERENCE_TYPES.centreChanged]: centreChanged,
  [REFERENCE_TYPES.journalCheckpoint]: journalCheckpoint,
};

export const CENTRE_HEADERS_SCHEMA: { $id: string } = centreHeaders;
export const CHECKPOINT_HEADERS_SCHEMA: { $id: string } = checkpointHeaders;
/** Header schema of `md.cups.reply.refused.v1`, which may be about no delivery. */
export const REFUSAL_HEADERS_SCHEMA: { $id: string } = refusalHeaders;
export const HEADERS_SCHEMA: { $id: string } = headers;
export const DEFINITIONS: { $id: string } = definitions;
