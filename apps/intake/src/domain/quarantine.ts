import { boundDeskTime } from '@cups/contracts';
import type { DeskTime } from '@cups/contracts';
import { Problem } from '@cups/problem';
import type { Reason } from '@cups/problem';

/**
 * Acts of an operator or a device whose rights ended, kept until somebody decides about them: released, which applies them
 * as a desk write, or rejected.
 */

/** Bounds of a hand-in and of what one device may leave undecided. */
export const MAX_HANDED_IN_ACTS = 500;
export const MAX_ACT_BYTES = 256 * 1024;
export const MAX_HAND_IN_BYTES = 2 * 1024 * 1024;
export const MAX_OPEN_ACTS_PER_DEVICE = 5_000;
/** How long after its expiry a grant still hands in acts. */
const MAX_GRANT_AGE_MS = 14 * 86_400_000;
/** Tolerance for the clocks of desk and platform. */
const MAX_CLOCK_SKEW_MS = 60_000;

export type QuarantineState = 'open' | 'released' | 'rejected';

/** Where an act belongs: who made it, at which device, and the times that the platform vouches for. */
export interface GrantFacts {
  /** operators/{id} */
  operator: string;
  /** devices/{id} */
  device: string;
  /** centres/{code} */
  centre: string;
  anchorTime: Date;
  expireTime: Date;
}

/** A write as the desk hands it in. */
export interface HandedInAct {
  /** Its Idempotency-Key. */
  key: string;
  /** ID of the application. */
  application: string;
  kind: string;
  /** A JSON text. */
  body: string;
  deskTime: Date;
  sequence: number;
  previous?: string;
}

export interface QuarantineDecision {
  /** operators/{id} */
  operator: string;
  time: Date;
  /** Of a rejection. */
  reason?: string;
  /** Of a release: the act had arrived before. */
  isAlreadyApplied?: boolean;
}

/** A release that was refused; the act stays open. */
export interface ReleaseRefusal {
  reason: Reason;
  /** operators/{id} */
  operator: string;
  time: Date;
}

export interface QuarantinedAct extends HandedInAct, GrantFacts {
  /** A JSON text; empty once erased. */
  body: string;
  /** Keyed hash of the act, to detect other content under the same key. */
  fingerprint: string;
  handInTime: Date;
  state: QuarantineState;
  decision?: QuarantineDecision;
  refusal?: ReleaseRefusal;
}

/** What a released act passes to the command. */
export interface ActRelease {
  /** operators/{id} who made the act. */
  author: string;
  deskTime: DeskTime;
  /** Kinds of the documents whose scans exist no more, and which the act therefore does not name. */
  missingScans?: readonly string[];
}

/** Returns the desk time of an act, which its grant and the hand-in bound. */
const deskTimeOf = ({ deskTime: time, sequence, previous, handInTime, ...grant }: TimedAct): DeskTime =>
  boundDeskTime({ time, sequence, ...(previous === undefined ? {} : { previous }) }, grant, handInTime);

type TimedAct = Pick<
  QuarantinedAct,
  'deskTime' | 'sequence' | 'previous' | 'device' | 'anchorTime' | 'expireTime' | 'handInTime'
>;

/** Whether the act can only have happened at its desk time: after the anchor of its grant, and before it arrived. */
export const isDeskTimeBounded = (act: TimedAct): boolean => deskTimeOf(act).isBounded;

export const releaseOf = (act: QuarantinedAct): ActRelease => ({ author: act.operator, deskTime: deskTimeOf(act) });

/**
 * Asserts that a grant may hand in acts now.
 * @throws Problem OFFLINE_CLAIM_INVALID
 */
export function assertGrantUsable(grant: GrantFacts, now: Date): void {
  assertGrantBegun(grant, now);
  if (now.getTime() <= grant.expireTime.getTime() + MAX_GRANT_AGE_MS) return;
  throw new Problem({ reason: 'OFFLINE_CLAIM_INVALID', message: 'The offline grant is too old to hand in acts.' });
}

/**
 * Asserts that a grant is not of the future. A sealed act is evidence however old its grant is: nobody can add one to a grant
 * that they do not have in clear.
 * @throws Problem OFFLINE_CLAIM_INVALID
 */
export function assertGrantBegun({ anchorTime }: Pick<GrantFacts, 'anchorTime'>, now: Date): void {
  if (anchorTime.getTime() <= now.getTime() + MAX_CLOCK_SKEW_MS) return;
  throw new Problem({ reason: 'OFFLINE_CLAIM_INVALID', message: 'The offline grant is of the future.' });
}

/**
 * Asserts that this operator may decide: nobody decides about their own acts.
 * @throws Problem SELF_CHANGE_NOT_ALLOWED
 */
export function assertDecider({ operator }: Pick<QuarantinedAct, 'operator'>, decider: string): void {
  if (operator !== decider) return;
  throw new Problem({
    reason: 'SELF_CHANGE_NOT_ALLOWED',
    message: 'Operators cannot decide about their own quarantined acts.',
  });
}

/** Returns the filter of open acts that came before this one on the same application. */
export const earlierActs = ({
  application,
  device,
  sequence,
  deskTime,
}: Pick<QuarantinedAct, 'application' | 'device' | 'sequence' | 'deskTime'>) => ({
  application,
  state: 'open',
  // The numbers of a device are reliable. Between devices only the times compare.
  $or: [
    { device, sequence: { $lt: sequence } },
    { device: { $ne: device }, deskTime: { $lt: deskTime } },
  ],
});

/** @throws Problem ACTION_NOT_ALLOWED if the act was decided otherwise */
export function assertUndecided({ state }: Pick<QuarantinedAct, 'state'>, action: 'release' | 'reject'): void {
  if (state === 'open') return;
  const message = `The quarantined act is already ${state}.`;
  throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message, metadata: { state, action } });
}
