import { isRefusalCause, isReplyType, isRequestType, plainId, REFUSALS } from '@cups/agency-contract';
import type { ReplyRefused } from '@cups/agency-contract';
import type { ReceivedEvent } from '@cups/contracts';
import type { NotTaken, Place } from '../domain/delivery.ts';

/** The border to agencies, outwards: what became of a reply that was not taken as it was sent, without anything that it says. */

const MAX_VIOLATIONS = 20;
const MAX_FIELD = 500;
const MAX_RULE = 64;
/** What is to be done where a cause stands in no table. */
const UNKNOWN = { handling: 'refused', mend: 'Hold the message against the contract, or ask the platform.' } as const;

/** Where a message lies, and what of its name may be told back. */
export function placeOf({ id, type, topic, partition, offset }: ReceivedEvent): Place {
  const place: Place = { topic, partition, offset: Number(offset) };
  const plain = plainId(id);
  if (plain !== undefined) place.id = plain;
  if (isReplyType(type) || isRequestType(type)) place.type = type;
  return place;
}

/** What an agency is to make of one message, or of several that had the same cause. */
export interface Telling {
  about: Place;
  notTaken: NotTaken;
  /** applications/{id} of the agency, where the message named one. */
  application?: string | undefined;
  count?: number;
  /** Of several the last. */
  last?: { partition: number; offset: number };
  time: Date;
}

/** The content of `md.cups.reply.refused.v1`. */
export function toReplyRefused({ about, notTaken, application, count = 1, last, time }: Telling): ReplyRefused {
  const { cause, changes } = notTaken;
  const { handling, mend } = isRefusalCause(cause) ? REFUSALS[cause] : UNKNOWN;
  const { id, type, topic, partition, offset } = about;
  const told: ReplyRefused = {
    handling,
    cause,
    message: { topic, partition, offset },
    violations: boundedViolations(notTaken.violations),
    mend,
    count,
    time: time.toISOString(),
  };
  if (id !== undefined) told.message.id = id;
  if (type !== undefined) told.message.type = type;
  if (last !== undefined) told.last = last;
  if (application !== undefined) told.application = application;
  if (changes && changes.length > 0) told.changes = changes;
  return told;
}

/** As many and as long as they may be told and kept. */
export const boundedViolations = (violations: NotTaken['violations']): NotTaken['violations'] =>
  violations
    .slice(0, MAX_VIOLATIONS)
    .map(({ field, rule }) => ({ field: field.slice(0, MAX_FIELD), rule: rule.slice(0, MAX_RULE) }));
