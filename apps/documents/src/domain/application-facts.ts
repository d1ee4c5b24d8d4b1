/** Reasons of a hold. */
export type HoldReason = 'court' | 'complaint' | 'audit';

/** Stops all erasure of an application. */
export interface Hold {
  time: Date;
  reason: HoldReason;
  /** operators/{id}, or the name of an administrator. */
  operator: string;
}

/** What events of cups.applications tell about the application of a document. */
export interface ApplicationFacts {
  /** ID of the application. */
  _id: string;
  /** centres/{code}; absent until the first event, which an application has when it is filed or ends. */
  centre?: string;
  /** centres/{code} of another centre where the result is collected. */
  collectionCentre?: string;
  /** Code of the agency that has it. */
  agency?: string;
  /** Set while nobody has decided which agency receives it: none may read it. */
  agencyUndecided?: true;
  training: boolean;
  /** Time of the last submission. */
  submitTime?: Date;
  /** When it was closed, withdrawn or expired. */
  endTime?: Date;
  /** Last hand-over of its outcome. */
  handOverTime?: Date;
  /** Last day of the appeal, yyyy-MM-dd. */
  appealUntil?: string;
  /** Since when a paper result can be collected; absent without one, on its way, and after a revocation. */
  paperTime?: Date;
  /** When the term ended in which nobody collected its result; absent for a training. */
  uncollectedTime?: Date;
  /** While set, nothing of the application is erased. */
  hold?: Hold;
  /** The erasure of the application in intake, and when the last of its documents was erased. */
  erasure?: { time: Date; isRequested: boolean; endTime?: Date };
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

/** What an event changes. */
export type ApplicationChange =
  | { kind: 'submitted'; time: Date }
  | { kind: 'appealable'; appealUntil: string }
  /** `time` is since when the paper result can be collected; undefined if there is none any longer. */
  | { kind: 'paper-result'; time: Date | undefined }
  | { kind: 'handed-over'; time: Date }
  /** `centre` is centres/{code}; empty for the application's own. */
  | { kind: 'collection-centre'; centre: string }
  | { kind: 'ended'; time: Date }
  /** Another agency has it, which the event names. */
  | { kind: 'passed-on' }
  | { kind: 'agency-undecided' }
  /** Intake erased the application; `isRequested` by the person, and not by a rule. */
  | { kind: 'erased'; time: Date; isRequested: boolean }
  | { kind: 'nothing' };

/** Returns the facts after an event, which may be a repeat. Its timer recomputes the terms of all documents. */
export function applyChange<F extends ApplicationFacts>(
  facts: F,
  ref: Pick<Required<ApplicationFacts>, 'centre' | 'agency' | 'training'>,
  change: ApplicationChange,
  now: Date,
): F {
  const next: F = { ...facts, centre: ref.centre, training: ref.training };
  if (ref.agency !== '') next.agency = ref.agency;
  switch (change.kind) {
    case 'submitted':
      return { ...next, submitTime: laterOf(facts.submitTime, change.time) };
    case 'appealable':
      return dueNow({ ...next, appealUntil: change.appealUntil }, now);
    case 'paper-result':
      return withPaperResult(next, change.time, now);
    case 'handed-over':
      delete next.uncollectedTime;
      return dueNow({ ...next, handOverTime: laterOf(facts.handOverTime, change.time) }, now);
    case 'collection-centre':
      delete next.collectionCentre;
      return change.centre === '' ? next : { ...next, collectionCentre: change.centre };
    case 'ended':
      return dueNow({ ...next, endTime: laterOf(facts.endTime, change.time) }, now);
    case 'passed-on':
      delete next.agencyUndecided;
      return next;
    case 'agency-undecided':
      return { ...next, agencyUndecided: true };
    case 'erased':
      if (facts.erasure) return facts;
      return dueNow({ ...next, erasure: { time: change.time, isRequested: change.isRequested } }, now);
    case 'nothing':
      return next;
  }
}

function withPaperResult<F extends ApplicationFacts>(facts: F, time: Date | undefined, now: Date): F {
  if (time) return dueNow({ ...facts, paperTime: laterOf(facts.paperTime, time) }, now);
  if (!facts.paperTime) return facts;
  const { paperTime: _ended, ...others } = facts;
  return dueNow(others as F, now);
}

/** Whether an agency, by its code, may read documents of an application. Facts of earlier releases name no agency. */
export const isWithAgency = (
  facts: Pick<ApplicationFacts, 'agency' | 'agencyUndecided'> | undefined,
  agency: string,
): boolean => !facts?.agencyUndecided && (facts?.agency === undefined || facts.agency === agency);

const laterOf = (one: Date | undefined, other: Date): Date => (one && one > other ? one : other);

const dueNow = <F extends ApplicationFacts>(facts: F, now: Date): F => withRetentionDue(facts, now);

/** Stops or allows all erasure of an application. Its terms are then computed again. */
export function withHold<F extends ApplicationFacts>(facts: F, hold: Hold | undefined, now: Date): F {
  const next = { ...facts };
  if (hold) next.hold = hold;
  else delete next.hold;
  return dueNow(next, now);
}

/** Moves the next computation of the terms forward; a later time changes nothing. */
export function withRetentionDue<F extends ApplicationFacts>(facts: F, due: Date): F {
  return facts.timer && facts.timer.due <= due ? facts : { ...facts, timer: { kind: 'retention', due } };
}
