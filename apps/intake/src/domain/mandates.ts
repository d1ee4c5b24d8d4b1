import { END_STATES, MANDATED_ACTIONS } from '@cups/application';
import type { Action, Person } from '@cups/application';
import { Problem, violation } from '@cups/problem';
import type { Reason, Violation } from '@cups/problem';
import { addDeskAlert } from './desk-alerts.ts';
import type { ActionRecord, Application, FrozenMandate } from './application.ts';
import type { CommandResult } from './command.ts';

/**
 * Mandates that people grant to a centre. Identity owns them; intake keeps a copy without personal data, so that filing
 * calls no other service. Events of identity add revocations to the copy.
 */

/** The public services that a mandate covers, by code or by theme. */
export interface MandateScope {
  /** publicServices/{code} */
  publicServices: string[];
  /** Codes of themes of the catalog. */
  themes: string[];
}

/** A part of the scope that the person took back; `whole` takes back everything. */
export interface MandateRevocation extends MandateScope {
  whole: boolean;
  revokeTime: Date;
  /** When intake learned of it. Actions recorded before stand. */
  recordTime: Date;
}

/** What a mandate is, as identity reports it. It never changes; only its end and revocations come later. */
export interface MandateFacts {
  scope: MandateScope;
  /** applications/{id} of a mandate for one application. */
  application?: string;
  /** Keyed hash of the person whose affairs they are; absent if identity compares no people. */
  personHash?: string;
  /** Keyed hash of the person who is present instead; absent if the person is. */
  representativeHash?: string;
  /** present-and-signing, mpower, notarial, guardianship or kinship. */
  ground: string;
  grantTime: Date;
  /** First instant after the term. */
  expireTime: Date;
  /** Version and SHA-256 (lower-case hexadecimal) of the text that the person was shown. */
  textVersion: string;
  textSha256: string;
}

export interface MandateCopy {
  /** ID of mandates/{id}. */
  _id: string;
  /** centres/{code} that holds it; absent until an event or identity names it. */
  centre?: string;
  training?: boolean;
  /** Absent while intake knows only events of it, because no draft has named it. */
  facts?: MandateFacts;
  revocations: MandateRevocation[];
  timer?: { kind: 'mark-applications'; due: Date } | null;
}

/** A mandate with the facts that identity reports. */
export type KnownMandate = MandateCopy & Required<Pick<MandateCopy, 'facts'>>;

/** A mandate as an action uses it. */
export interface MandateUse {
  /** The copy of the mandate that the application names; undefined without one. */
  mandate: MandateCopy | undefined;
  /** Theme of the public service, if its version names one. */
  theme?: string | undefined;
  /** Whether actions without a mandate are refused. */
  isRequired: boolean;
  /** Whether a keyed hash is of this person; true if no keys are configured. */
  isOf: (hash: string | undefined, person: Person | undefined) => boolean;
}

export const mandateName = ({ _id }: Pick<MandateCopy, '_id'>): string => `mandates/${_id}`;

/** Pages of a release without mandates have no step that records one. */
const MANDATE_MISSING =
  'The application names no mandate of the person: record one, or reload a page that has no step for it.';

/** Returns the message of a refusal for what is missing. */
export const incompleteMessage = (violations: readonly Violation[]): string =>
  violations.some(({ field, rule }) => field === '/mandate/name' && rule === 'REQUIRED')
    ? MANDATE_MISSING
    : 'The application is incomplete.';

/**
 * Asserts that the named mandate allows the action.
 * @param time when intake records the action. The claimed time does not count: it would let a desk act for 5 minutes
 * after a revocation that is already known.
 * @throws Problem MANDATE_REQUIRED, MANDATE_NOT_COVERING, MANDATE_REVOKED, MANDATE_EXPIRED
 */
export function assertMandateCovers(
  app: Pick<Application, '_id' | 'publicService' | 'content' | 'training'>,
  use: MandateUse,
  action: Action,
  time: Date,
): void {
  const { name } = app.content.mandate ?? {};
  const refuse = (reason: Reason, message: string): never => {
    throw new Problem({ reason, message, metadata: { action, ...(name ? { mandate: name } : {}) } });
  };
  if (!name) {
    if (use.isRequired) refuse('MANDATE_REQUIRED', MANDATE_MISSING);
    return;
  }
  const { mandate } = use;
  if (!mandate?.facts || !isFor(app, mandate, mandate.facts, use)) {
    return refuse('MANDATE_NOT_COVERING', 'The mandate does not cover this person and this public service.');
  }
  if (isRevokedFor(app.publicService, use.theme, mandate)) {
    refuse('MANDATE_REVOKED', 'The person revoked the mandate for this public service.');
  }
  if (time >= mandate.facts.expireTime) {
    refuse('MANDATE_EXPIRED', 'The term of the mandate has ended.');
  }
}

