import type { State } from '@cups/application';
import type { ApiError } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import type { Write } from '../outbox/write.ts';
import type { CONFLICT_TEXTS } from '../texts/conflicts.ts';

/** Why the platform rejected an act that it would have accepted when the act was done. */
export type ConflictKind = keyof typeof CONFLICT_TEXTS;

/** Acts that continue in the screens of a visit. */
const DRAFT_KINDS: readonly Write['kind'][] = ['create', 'edit', 'submit', 'renew', 'mandates'];
export const isDraftAct = ({ kind }: Pick<Write, 'kind'>): boolean => DRAFT_KINDS.includes(kind);

const KIND_BY_REASON: Partial<Record<ApiError['reason'], ConflictKind>> = {
  ETAG_STALE: 'draft-changed',
  ANSWER_DATE_PASSED: 'answer-late',
  DESK_TIME_UNBOUNDED: 'time-unproven',
  INVALID_ARGUMENT: 'form-changed',
  APPLICATION_INCOMPLETE: 'form-changed',
  SERVICE_VERSION_EXPIRED: 'form-changed',
  SERVICE_PAUSED: 'service-closed',
  SERVICE_NOT_FILEABLE: 'service-closed',
  CENTRE_NOT_OPEN: 'service-closed',
  CENTRE_PAUSED: 'service-closed',
  CENTRE_CLOSED: 'service-closed',
  MANDATE_REQUIRED: 'mandate-ended',
  MANDATE_NOT_COVERING: 'mandate-ended',
  MANDATE_EXPIRED: 'mandate-ended',
  MANDATE_REVOKED: 'mandate-ended',
};

/** States after the decision of the agency. */
const DECIDED_STATES: readonly State[] = ['ready', 'rejected', 'handed-over', 'closed'];

/**
 * Returns the kind of a conflict; undefined for a refusal that only its own text explains.
 * @param theirs the application as the platform has it
 */
export function conflictKind(
  { reason }: Pick<ApiError, 'reason'>,
  head: Pick<Write, 'kind'>,
  theirs: Pick<Application, 'state'> | null | undefined,
): ConflictKind | undefined {
  if (isDraftAct(head) && hasEnded(theirs)) return 'draft-ended';
  if (reason === 'ACTION_NOT_ALLOWED') return theirs && DECIDED_STATES.includes(theirs.state) ? 'decided' : 'moved-on';
  const kind = KIND_BY_REASON[reason];
  return kind === 'form-changed' && !isDraftAct(head) ? undefined : kind;
}

/** Whether the platform has the application, and it is no draft any more. */
export const hasEnded = (theirs: Pick<Application, 'state'> | null | undefined): boolean =>
  Boolean(theirs && theirs.state !== 'draft');
