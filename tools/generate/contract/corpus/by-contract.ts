import { REPLY_TYPES, REQUEST_TYPES, SCHEMAS } from '@cups/agency-contract';
import type { RefusalCause, Violation } from '@cups/agency-contract';
import { CORPUS_TIME } from '@cups/agency-contract/corpus';
import type { InvalidMessage } from '@cups/agency-contract/corpus';
import {
  ACKNOWLEDGEMENT,
  APPLICATION,
  createViolations,
  VALID_CONTENT,
  KEY,
  OTHER_APPLICATION,
  createReply,
  RESULT,
  TOPIC,
  withoutValue,
} from './replies.ts';

/** Replies that violate the contract itself. */

const { acknowledged, progressed, documentsRequested, decided, resultCorrected, messageSent } = REPLY_TYPES;

/** A case that the contract detects. */
export type ContractCase = [
  name: string,
  title: string,
  cause: RefusalCause,
  violations: Violation[] | undefined,
  InvalidMessage,
];

/** Causes that name only the agency: the delivery is unknown or must not be named. */
export const CAUSES_WITHOUT_DELIVERY = [
  ...['no-headers', 'no-id', 'id-empty', 'another-specversion', 'subject-of-no-delivery', 'no-value'],
  ...['subject-twice', 'content-type-twice-in-other-letters', 'correlation-twice'],
];

/** Headers of every event, in schema order. */
const REQUIRED_HEADERS = [
  ...['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time', 'ce_dataschema', 'content-type'],
];

export const ENVELOPE_CASES: ContractCase[] = [
  [
    'no-headers',
    'Bytes without any header.',
    'NOT_CLOUDEVENTS',
    REQUIRED_HEADERS.map((field) => ({ field, rule: 'required' })),
    { topic: TOPIC, key: 'x', headers: {}, valueBase64: 'AAEC/w==' },
  ],
  [
    'no-id',
    'ce_id is missing.',
    'NOT_CLOUDEVENTS',
    createViolations('ce_id', 'required'),
    createReply(acknowledged, VALID_CONTENT.acknowledged, { ce_id: undefined }),
  ],
  [
    'id-empty',
    'ce_id is empty.',
    'NOT_CLOUDEVENTS',
    createViolations('ce_id', 'required'),
    createReply(acknowledged, VALID_CONTENT.acknowledged, { ce_id: '' }),
  ],
  [
    'no-value',
    'The message has a key and headers, but no value.',
    'NOT_CLOUDEVENTS',
    createViolations('', 'required'),
    withoutValue(ACKNOWLEDGEMENT),
  ],
  [
    'subject-twice',
    'ce_subject occurs twice with the same value.',
    'NOT_CLOUDEVENTS',
    createViolations('ce_subject', 'once'),
    createReply(acknowledged, VALID_CONTENT.acknowledged, { ce_subject: [`deliveries/${KEY}`, `deliveries/${KEY}`] }),
  ],
  [
    'content-type-twice-in-other-letters',
    'content-type occurs twice, once in capital letters.',
    'NOT_CLOUDEVENTS',
    createViolations('content-type', 'once'),
    createReply(acknowledged, VALID_CONTENT.acknowledged, { 'Content-Type': 'application/json' }),
  ],
  [
    'correlation-twice',
    'ce_correlationid, which is optional, occurs twice.',
    'NOT_CLOUDEVENTS',
    createViolations('ce_correlationid', 'once'),
    createReply(acknowledged, VALID_CONTENT.acknowledged, { ce_correlationid: ['act-1', 'act-2'] }),
  ],
  [
    'another-specversion',
    'ce_specversion is 0.3.',
    'NOT_CLOUDEVENTS',
    createViolations('ce_specversion', 'const'),
    createReply(acknowledged, VALID_CONTENT.acknowledged, { ce_specversion: '0.3' }),
  ],
  [
    'id-too-long',
    'ce_id has 201 characters.',
    'NOT_CLOUDEVENTS',
    createViolations('ce_id', 'maxLength'),
    createReply(acknowledged, VALID_CONTENT.acknowledged, { ce_id: 'x'.repeat(201) }),
  ],
  [
    'message-too-long',
    'The text of a message to the desk has 2001 characters. It is not cut, because the desk reads it as it was written.',
    'CONTENT_INVALID',
    createViolations('text', 'maxLength'),
    createReply(messageSent, { ...VALID_CONTENT.messageSent, text: 'a'.repeat(2001) }),
  ],
  [
    'message-empty',
    'The text of a message to the desk is empty.',
    'CONTENT_INVALID',
    createViolations('text', 'minLength'),
    createReply(messageSent, { ...VALID_CONTENT.messageSent, text: '' }),
  ],
  [
    'content-type-of-xml',
    'content-type is text/xml.',
    'NOT_CLOUDEVENTS',
    createViolations('content-type', 'pattern'),
    createReply(acknowledged, VALID_CONTENT.acknowledged, { 'content-type': 'text/xml' }),
  ],
  [
    'schema-of-another-type',
    'ce_dataschema names the schema of another type.',
    'NOT_CLOUDEVENTS',
    createViolations('ce_dataschema', 'const'),
    createReply(acknowledged, VALID_CONTENT.acknowledged, { ce_dataschema: SCHEMAS[decided].$id }),
  ],
  [
    'subject-of-no-delivery',
    'ce_subject names the application, not the delivery.',
    'NOT_CLOUDEVENTS',
    createViolations('ce_subject', 'pattern'),
    createReply(acknowledged, VALID_CONTENT.acknowledged, { ce_subject: APPLICATION }),
  ],
  [
    'unknown-type',
    'ce_type does not exist.',
    'UNKNOWN_TYPE',
    [],
    createReply(acknowledged, VALID_CONTENT.acknowledged, { ce_type: 'md.cups.reply.maybe.v1' }),
  ],
  [
    'future-version',
    'ce_type has a version that does not exist yet.',
    'UNKNOWN_TYPE',
    [],
    createReply(decided, VALID_CONTENT.approved, { ce_type: 'md.cups.reply.decided.v9' }),
  ],
  [
    'request-from-an-agency',
    'An agency sends a type that only the platform may send.',
    'SOURCE_MISMATCH',
    [],
    createReply(REQUEST_TYPES.withdrawn, { application: APPLICATION, withdrawTime: CORPUS_TIME }),
  ],
  [
    'key-of-another-delivery',
    'The Kafka key is that of another delivery.',
    'KEY_MISMATCH',
    [],
    { ...ACKNOWLEDGEMENT, key: `${OTHER_APPLICATION}-asp` },
  ],
  ['no-key', 'The Kafka key is missing.', 'KEY_MISMATCH', [], { ...ACKNOWLEDGEMENT, key: null }],
];

