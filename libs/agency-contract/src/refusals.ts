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
  /** What the agency does about it, in one sentence. Published as `remedy`, and as `mend` in version 1. */
  remedy: string;
};

const refuse = (meaning: string, remedy: string): Refusal => ({ handling: 'refused', meaning, remedy });
const record = (meaning: string, remedy: string): Refusal => ({ handling: 'recorded', meaning, remedy });
const change = (meaning: string, remedy: string): Refusal => ({ handling: 'changed', meaning, remedy });

export const REFUSALS = {
  NOT_CLOUDEVENTS: refuse(
    'A header that CloudEvents 1.0 in binary mode needs is missing, there twice or wrong, or the message has no value.',
    'Set the headers that are named as the schema of headers says, and send the reply again under a new ce_id.',
  ),
  UNKNOWN_TYPE: refuse(
    'ce_type is none of the replies of this contract.',
    'Send one of the types that the document lists for agency.<code>.replies, with its version.',
  ),
  SOURCE_MISMATCH: refuse(
    'This ce_source may not send this ce_type about this delivery.',
    'Set ce_source to /agencies/<your code>, and send replies only, never a type of the platform.',
  ),
  FOREIGN_AGENCY: refuse(
    'ce_source names another agency than the one to which the topic belongs.',
    'Set ce_source to /agencies/<your code>, the code in the name of your topics.',
  ),
  FOREIGN_DELIVERY: refuse(
    'ce_subject names a delivery of another agency.',
    'Copy ce_subject and the Kafka key from the request that you answer.',
  ),
  UNKNOWN_DELIVERY: refuse(
    'Nothing of this application was ever meant for this agency.',
    'Copy ce_subject and the Kafka key from the request that you answer; the platform opens deliveries, an agency never does.',
  ),
  NOTHING_SENT: refuse(
    'The delivery is there, but nothing of it was sent to the agency that could be answered.',
    'Answer only what you received; should you hold such a request, ask for a re-send.',
  ),
  TRAINING_MISMATCH: refuse(
    'The delivery is one of a training, or the topic is.',
    'Answer on your own topic only what came over your own topic.',
  ),
  KEY_MISMATCH: refuse(
    'The Kafka key, ce_subject and the application of the content do not name one and the same delivery.',
    'Set the key to the last segment of ce_subject, and the application to the one that the request names.',
  ),
  TOO_LARGE: refuse(
    'The value is over the bound of its direction: 65536 bytes for a reply.',
    'Shorten the texts; papers are not sent as bytes.',
  ),
  NOT_JSON: refuse(
    'The value is no JSON in UTF-8.',
    'Send one JSON object in UTF-8 as the value, whole, without a schema registry prefix and without compression of your own.',
  ),
  CONTENT_INVALID: refuse(
    'The content breaks the schema of its type: the fields are named with the rule that each breaks.',
    'Hold the content against the schema that ce_dataschema names, mend the fields that are named, and send it again under a new ce_id.',
  ),
  UNKNOWN_PAPER_KIND: refuse(
    'A document that is asked for is of a kind that is not in the list of kinds of papers.',
    'Take the kind from reference/document-kinds.json, and say what is special about the paper in its note.',
  ),
  REASON_BLANK: refuse(
    'A rejection, a correction or a revocation has a reason without a word in it, in every language.',
    'Write the reason for the person in Romanian at least, and send the reply again under a new ce_id.',
  ),
  ID_REUSED: refuse(
    'This ce_id was used about this delivery before, for a message that said something else.',
    'Send the new content under a new ce_id; repeat a message only byte by byte.',
  ),
  UNKNOWN_SUBMISSION: refuse(
    'The acknowledgement names a submission that was never sent.',
    'Acknowledge with the number that the field submission of the request has.',
  ),
  TOO_MANY_REFUSED: refuse(
    'So many replies about this delivery were refused that further ones are not told one by one.',
    'Stop sending about this delivery, mend the cause of the earlier refusals, and ask the platform to look at it.',
  ),
  BATCH_TOO_LARGE: refuse(
    'A batch of records is over 8 MiB when it is unpacked; it was passed over as a whole.',
    'Let the producer make smaller batches (batch.size), and send these replies again.',
  ),
  BATCH_TOO_MANY_RECORDS: refuse(
    'A batch holds more than 10000 records; it was passed over as a whole.',
    'Let the producer make smaller batches (batch.num.messages or batch.size), and send these replies again.',
  ),
  BATCH_UNREADABLE: refuse(
    'A batch of records cannot be unpacked; it was passed over as a whole.',
    'Use the record format of Kafka 0.11 or newer with a compression of none, gzip, snappy, lz4 or zstd.',
  ),
  ALREADY_DECIDED: record(
    'The application is decided, and one decision is final; this reply says something else, or asks for documents.',
    'Correct or revoke the result by result-corrected or result-revoked; the desk sees what you sent and will call.',
  ),
  NOT_DECIDED: record(
    'A result is corrected or revoked that was never given: the application is not decided yet.',
    'Send the decision first, with the result as it is now.',
  ),
  APPLICATION_ENDED: record(
    'The application was withdrawn or has expired: nothing moves it any more.',
    'Stop working on it; the desk sees what you sent, and a person who still wants it files a new application.',
  ),
  CE_TIME_REPLACED: change(
    'ce_time is missing, has no zone, or cannot be: the time of arrival stands in for it.',
    'Set ce_time to the time of sending as RFC 3339 with an offset or Z, from a clock that is right.',
  ),
  DECIDE_TIME_REPLACED: change(
    'decideTime is none, lies before the application was submitted, or lies in the future: the time of sending stands in for it.',
    'Set decideTime to the moment of the decision as RFC 3339 with an offset or Z.',
  ),
  VALID_UNTIL_DROPPED: change(
    'validUntil is no date, or had passed when it was sent: the result has no end of validity now.',
    'Send result-corrected with the right yyyy-MM-dd, where the result ends at all.',
  ),
  APPEAL_UNTIL_DROPPED: change(
    'appeal.until is no date, or had passed when it was sent: the person is told how to appeal, and no day.',
    'Set appeal.until to the last day as yyyy-MM-dd, or leave it out.',
  ),
  TEXT_CUT: change(
    'A text for a person is over 2000 letters: it was cut.',
    'Write at most 2000 letters in each language.',
  ),
  ANSWER_BY_LENGTHENED: change(
    'answerBy is nearer than 5 working days from the notice to the person: it was moved.',
    'Give the person 5 working days at least.',
  ),
  ANSWER_BY_CUT: change('answerBy is further than a year away: it was moved.', 'Ask for papers within a year at most.'),
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