/** Whether the mandate was granted for this person, public service and application, apart from revocations. */
function isFor(
  app: Pick<Application, '_id' | 'publicService' | 'content' | 'training'>,
  { training = false }: MandateCopy,
  { scope, application, personHash, representativeHash }: MandateFacts,
  { theme, isOf }: MandateUse,
): boolean {
  const { applicant, represented } = app.content;
  const isRepresented = represented !== undefined;
  return (
    training === (app.training ?? false) &&
    (application === undefined || application === `applications/${app._id}`) &&
    covers(scope, app.publicService, theme) &&
    isOf(personHash, represented ?? applicant) &&
    // A representative files as the applicant; without one, the person is the applicant.
    (!isRepresented || isOf(representativeHash, applicant))
  );
}

const covers = ({ publicServices, themes }: MandateScope, publicService: string, theme: string | undefined): boolean =>
  publicServices.includes(publicService) || (theme !== undefined && themes.includes(theme));

/** A public service of an agency, as a mandate may cover it. */
export interface AgencyService {
  /** publicServices/{code} */
  publicService: string;
  theme?: string;
}

/**
 * Whether a mandate covers an agency: whether it covers a public service of that agency, by code or theme, and is in force. A
 * mandate names no agencies, so it says to whom the person's affairs may go by the services.
 * @param mandate of the application; undefined without one, which covers nobody else
 * @param services of the agency
 */
export function coversAgency(
  app: Pick<Application, '_id' | 'training'>,
  mandate: MandateCopy | undefined,
  services: readonly AgencyService[],
  time: Date,
): boolean {
  const { facts } = mandate ?? {};
  if (!mandate || !facts || time >= facts.expireTime) return false;
  if ((mandate.training ?? false) !== (app.training ?? false)) return false;
  if (facts.application !== undefined && facts.application !== `applications/${app._id}`) return false;
  return services.some(
    ({ publicService, theme }) =>
      covers(facts.scope, publicService, theme) && !isRevokedFor(publicService, theme, mandate),
  );
}

/** Whether the revocations took back a public service. A theme that was taken back keeps services named beside it. */
function isRevokedFor(
  publicService: string,
  theme: string | undefined,
  { facts, revocations }: { facts?: MandateFacts | undefined; revocations: MandateRevocation[] },
): boolean {
  return revocations.some(
    ({ whole, publicServices, themes }) =>
      whole ||
      publicServices.includes(publicService) ||
      (theme !== undefined && themes.includes(theme) && !facts?.scope.publicServices.includes(publicService)),
  );
}

/** Grounds by the kind of mandate that content names. */
const GROUND_BY_KIND: Readonly<Record<NonNullable<Application['content']['mandate']>['kind'], string>> = {
  'own-presence': 'present-and-signing',
  mpower: 'mpower',
  notarial: 'notarial',
  kinship: 'kinship',
  guardianship: 'guardianship',
};

/** Returns the violations of content that names a mandate which the centre does not hold, or another kind of it. */
export function validateMandateName({ mandate }: Application['content'], found: MandateCopy | undefined): Violation[] {
  if (mandate?.name === undefined) return [];
  if (!found?.facts) return [violation('/mandate/name', 'MANDATE_UNKNOWN')];
  const isOfKind = GROUND_BY_KIND[mandate.kind] === found.facts.ground;
  return isOfKind ? [] : [violation('/mandate/kind', 'CONTRADICTION', { other: '/mandate/name' })];
}

/** Returns what a submission freezes of its mandate. */
export function freezeMandate(mandate: MandateCopy | undefined): FrozenMandate | undefined {
  if (!mandate?.facts) return undefined;
  const { grantTime, expireTime, textVersion, textSha256 } = mandate.facts;
  return { name: mandateName(mandate), grantTime, expireTime, textVersion, textSha256 };
}

/** Returns the names of all mandates under which something was done, and of the draft's own; sorted, each once. */
export function listMandates({ content, history }: Pick<Application, 'content' | 'history'>): string[] {
  const named = [content.mandate?.name, ...history.map(({ mandate }) => mandate)];
  return [...new Set(named.filter((name) => name !== undefined))].sort();
}

/** An action that read the mandate before its revocation was written has ended by then: calls have shorter deadlines. */
const LAST_ACTION_MS = 60_000;

