import { isRefusalCause, isReplyType, isRequestType, plainId, REFUSALS } from '@cups/agency-contract';
import type { ReplyRefused } from '@cups/agency-contract';
import type { ReceivedEvent } from '@cups/contracts';
import type { ReplyIssue, MessagePosition } from '../domain/delivery.ts';

/** Agency boundary, outbound: reports of refused, recorded and changed replies, without their content. */

const MAX_VIOLATIONS = 20;
const MAX_FIELD_LENGTH = 500;
const MAX_RULE_LENGTH = 64;
/** Used for a cause that is not in the contract's table. */
const UNKNOWN_CAUSE = {
  handling: 'refused',
  remedy: 'Validate the message against the contract, or ask the platform administrator.',
} as const;

/** Returns the position of a message, with ID and type if they are safe to send back. */
export function messagePositionOf({ id, type, topic, partition, offset }: ReceivedEvent): MessagePosition {
  const position: MessagePosition = { topic, partition, offset: Number(offset) };
  const safeId = plainId(id);
  if (safeId !== undefined) position.id = safeId;
  if (isReplyType(type) || isRequestType(type)) position.type = type;
  return position;
}

/** A report about one message, or about several with the same cause. */
export interface ReplyReport {
  about: MessagePosition;
  issue: ReplyIssue;
  /** applications/{id} of the agency, if the message named one. */
  application?: string | undefined;
  count?: number;
  /** Position of the last message, if there are several. */
  last?: { partition: number; offset: number };
  time: Date;
}

/** Builds the content of `md.cups.reply.refused.v1`. */
export function toReplyRefused({ about, issue, application, count = 1, last, time }: ReplyReport): ReplyRefused {
  const { cause, changes } = issue;
  const { handling, remedy } = isRefusalCause(cause) ? REFUSALS[cause] : UNKNOWN_CAUSE;
  const { id, type, topic, partition, offset } = about;
  const content: ReplyRefused = {
    handling,
    cause,
    message: { topic, partition, offset },
    violations: limitViolations(issue.violations),
    mend: remedy,
    remedy,
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

/** Limits the number and the length of violations. */
export const limitViolations = (violations: ReplyIssue['violations']): ReplyIssue['violations'] =>
  violations
    .slice(0, MAX_VIOLATIONS)
    .map(({ field, rule }) => ({ field: field.slice(0, MAX_FIELD_LENGTH), rule: rule.slice(0, MAX_RULE_LENGTH) }));