const SIX_DOCUMENTS = ['0', '1', '2', '3', '4', '5'].map((last) => `01KBG4E2S4V6X8Z0B2D4F6H8K${last}`);

export const CONTENT_CASES: ContractCase[] = [
  [
    'another-application',
    'The content and the subject name different applications.',
    'KEY_MISMATCH',
    [],
    createReply(acknowledged, { ...VALID_CONTENT.acknowledged, application: `applications/${OTHER_APPLICATION}` }),
  ],
  [
    'half-a-message',
    'The JSON is truncated.',
    'NOT_JSON',
    [],
    withoutValue(ACKNOWLEDGEMENT, { valueText: `{"application":"${APPLICATION}","subm` }),
  ],
  [
    'no-utf-8',
    'The bytes are not valid UTF-8.',
    'NOT_JSON',
    [],
    withoutValue(ACKNOWLEDGEMENT, { valueBase64: 'Iv8i' }),
  ],
  [
    'byte-order-mark',
    'A byte order mark precedes the JSON.',
    'NOT_JSON',
    [],
    withoutValue(ACKNOWLEDGEMENT, { valueText: `\ufeff${JSON.stringify(VALID_CONTENT.acknowledged)}` }),
  ],
  [
    'avro-prefix',
    'A prefix of a schema registry precedes the JSON.',
    'NOT_JSON',
    [],
    withoutValue(ACKNOWLEDGEMENT, {
      valueBase64: Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), Buffer.from('{}')]).toString('base64'),
    }),
  ],
  [
    'too-large',
    'The value is one byte over 64 KiB.',
    'TOO_LARGE',
    [],
    withoutValue(ACKNOWLEDGEMENT, { valueSpaces: 64 * 1024 + 1 }),
  ],
  [
    'content-is-a-list',
    'The content is a list.',
    'CONTENT_INVALID',
    createViolations('', 'type'),
    createReply(progressed, []),
  ],
  [
    'property-too-many',
    'The content has a property that the schema does not list.',
    'CONTENT_INVALID',
    createViolations('fee', 'additionalProperties'),
    createReply(decided, { ...VALID_CONTENT.approved, fee: 90 }),
  ],
  [
    'property-that-may-be-content',
    'The name of an additional property may be content, so it is reported as *.',
    'CONTENT_INVALID',
    createViolations('*', 'additionalProperties'),
    createReply(decided, { ...VALID_CONTENT.approved, 'Ana Exemplu 2900000000012': 1 }),
  ],
  [
    'property-too-many-deep-inside',
    'The result has a property that the schema does not list.',
    'CONTENT_INVALID',
    createViolations('result.printedBy', 'additionalProperties'),
    createReply(decided, { ...VALID_CONTENT.approved, result: { ...RESULT, printedBy: 'x' } }),
  ],
  [
    'verification-address-without-tls',
    'The address for verification is not an https address.',
    'CONTENT_INVALID',
    createViolations('result.verificationUrl', 'pattern'),
    createReply(decided, { ...VALID_CONTENT.approved, result: { ...RESULT, verificationUrl: 'http://example.md/1' } }),
  ],
  [
    'result-documents-too-many',
    'The result names six documents.',
    'CONTENT_INVALID',
    createViolations('result.documents', 'maxItems'),
    createReply(decided, { ...VALID_CONTENT.approved, result: { ...RESULT, documents: SIX_DOCUMENTS } }),
  ],
  [
    'result-document-as-bytes',
    'The result contains a document instead of the ID of an uploaded one.',
    'CONTENT_INVALID',
    createViolations('result.documents.0', 'pattern'),
    createReply(decided, { ...VALID_CONTENT.approved, result: { ...RESULT, documents: ['JVBERi0xLjcKJeLjz9M='] } }),
  ],
  [
    'submission-zero',
    'Submissions are counted from 1.',
    'CONTENT_INVALID',
    createViolations('submission', 'minimum'),
    createReply(acknowledged, { ...VALID_CONTENT.acknowledged, submission: 0 }),
  ],
  [
    'no-agency-reference',
    'An acknowledgement has no number of the agency.',
    'CONTENT_INVALID',
    createViolations('agencyReference', 'required'),
    createReply(acknowledged, { application: APPLICATION, submission: 1 }),
  ],
  [
    'unknown-outcome',
    'The outcome is neither approved nor rejected.',
    'CONTENT_INVALID',
    createViolations('outcome', 'enum'),
    createReply(decided, { ...VALID_CONTENT.approved, outcome: 'maybe' }),
  ],
  [
    'rejection-without-reason',
    'A rejection has no reason.',
    'CONTENT_INVALID',
    createViolations('reason', 'required'),
    createReply(decided, { application: APPLICATION, outcome: 'rejected', decideTime: CORPUS_TIME }),
  ],
  [
    'rejection-without-romanian',
    'The reason has no Romanian text.',
    'CONTENT_INVALID',
    createViolations('reason.ro', 'required'),
    createReply(decided, { ...VALID_CONTENT.rejected, reason: { en: 'No right.' } }),
  ],
  [
    'rejection-with-a-result',
    'A rejection has a result.',
    'CONTENT_INVALID',
    createViolations('result', 'false schema'),
    createReply(decided, { ...VALID_CONTENT.rejected, result: RESULT }),
  ],
  [
    'appeal-without-how',
    'An appeal has a last day, but no instructions.',
    'CONTENT_INVALID',
    createViolations('appeal.how', 'required'),
    createReply(decided, { ...VALID_CONTENT.rejected, appeal: { until: '2027-01-15' } }),
  ],
  [
    'no-documents',
    'A request for documents names none.',
    'CONTENT_INVALID',
    createViolations('documents', 'minItems'),
    createReply(documentsRequested, { ...VALID_CONTENT.requested, documents: [] }),
  ],
  [
    'paper-kind-in-words',
    'The kind of a document is not a code.',
    'CONTENT_INVALID',
    createViolations('documents.0.kind', 'pattern'),
    createReply(documentsRequested, { ...VALID_CONTENT.requested, documents: [{ kind: 'Act de identitate' }] }),
  ],
  [
    'answer-by-of-no-day',
    'answerBy is not an existing date.',
    'CONTENT_INVALID',
    createViolations('answerBy', 'format'),
    createReply(documentsRequested, { ...VALID_CONTENT.requested, answerBy: '2027-02-30' }),
  ],
  [
    'expected-decision-as-a-number',
    'expectedDecisionDate is a number.',
    'CONTENT_INVALID',
    createViolations('expectedDecisionDate', 'type'),
    createReply(progressed, { ...VALID_CONTENT.progressed, expectedDecisionDate: 20270115 }),
  ],
  [
    'expected-decision-no-day',
    'expectedDecisionDate is not an existing date.',
    'CONTENT_INVALID',
    createViolations('expectedDecisionDate', 'format'),
    createReply(progressed, { ...VALID_CONTENT.progressed, expectedDecisionDate: '2027-02-30' }),
  ],
  [
    'correction-without-a-result',
    'A correction has no result.',
    'CONTENT_INVALID',
    createViolations('result', 'required'),
    createReply(resultCorrected, { application: APPLICATION, reason: { ro: 'Greșeală.' } }),
  ],
];