/** A report of identity about a mandate. */
export type MandateUpdate = { centre: string; training: boolean } & (
  | { kind: 'other' }
  | { kind: 'revoked'; revocation: Omit<MandateRevocation, 'recordTime'> }
  | { kind: 'expired'; expireTime: Date }
);

/**
 * Returns the copy after a report. Reports come in the order of the mandate. A revocation sets the timer that marks the
 * applications.
 */
export function applyMandateUpdate(copy: MandateCopy, update: MandateUpdate, now: Date): MandateCopy {
  const next: MandateCopy = { ...copy, centre: update.centre, training: update.training };
  if (update.kind === 'expired' && next.facts) {
    next.facts = { ...next.facts, expireTime: earlierOf(next.facts.expireTime, update.expireTime) };
  }
  if (update.kind !== 'revoked') return next;
  return {
    ...next,
    revocations: addRevocations(copy.revocations, [{ ...update.revocation, recordTime: now }]),
    timer: { kind: 'mark-applications', due: new Date(now.getTime() + LAST_ACTION_MS) },
  };
}

/**
 * Returns the copy with the facts that identity reports. Events may have come before, so revocations are united, and the
 * centre that an event named stays.
 */
export function withFacts(copy: MandateCopy, found: KnownMandate): MandateCopy {
  const revocations = addRevocations(copy.revocations, found.revocations);
  const next: MandateCopy = { ...copy, facts: copy.facts ?? found.facts, revocations };
  if (next.centre === undefined) Object.assign(next, { centre: found.centre, training: found.training });
  return next;
}

const earlierOf = (one: Date, other: Date): Date => (one < other ? one : other);

/** The same revocation may come from a read and from an event: time and parts identify it. */
function addRevocations(known: MandateRevocation[], more: readonly MandateRevocation[]): MandateRevocation[] {
  const keyOf = ({ revokeTime, whole, publicServices, themes }: MandateRevocation) =>
    JSON.stringify([revokeTime, whole, [...publicServices].sort(), [...themes].sort()]);
  const keys = new Set(known.map(keyOf));
  const added = more.filter((revocation) => !keys.has(keyOf(revocation)));
  return added.length === 0 ? known : [...known, ...added];
}

/**
 * Marks an application after revocations of a mandate that it names. Submissions that were recorded between the
 * revocation and its arrival stand and get a mark. The desk gets an alert if something was marked, or if the application
 * is open and names the mandate. A repeat changes nothing.
 */
export function markRevocation(
  app: Application,
  mandate: MandateCopy,
  { theme, now }: { theme: string | undefined; now: Date },
): CommandResult {
  const revokeTime = findRevokeTime(app.publicService, theme, mandate);
  if (!revokeTime) return { document: app, events: [] };
  const name = mandateName(mandate);
  const isLate = (row: ActionRecord) =>
    row.mandate === name && isMandated(row) && !row.mandateRevoked && row.recordTime >= revokeTime;
  const hasLate = app.history.some(isLate);
  const isRecorded = app.history.some((row) => row.kind === 'mandate-revoked' && row.mandate === name);
  const isOpen = app.content.mandate?.name === name && !END_STATES.includes(app.state);
  if (!hasLate && (isRecorded || !isOpen)) return { document: app, events: [] };
  const history = app.history.map((row): ActionRecord => (isLate(row) ? { ...row, mandateRevoked: true } : row));
  history.push(toRevocationRow(app, name, revokeTime, now));
  return {
    document: { ...app, history, deskAlerts: addDeskAlert(app.deskAlerts, 'mandate-revoked', now) },
    // Other services learn of an application when it is filed.
    events: app.state === 'draft' ? [] : [{ type: 'DeskAlertRaised', kind: 'mandate-revoked' }],
  };
}

/** Returns when a public service was first taken back, or undefined. */
function findRevokeTime(publicService: string, theme: string | undefined, mandate: MandateCopy): Date | undefined {
  const times = mandate.revocations
    .filter((revocation) => isRevokedFor(publicService, theme, { facts: mandate.facts, revocations: [revocation] }))
    .map(({ revokeTime }) => revokeTime.getTime());
  return times.length > 0 ? new Date(Math.min(...times)) : undefined;
}

const toRevocationRow = (app: Application, mandate: string, revokeTime: Date, now: Date): ActionRecord => ({
  kind: 'mandate-revoked',
  actor: 'identity',
  occurTime: revokeTime,
  recordTime: now,
  cause: `${mandate}:revoked`,
  fromState: app.state,
  toState: app.state,
  mandate,
});

const isMandated = ({ kind }: ActionRecord): boolean => MANDATED_ACTIONS.some((action) => action === kind);
