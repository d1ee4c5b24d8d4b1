import { REPLY_TYPES, REQUEST_TYPES, SCHEMAS } from '@cups/agency-contract';
import type { RefusalCause, Violation } from '@cups/agency-contract';
import { CORPUS_MOMENT } from '@cups/agency-contract/corpus';
import type { BadMessage } from '@cups/agency-contract/corpus';
import { ACK, APPLICATION, broken, GOOD, KEY, OTHER, reply, RESULT, TOPIC, withoutValue } from './replies.ts';

/** Bad replies that the contract alone shows to be bad. */

const { acknowledged, progressed, documentsRequested, decided, resultCorrected } = REPLY_TYPES;

/** What the contract alone shows. */
export type Plain = [name: string, title: string, cause: RefusalCause, violations: Violation[] | undefined, BadMessage];

/** Refused with a name for nothing but the agency: nothing says, or nothing may say, which delivery it is about. */
export const OF_NO_DELIVERY = [
  ...['no-headers', 'no-id', 'id-empty', 'another-specversion', 'subject-of-no-delivery', 'no-value'],
  ...['subject-twice', 'content-type-twice-in-other-letters', 'correlation-twice'],
];

/** Headers that every event has, in the order of their schema. */
const NEEDED = [
  ...['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time', 'ce_dataschema', 'content-type'],
];

export const ENVELOPE: Plain[] = [
  [
    'no-headers',
    'Bytes without any header.',
    'NOT_CLOUDEVENTS',
    NEEDED.map((field) => ({ field, rule: 'required' })),
    { topic: TOPIC, key: 'x', headers: {}, valueBase64: 'AAEC/w==' },
  ],
  [
    'no-id',
    'ce_id is missing.',
    'NOT_CLOUDEVENTS',
    broken('ce_id', 'required'),
    reply(acknowledged, GOOD.acknowledged, { ce_id: undefined }),
  ],
  [
    'id-empty',
    'ce_id is there, and empty.',
    'NOT_CLOUDEVENTS',
    broken('ce_id', 'required'),
    reply(acknowledged, GOOD.acknowledged, { ce_id: '' }),
  ],
  [
    'no-value',
    'The message has a key and headers, and no value.',
    'NOT_CLOUDEVENTS',
    broken('', 'required'),
    withoutValue(ACK),
  ],
  [
    'subject-twice',
    'ce_subject comes twice, with one and the same value.',
    'NOT_CLOUDEVENTS',
    broken('ce_subject', 'once'),
    reply(acknowledged, GOOD.acknowledged, { ce_subject: [`deliveries/${KEY}`, `deliveries/${KEY}`] }),
  ],
  [
    'content-type-twice-in-other-letters',
    'content-type comes twice, once in capital letters.',
    'NOT_CLOUDEVENTS',
    broken('content-type', 'once'),
    reply(acknowledged, GOOD.acknowledged, { 'Content-Type': 'application/json' }),
  ],
  [
    'correlation-twice',
    'ce_correlationid, which need not be there, comes twice.',
    'NOT_CLOUDEVENTS',
    broken('ce_correlationid', 'once'),
    reply(acknowledged, GOOD.acknowledged, { ce_correlationid: ['act-1', 'act-2'] }),
  ],
  [
    'another-specversion',
    'ce_specversion is 0.3.',
    'NOT_CLOUDEVENTS',
    broken('ce_specversion', 'const'),
    reply(acknowledged, GOOD.acknowledged, { ce_specversion: '0.3' }),
  ],
  [
    'id-too-long',
    'ce_id has 201 letters.',
    'NOT_CLOUDEVENTS',
    broken('ce_id', 'maxLength'),
    reply(acknowledged, GOOD.acknowledged, { ce_id: 'x'.repeat(201) }),
  ],
  [
    'content-type-of-xml',
    'content-type says XML.',
    'NOT_CLOUDEVENTS',
    broken('content-type', 'pattern'),
    reply(acknowledged, GOOD.acknowledged, { 'content-type': 'text/xml' }),
  ],
  [
    'schema-of-another-type',
    'ce_dataschema names the schema of another type.',
    'NOT_CLOUDEVENTS',
    broken('ce_dataschema', 'const'),
    reply(acknowledged, GOOD.acknowledged, { ce_dataschema: SCHEMAS[decided].$id }),
  ],
  [
    'subject-of-no-delivery',
    'ce_subject names the application, not the delivery.',
    'NOT_CLOUDEVENTS',
    broken('ce_subject', 'pattern'),
    reply(acknowledged, GOOD.acknowledged, { ce_subject: APPLICATION }),
  ],
  [
    'unknown-type',
    'ce_type is one of nobody.',
    'UNKNOWN_TYPE',
    [],
    reply(acknowledged, GOOD.acknowledged, { ce_type: 'md.cups.reply.maybe.v1' }),
  ],
  [
    'future-version',
    'ce_type is of a version that is not there yet.',
    'UNKNOWN_TYPE',
    [],
    reply(decided, GOOD.approved, { ce_type: 'md.cups.reply.decided.v9' }),
  ],
  [
    'request-from-an-agency',
    'An agency sends what only the platform may send.',
    'SOURCE_MISMATCH',
    [],
    reply(REQUEST_TYPES.withdrawn, { application: APPLICATION, withdrawTime: CORPUS_MOMENT }),
  ],
  [
    'key-of-another-delivery',
    'The Kafka key is that of another delivery.',
    'KEY_MISMATCH',
    [],
    { ...ACK, key: `${OTHER}-asp` },
  ],
  ['no-key', 'There is no Kafka key.', 'KEY_MISMATCH', [], { ...ACK, key: null }],
];

