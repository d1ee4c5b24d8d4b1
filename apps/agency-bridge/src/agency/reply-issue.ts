import { isRefusalCause, isReplyType, isRequestType, plainId, REFUSALS } from '@cups/agency-contract';
import type { ReplyRefused } from '@cups/agency-contract';
import type { ReceivedEvent } from '@cups/contracts';
import type { ReplyIssue, MessagePosition } from '../domain/delivery.ts';

/** The border to agencies, outwards: what became of a reply that was not taken as it was sent, without anything that it says. */

const MAX_VIOLATIONS = 20;
const MAX_FIELD_LENGTH = 500;
const MAX_RULE_LENGTH = 64;
/** What is to be done where a cause stands in no table. */
const UNKNOWN_CAUSE = {
  handling: 'refused',
  mend: 'Hold the message against the contract, or ask the platform.',
} as const;

/** Where a message lies, and what of its name may be told back. */
export function messagePositionOf({ id, type, topic, partition, offset }: ReceivedEvent): MessagePosition {
  const position: MessagePosition = { topic, partition, offset: Number(offset) };
  const plain = plainId(id);
  if (plain !== undefined) position.id = plain;
  if (isReplyType(type) || isRequestType(type)) position.type = type;
  return position;
}

/** What an agency is to make of one message, or of several that had the same cause. */
export interface ReplyReport {
  about: MessagePosition;
  issue: ReplyIssue;
  /** applications/{id} of the agency, where the message named one. */
  application?: string | undefined;
  count?: number;
  /** Of several the last. */
  last?: { partition: number; offset: number };
  time: Date;
}

/** The content of `md.cups.reply.refused.v1`. */
export function toReplyRefused({ about, issue, application, count = 1, last, time }: ReplyReport): ReplyRefused {
  const { cause, changes } = issue;
  const { handling, mend } = isRefusalCause(cause) ? REFUSALS[cause] : UNKNOWN_CAUSE;
  const { id, type, topic, partition, offset } = about;
  const content: ReplyRefused = {
    handling,
    cause,
    message: { topic, partition, offset },
    violations: limitViolations(issue.violations),
    mend,
    count,
    time: time.toISOString(),
  };
  if (id !== undefined) content.message.id = id;
  if (type !== undefined) content.message.type = type;
  if (last !== undefined) content.last = last;
  if (application !== undefined) content.application = application;
  if (changes && changes.length > 0) content.changes = changes;
  return content;
}

/** As many and as long as they may be told and kept. */
export const limitViolations = (violations: ReplyIssue['violations']): ReplyIssue['violations'] =>
  violations
    .slice(0, MAX_VIOLATIONS)
    .map(({ field, rule }) => ({ field: field.slice(0, MAX_FIELD_LENGTH), rule: rule.slice(0, MAX_RULE_LENGTH) }));
