import { REFUSALS } from '@cups/agency-contract';
import type { RefusalCause } from '@cups/agency-contract';

/** A rule of the contract as the kit tells it: what it says, and what to do about a breach. */
export type Rule = { statement: string; remedy: string };

/** The promises of an agency that no schema can hold. */
export const RULES = {
  CONNECT: {
    statement: 'An agency signs in as agency.<code> and may describe its requests, its replies and the centres.',
    remedy:
      'Look at the user, the password file, the CA file and the prefix; the operator of the platform gives out rights.',
  },
  ACKNOWLEDGE: {
    statement:
      'A submission is acknowledged with its number and the agency’s own reference once it is taken into work.',
    remedy: 'Send md.cups.reply.acknowledged.v1 as soon as the case is stored.',
  },
  DECIDE: {
    statement: 'A case ends with one decision.',
    remedy: 'Send md.cups.reply.decided.v1; look into the log of your system for what it stumbled over.',
  },
  CAUSATION: {
    statement:
      'ce_causationid of a reply is the ce_id of the newest request that it answers, and ce_correlationid is that of the same request.',
    remedy: 'Copy ce_id of the request into ce_causationid of the reply, and ce_correlationid as it is.',
  },
  SUBMISSION: {
    statement: 'Each submission is acknowledged once, by its own number.',
    remedy: 'Copy submission of the request into the acknowledgement, also after application.documents-supplied.',
  },
  PERSONAL_DATA: {
    statement: 'Personal data is in the value only, never in a key, a header or a ce_id; agencyReference is no IDNP.',
    remedy: 'Derive ce_id from the ce_id of the request, and use a number of your own as agencyReference.',
  },
  DEDUPLICATE: {
    statement: 'Delivery is at least once: a message with a ce_source and ce_id that was seen has no second effect.',
    remedy:
      'Keep the ce_id of each message in the same transaction as its effect, and derive the ce_id of a reply from that of its request.',
  },
  STOP: {
    statement: 'After application.withdrawn or application.expired the agency stops: no reply about it any more.',
    remedy: 'Close the case when you read the message, and look at its state once more before a decision goes out.',
  },
  PARTITIONER: {
    statement:
      'The key is hashed by murmur2, as Java’s own client does: the replies of a delivery lie in one partition, in order.',
    remedy:
      'Set the partitioner: librdkafka partitioner=murmur2_random, kafkajs DefaultPartitioner; and set no partition by hand.',
  },
  ORDER: {
    statement:
      'The replies of a delivery lie in the order in which they came about: the acknowledgement before the decision.',
    remedy: 'Send the replies of one delivery one after another, with enable.idempotence or one request in flight.',
  },
  IGNORE_UNKNOWN: {
    statement: 'Headers, properties and types that are not known are ignored: the platform may add some.',
    remedy: 'Do not close schemas when you read, and pass over a ce_type that you do not know.',
  },
  FOREIGN: {
    statement: 'An agency that takes people without IDNP handles .v2 as it does .v1; any other one passes it over.',
    remedy: 'Read md.cups.application.submitted.v2: idnp or foreignDocument is there.',
  },
  SIZE: {
    statement: 'A request has up to 262144 bytes, its answers up to 65536.',
    remedy: 'Raise fetch limits and the size of the columns in which you keep a request.',
  },
  GO_ON: {
    statement: 'md.cups.reply.refused.v1 tells what became of a reply; the agency notes it and goes on.',
    remedy: 'Log cause, violations and mend of the message for an engineer, and answer it with nothing.',
  },
  ASK_ONCE: {
    statement:
      'Papers are asked for by one message, with a day that is still to come, and the case goes on when they are supplied.',
    remedy: 'Send one documents-requested, and take application.documents-supplied as the whole submission again.',
  },
  SURVIVE: {
    statement: 'A crash between an effect and its commit has no second effect, and loses nothing.',
    remedy:
      'Commit offsets only after the effect is stored and its replies are at the broker; keep what you have seen across restarts.',
  },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES | RefusalCause;

/** The words of a rule, of this table or of the contract's table of refusals. */
export const ruleOf = (name: RuleName): Rule => {
  if (name in RULES) return RULES[name as keyof typeof RULES];
  const { meaning, mend } = REFUSALS[name as RefusalCause];
  return { statement: meaning, remedy: mend };
};