export const CONTENT: Plain[] = [
  [
    'another-application',
    'The content is about another application than the subject.',
    'KEY_MISMATCH',
    [],
    reply(acknowledged, { ...GOOD.acknowledged, application: `applications/${OTHER}` }),
  ],
  [
    'half-a-message',
    'The JSON ends in the middle.',
    'NOT_JSON',
    [],
    withoutValue(ACK, { valueText: `{"application":"${APPLICATION}","subm` }),
  ],
  ['no-utf-8', 'The bytes are no UTF-8.', 'NOT_JSON', [], withoutValue(ACK, { valueBase64: 'Iv8i' })],
  [
    'byte-order-mark',
    'A byte order mark stands before the JSON.',
    'NOT_JSON',
    [],
    withoutValue(ACK, { valueText: `\ufeff${JSON.stringify(GOOD.acknowledged)}` }),
  ],
  [
    'avro-prefix',
    'A prefix of a schema registry stands before the JSON.',
    'NOT_JSON',
    [],
    withoutValue(ACK, {
      valueBase64: Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), Buffer.from('{}')]).toString('base64'),
    }),
  ],
  [
    'too-large',
    'The value is one byte over 64 KiB.',
    'TOO_LARGE',
    [],
    withoutValue(ACK, { valueSpaces: 64 * 1024 + 1 }),
  ],
  ['content-is-a-list', 'The content is a list.', 'CONTENT_INVALID', broken('', 'type'), reply(progressed, [])],
  [
    'property-too-many',
    'The content has a property that the schema does not list.',
    'CONTENT_INVALID',
    broken('fee', 'additionalProperties'),
    reply(decided, { ...GOOD.approved, fee: 90 }),
  ],
  [
    'property-that-may-be-content',
    'The name of a property too many may be content: it is told as *.',
    'CONTENT_INVALID',
    broken('*', 'additionalProperties'),
    reply(decided, { ...GOOD.approved, 'Ana Exemplu 2900000000012': 1 }),
  ],
  [
    'property-too-many-deep-inside',
    'The result has a property that the schema does not list.',
    'CONTENT_INVALID',
    broken('result.printedBy', 'additionalProperties'),
    reply(decided, { ...GOOD.approved, result: { ...RESULT, printedBy: 'x' } }),
  ],
  [
    'submission-zero',
    'Submissions are counted from 1.',
    'CONTENT_INVALID',
    broken('submission', 'minimum'),
    reply(acknowledged, { ...GOOD.acknowledged, submission: 0 }),
  ],
  [
    'no-agency-reference',
    'An acknowledgement has no number of the agency.',
    'CONTENT_INVALID',
    broken('agencyReference', 'required'),
    reply(acknowledged, { application: APPLICATION, submission: 1 }),
  ],
  [
    'unknown-outcome',
    'The outcome is neither approved nor rejected.',
    'CONTENT_INVALID',
    broken('outcome', 'enum'),
    reply(decided, { ...GOOD.approved, outcome: 'maybe' }),
  ],
  [
    'rejection-without-reason',
    'A rejection says not why.',
    'CONTENT_INVALID',
    broken('reason', 'required'),
    reply(decided, { application: APPLICATION, outcome: 'rejected', decideTime: CORPUS_MOMENT }),
  ],
  [
    'rejection-without-romanian',
    'The reason is not there in Romanian.',
    'CONTENT_INVALID',
    broken('reason.ro', 'required'),
    reply(decided, { ...GOOD.rejected, reason: { en: 'No right.' } }),
  ],
  [
    'rejection-with-a-result',
    'A rejection has a result.',
    'CONTENT_INVALID',
    broken('result', 'false schema'),
    reply(decided, { ...GOOD.rejected, result: RESULT }),
  ],
  [
    'appeal-without-how',
    'An appeal says until when, and not how.',
    'CONTENT_INVALID',
    broken('appeal.how', 'required'),
    reply(decided, { ...GOOD.rejected, appeal: { until: '2027-01-15' } }),
  ],
  [
    'no-documents',
    'Documents are requested, and none is named.',
    'CONTENT_INVALID',
    broken('documents', 'minItems'),
    reply(documentsRequested, { ...GOOD.requested, documents: [] }),
  ],
  [
    'paper-kind-in-words',
    'The kind of a paper is no code.',
    'CONTENT_INVALID',
    broken('documents.0.kind', 'pattern'),
    reply(documentsRequested, { ...GOOD.requested, documents: [{ kind: 'Act de identitate' }] }),
  ],
  [
    'answer-by-of-no-day',
    'answerBy is no day of the calendar.',
    'CONTENT_INVALID',
    broken('answerBy', 'format'),
    reply(documentsRequested, { ...GOOD.requested, answerBy: '2027-02-30' }),
  ],
  [
    'correction-without-a-result',
    'A correction brings no result.',
    'CONTENT_INVALID',
    broken('result', 'required'),
    reply(resultCorrected, { application: APPLICATION, reason: { ro: 'Greșeală.' } }),
  ],
];
