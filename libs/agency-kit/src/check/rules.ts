import { REFUSALS } from '@cups/agency-contract';
import type { RefusalCause } from '@cups/agency-contract';

/** A rule of the contract and how to fix a violation. */
export type Rule = { statement: string; remedy: string };

/** Rules for agencies that no schema can express. */
export const RULES = {
  CONNECT: {
    statement: 'An agency signs in as agency.<code> and can describe its requests, its replies and the centres.',
    remedy: 'Check the user, the password file, the CA file and the prefix; a platform administrator grants access.',
  },
  ACKNOWLEDGE: {
    statement:
      'Each submission is acknowledged, with its number and the agency’s own reference, when work on it starts.',
    remedy: 'Send md.cups.reply.acknowledged.v1 as soon as the case is stored.',
  },
  DECIDE: {
    statement: 'Each case ends with exactly one decision.',
    remedy: 'Send md.cups.reply.decided.v1; check the log of your system for an error.',
  },
  ANSWER_MESSAGE: {
    statement: 'A message of the desk is answered.',
    remedy: 'Show the message to a clerk, and send md.cups.reply.message-sent.v1 with its number in answersNumber.',
  },
  REMINDER: {
    statement: 'A reminder changes nothing: work continues, and no reply answers the reminder itself.',
    remedy: 'Show application.reminded to a clerk. Do not close the case, and do not acknowledge or decide it twice.',
  },
  CAUSATION: {
    statement:
      'A reply carries the ce_id of the newest request that it answers as ce_causationid, and the ce_correlationid of that request.',
    remedy: 'Copy ce_id of the request to ce_causationid of the reply, and ce_correlationid unchanged.',
  },
  SUBMISSION: {
    statement:
      'Each submission is acknowledged once, with its own number, and a reply names the newest one that it is about.',
    remedy: 'Copy submission from the request to its replies, including after application.documents-supplied.',
  },
  PERSONAL_DATA: {
    statement:
      'Personal data is allowed in the value only, never in a key, a header or a ce_id; agencyReference is never an IDNP.',
    remedy: 'Derive ce_id from the ce_id of the request, and use your own case number as agencyReference.',
  },
  DEDUPLICATE: {
    statement: 'Delivery is at least once: a message with a known ce_source and ce_id has no second effect.',
    remedy:
      'Store the ce_id of each message in the same transaction as its effect, and derive the ce_id of a reply from that of its request.',
  },
  STOP: {
    statement:
      'After application.withdrawn or application.expired the agency sends no further reply about the application.',
    remedy: 'Close the case when you read the message, and check its state again before you send a decision.',
  },
  PARTITIONER: {
    statement:
      'The key is hashed by murmur2, as the Java client does: the replies about a delivery are in one partition, in order.',
    remedy:
      'Set the partitioner: librdkafka partitioner=murmur2_random, kafkajs DefaultPartitioner; and do not set a partition explicitly.',
  },
  ORDER: {
    statement: 'The replies about a delivery are in order: the acknowledgement before the decision.',
    remedy: 'Send the replies about a delivery one after another, with enable.idempotence or one request in flight.',
  },
  IGNORE_UNKNOWN: {
    statement: 'Unknown headers, properties and types are ignored, because the platform may add some.',
    remedy: 'Validate with open schemas when you read, and ignore an unknown ce_type.',
  },
  FOREIGN: {
    statement: 'An agency that serves people without IDNP handles .v2 as it does .v1; any other agency ignores .v2.',
    remedy: 'Read md.cups.application.submitted.v2, which has idnp or foreignDocument.',
  },
  SIZE: {
    statement: 'A request has at most 262144 bytes, its answers at most 65536.',
    remedy: 'Raise the fetch limits and the size of the columns that store a request.',
  },
  GO_ON: {
    statement: 'md.cups.reply.refused.v1 reports a refused reply; the agency logs it and keeps working.',
    remedy: 'Log cause, violations and remedy of the message for an engineer, and send no reply to it.',
  },
  ASK_ONCE: {
    statement:
      'Documents are requested in one message with a future answerBy, and work resumes when they are supplied.',
    remedy: 'Send one documents-requested, and read application.documents-supplied as the complete submission again.',
  },
  FETCH: {
    statement: 'A copy whose copyState is available is fetched with a token, from the address given to the agency.',
    remedy: 'Get a token with private_key_jwt, and GET the path in copy. The guide shows both.',
  },
  VERIFY: {
    statement: 'A copy is used only if its SHA-256 is copySha256; otherwise the application is not decided.',
    remedy: 'Compare the digest of the received bytes with copySha256, fetch once more, then ask the administrator.',
  },
  SURVIVE: {
    statement: 'A crash between an effect and its commit loses nothing and has no second effect.',
    remedy:
      'Commit offsets only after the effect is stored and the broker has its replies; store processed ce_ids across restarts.',
  },
  CURSOR: {
    statement: 'Reading continues at the cursor of the last page, also after a restart.',
    remedy: 'Store the cursor after the messages of its page, and send it with the next read.',
  },
  OVERTAKEN: {
    statement:
      'A cursor that a restore of the platform has overtaken is dropped, and known messages have no second effect.',
    remedy:
      'After 400 PAGE_TOKEN_INVALID read without a cursor, from the oldest message, and ignore the IDs that you have.',
  },
  PACE: {
    statement: 'Reading pauses after an empty page that came early, and at most four reads of an agency wait.',
    remedy:
      'Use one connection that waits, and pause a few seconds after an empty page without a wait and after an error.',
  },
  RETRY: {
    statement: 'After 429, 503 and a broken connection a reply is repeated unchanged, with its ID, after Retry-After.',
    remedy: 'Keep the reply until the platform answers 200, and derive its ID from that of the request.',
  },
  REFUSAL: {
    statement:
      'A refused reply is not repeated unchanged: its cause says what to correct, and the correction has a new ID.',
    remedy: 'Read cause and violations of the response, log them for an engineer, and continue with other work.',
  },
  TOKEN: {
    statement: 'A token is used for many requests until it expires; after 401 the request is repeated with a new one.',
    remedy: 'Keep the token in memory for expires_in seconds, and get another one after 401.',
  },
  WEBHOOK: {
    statement: 'A call of the webhook is answered 2xx within 5 seconds, also a repeat with the same webhook-id.',
    remedy: 'Answer first, then read the feed. A repeat only causes another read.',
  },
  SIGNATURE: {
    statement: 'A call of the webhook counts only with a signature of the platform and a time within 5 minutes.',
    remedy:
      'Verify webhook-signature over <webhook-id>.<webhook-timestamp>.<body>, and answer 401 if it does not match.',
  },
  WEBHOOK_KEYS: {
    statement: 'The public keys of webhooks are read once, and again at most once a minute.',
    remedy: 'Keep the keys. Anybody can send calls: not each of them may cost a request.',
  },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES | RefusalCause;

/** Returns a rule of this table or of the contract's table of refusals. */
export const ruleOf = (name: RuleName): Rule => {
  if (name in RULES) return RULES[name as keyof typeof RULES];
  const { meaning, remedy } = REFUSALS[name as RefusalCause];
  return { statement: meaning, remedy };
};
