import type { SerializedMessage } from '@cups/agency-contract/corpus';
import corrected from '@cups/agency-contract/samples/messages/application.corrected.json' with { type: 'json' };
import documentsSupplied from '@cups/agency-contract/samples/messages/application.documents-supplied.json' with { type: 'json' };
import documentsSuppliedV2 from '@cups/agency-contract/samples/messages/application.documents-supplied.v2.json' with { type: 'json' };
import expired from '@cups/agency-contract/samples/messages/application.expired.json' with { type: 'json' };
import reminded from '@cups/agency-contract/samples/messages/application.reminded.json' with { type: 'json' };
import messageSent from '@cups/agency-contract/samples/messages/application.message-sent.json' with { type: 'json' };
import submitted from '@cups/agency-contract/samples/messages/application.submitted.json' with { type: 'json' };
import submittedV2 from '@cups/agency-contract/samples/messages/application.submitted.v2.json' with { type: 'json' };
import withdrawn from '@cups/agency-contract/samples/messages/application.withdrawn.json' with { type: 'json' };
import centreChanged from '@cups/agency-contract/samples/messages/centre.changed.json' with { type: 'json' };
import journalCheckpoint from '@cups/agency-contract/samples/messages/journal.checkpoint.json' with { type: 'json' };
import acknowledged from '@cups/agency-contract/samples/messages/reply.acknowledged.json' with { type: 'json' };
import decided from '@cups/agency-contract/samples/messages/reply.decided.json' with { type: 'json' };
import documentsRequested from '@cups/agency-contract/samples/messages/reply.documents-requested.json' with { type: 'json' };
import passedOn from '@cups/agency-contract/samples/messages/reply.passed-on.json' with { type: 'json' };
import replyMessageSent from '@cups/agency-contract/samples/messages/reply.message-sent.json' with { type: 'json' };
import progressed from '@cups/agency-contract/samples/messages/reply.progressed.json' with { type: 'json' };
import refused from '@cups/agency-contract/samples/messages/reply.refused.json' with { type: 'json' };
import refusedWithoutDelivery from '@cups/agency-contract/samples/messages/reply.refused.of-no-delivery.json' with { type: 'json' };
import resultCorrected from '@cups/agency-contract/samples/messages/reply.result-corrected.json' with { type: 'json' };
import resultRevoked from '@cups/agency-contract/samples/messages/reply.result-revoked.json' with { type: 'json' };

const SAMPLES: readonly SerializedMessage[] = [
  submitted,
  documentsSupplied,
  submittedV2,
  documentsSuppliedV2,
  corrected,
  reminded,
  messageSent,
  withdrawn,
  expired,
  refused,
  refusedWithoutDelivery,
  acknowledged,
  progressed,
  documentsRequested,
  decided,
  resultCorrected,
  resultRevoked,
  passedOn,
  replyMessageSent,
  centreChanged,
  journalCheckpoint,
];

/** Returns one valid message of each type, for the agency with this code. */
export const sampleMessages = (agency: string): SerializedMessage[] =>
  SAMPLES.map((message) => forAgency(message, agency));

/** The samples are those of agency `asp`. */
const forAgency = (message: SerializedMessage, code: string): SerializedMessage =>
  JSON.parse(
    JSON.stringify(message)
      .replaceAll('agency.asp.', `agency.${code}.`)
      .replaceAll('ies/asp"', `ies/${code}"`)
      .replaceAll('"key":"asp"', `"key":"${code}"`)
      .replaceAll(/([0-7][0-9A-HJKMNP-TV-Z]{25})-asp"/g, `$1-${code}"`),
  ) as SerializedMessage;
