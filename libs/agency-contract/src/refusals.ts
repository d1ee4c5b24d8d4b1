/**
 * The table of causes for replies that the platform refuses, records or changes. The contract document, the corpus,
 * `md.cups.reply.refused.v1` and the kit take their texts from it.
 */

export const HANDLINGS = ['refused', 'recorded', 'changed'] as const;
/** `refused`: rejected. `recorded`: stored and shown at the desk without effect. `changed`: accepted with changes. */
export type Handling = (typeof HANDLINGS)[number];

export type Refusal = {
  handling: Handling;
  /** What is wrong, in one sentence. */
  meaning: string;
  /** What the agency does about it, in one sentence. Published as `remedy`, and in version 1 also under its former name. */
  remedy: string;
};

const refuse = (meaning: string, remedy: string): Refusal => ({ handling: 'refused', meaning, remedy });
const record = (meaning: string, remedy: string): Refusal => ({ handling: 'recorded', meaning, remedy });
const change = (meaning: string, remedy: string): Refusal => ({ handling: 'changed', meaning, remedy });

export const REFUSALS = {
  NOT_CLOUDEVENTS: refuse(
    'A header that CloudEvents 1.0 in binary mode requires is missing, duplicate or invalid, or the message has no value.',
    'Set the listed headers as in the headers schema, and send the reply again with a new ce_id.',
  ),
  UNKNOWN_TYPE: refuse(
    'ce_type is not a reply type of this contract.',
    'Send one of the types listed for agency.<code>.replies, with its version.',
  ),
  SOURCE_MISMATCH: refuse(
    'This ce_source may not send this ce_type about this delivery.',
    'Set ce_source to /agencies/<your code>, and send reply types only.',
  ),
  FOREIGN_AGENCY: refuse(
    'ce_source names an agency that does not own the topic.',
    'Set ce_source to /agencies/<your code>, the code in the names of your topics.',
  ),
  FOREIGN_DELIVERY: refuse(
    'ce_subject names a delivery of another agency.',
    'Copy ce_subject and the Kafka key from the request.',
  ),
  UNKNOWN_DELIVERY: refuse(
    'The application has no delivery to this agency.',
    'Copy ce_subject and the Kafka key from the request. Only the platform opens deliveries.',
  ),
  NOTHING_SENT: refuse(
    'The delivery exists, but the agency was not sent a request that it could answer.',
    'Reply only to requests on your topic. If you have such a request, ask for a replay.',
  ),
  TRAINING_MISMATCH: refuse(
    'Either the delivery or the topic is for training, and the other is not.',
    'Reply on your own topic only to requests from your own topic.',
  ),
  KEY_MISMATCH: refuse(
    'The Kafka key, ce_subject and the application in the content do not name the same delivery.',
    'Set the key to the last segment of ce_subject, and the application to that of the request.',
  ),
  TOO_LARGE: refuse(
    'The value exceeds the maximum size, 65536 bytes for a reply.',
    'Shorten the texts. Do not send documents as bytes.',
  ),
  NOT_JSON: refuse(
    'The value is not valid JSON in UTF-8.',
    'Send one complete JSON object in UTF-8 as the value, without a schema registry prefix or compression of your own.',
  ),
  CONTENT_INVALID: refuse(
    'The content violates the schema of its type. Each violation has the field and the rule.',
    'Validate the content against the schema in ce_dataschema, fix the listed fields, and send the reply again with a new ce_id.',
  ),
  UNKNOWN_PAPER_KIND: refuse(
    'A requested document has a kind that is not in the list of document kinds.',
    'Use a kind of reference/document-kinds.json, and describe the document in its note.',
  ),
  REASON_BLANK: refuse(
    'The reason of a rejection, correction, revocation or passing on is blank in every language.',
    'Write the reason for the person at least in Romanian, and send the reply again with a new ce_id.',
  ),
  RESULT_DOCUMENT_INVALID: refuse(
    'The result names a document that was not uploaded for this delivery, was refused by its check, or no longer exists.',
    'Upload the document for this delivery, wait until its state is available, and send the reply again with a new ce_id.',
  ),
  ID_REUSED: refuse(
    'This ce_id was already used for this delivery with other content.',
    'Send the new content with a new ce_id. A repeat must be identical byte by byte.',
  ),
  PASSED_ON: refuse(
    'The agency passed the application on. It is no longer a delivery of this agency.',
    'Stop working on it. If it comes back, it is sent as a new request.',
  ),
  UNKNOWN_SUBMISSION: refuse(
    'The reply names a submission that was never sent.',
    'Reply with the value of submission in the newest request that you have seen.',
  ),
  TOO_MANY_MESSAGES: refuse(
    'The agency wrote 10 messages to the desk today, or 50 in all, about this delivery.',
    'Put several questions into one message, or call the centre.',
  ),
  TOO_MANY_REFUSED: refuse(
    'The limit of 20 reported refusals for this delivery is reached. Further ones are not reported.',
    'Stop sending about this delivery, fix the cause of the earlier refusals, and ask the platform administrator for help.',
  ),
  BATCH_TOO_LARGE: refuse(
    'A batch of records exceeds 8 MiB when unpacked, and all its records were skipped.',
    'Reduce the batch size of the producer (batch.size), and send these replies again.',
  ),
  BATCH_TOO_MANY_RECORDS: refuse(
    'A batch has more than 10000 records, and all of them were skipped.',
    'Reduce the batch size of the producer (batch.num.messages or batch.size), and send these replies again.',
  ),
  BATCH_UNREADABLE: refuse(
    'A batch of records cannot be unpacked, and all its records were skipped.',
    'Use the record format of Kafka 0.11 or newer, uncompressed or with gzip, snappy, lz4 or zstd.',
  ),
  ALREADY_DECIDED: record(
    'The application is decided, and the decision is final. This reply differs from it, or requests documents.',
    'Send result-corrected or result-revoked to change the result. The desk sees your reply and will call.',
  ),
  NOT_DECIDED: record(
    'The application is not decided yet, so there is no result to correct or revoke.',
    'Send the decision first, with the current result.',
  ),
  APPLICATION_ENDED: record(
    'The application was withdrawn or has expired. Replies no longer change its state.',
    'Stop working on it. The desk sees your reply, and the person can file a new application.',
  ),
  CE_TIME_REPLACED: change(
    'ce_time is missing, has no zone, or is implausible. The time of arrival replaces it.',
    'Set ce_time to the time of sending as RFC 3339 with an offset or Z, and synchronise the clock.',
  ),
  DECIDE_TIME_REPLACED: change(
    'decideTime is invalid, before the submission, or in the future. The time of sending replaces it.',
    'Set decideTime to the time of the decision as RFC 3339 with an offset or Z.',
  ),
  VALID_UNTIL_DROPPED: change(
    'validUntil is not a date, or had passed when it was sent. The result has no end of validity.',
    'Send result-corrected with a valid date (yyyy-MM-dd) if the result expires.',
  ),
  APPEAL_UNTIL_DROPPED: change(
    'appeal.until is not a date, or had passed when it was sent. The person receives no last day for the appeal.',
    'Set appeal.until to the last day as yyyy-MM-dd, or omit it.',
  ),
  TEXT_CUT: change(
    'A text for a person exceeds 2000 characters and was cut.',
    'Write at most 2000 characters in each language.',
  ),
  ANSWER_BY_LENGTHENED: change(
    'answerBy is less than 5 working days after the notice to the person and was moved.',
    'Give the person at least 5 working days.',
  ),
  ANSWER_BY_CUT: change(
    'answerBy is more than one year away and was moved.',
    'Set answerBy to at most one year from now.',
  ),
} as const satisfies Record<string, Refusal>;

export type RefusalCause = keyof typeof REFUSALS;

/** Returns whether a text is a cause of this table; later versions may have more causes. */
export const isRefusalCause = (text: string): text is RefusalCause => Object.hasOwn(REFUSALS, text);

const PLAIN_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:~+/=-]{0,199}$/;

/**
 * Returns a `ce_id` that is safe to send back, or undefined if it is not a plain identifier and could hold anything.
 */
export const plainId = (id: string | undefined): string | undefined =>
  id !== undefined && PLAIN_ID_PATTERN.test(id) ? id : undefined;
