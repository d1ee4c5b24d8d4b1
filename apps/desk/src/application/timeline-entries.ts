import {
  ACTOR_TEXTS,
  ESCALATION_STEP_TEXTS,
  HISTORY_TEXTS,
  NOTICE_KIND_TEXTS,
  NOTIFICATION_METHOD_TEXTS,
} from '@cups/application/texts';
import type { ApplicationAction, ApplicationDetails } from '../api/types.ts';
import { shortDate } from '../language/dates.ts';
import type { LanguageContextValue } from '../language/language.tsx';
import { STATE_BLOCK } from '../texts/state-block.ts';
import { APPLICATION_FACTS } from '../texts/application-facts.ts';
import { DESK_TIME } from '../texts/desk-time.ts';
import { findReplacement } from '../documents/replacement.ts';
import type { Replacement } from '../documents/replacement.ts';
import { groupDigits } from '../print/group-digits.ts';
import { DOCUMENTS } from '../texts/documents.ts';
import { WITHDRAWAL } from '../texts/withdrawal.ts';
import { contactText } from './contact-text.ts';
import { deskTimeText } from './desk-time-text.ts';
import { nameActor, operatorName } from './operator-name.ts';

/** The history of an application, newest first, without entries that the applicant may not see. */

export interface TimelineEntry {
  time: string;
  actor: string;
  action: string;
  detail: string;
  /** Both times of an act without a line; absent with a line. */
  times?: string;
  /** Who made an act that was released from quarantine; the actor released it. */
  release?: string;
  /** A result that a later message of the agency replaced or revoked. */
  superseded?: { result: NonNullable<ApplicationAction['result']>; replacement: Replacement } | undefined;
}
export interface NameContext {
  t: LanguageContextValue['t'];
  agency: (name: string) => string;
  centre: (name: string) => string;
  /** Title of a kind of document. */
  evidence: (kind: string) => string;
}

/** Entries between colleagues and the desk's own bookkeeping. */
const INTERNAL_KINDS = new Set(['note', 'assign', 'mark-seen', 'message-refused', 'message-unknown', 'edit']);

/** Steps that another centre can take. */
const COLLECTING_KINDS = new Set(['confirm-arrival', 'hand-over']);

export function buildTimeline(details: ApplicationDetails, context: NameContext): TimelineEntry[] {
  const entries = details.history
    .filter(({ kind }) => !INTERNAL_KINDS.has(kind))
    .map((entry) => toTimelineEntry(entry, details, context));
  const sent = (details.notices ?? []).filter(({ sendTime, channel }) => sendTime && channel === 'email');
  const notices = sent.map(({ kind, sendTime }): TimelineEntry => ({
    time: sendTime as string,
    actor: context.t(ACTOR_TEXTS.platform),
    action: context.t({ ro: 'a trimis un e-mail persoanei', ru: 'письмо отправлено', en: 'sent the person an e-mail' }),
    detail: context.t(NOTICE_KIND_TEXTS[kind]),
  }));
  return [...entries, ...notices].sort((a, b) => b.time.localeCompare(a.time));
}

function toTimelineEntry(entry: ApplicationAction, details: ApplicationDetails, context: NameContext): TimelineEntry {
  const actor = context.t(nameActor(entry.actor, details.operators, (name) => ({ ro: context.agency(name) })));
  const text = context.t(HISTORY_TEXTS[entry.kind]);
  const replacement = findReplacement(entry, details);
  return {
    time: entry.recordTime,
    actor,
    action: entry.actor.startsWith('operators/') ? text : agreeWithSubject(text, actor),
    detail: detailText(entry, details, context),
    times: deskTimeText(entry.deskTime, entry.recordTime, context.t),
    release: releaseText(entry, details, context.t),
    superseded: entry.result && replacement && { result: entry.result, replacement },
  };
}

function releaseText({ released }: ApplicationAction, { operators }: ApplicationDetails, t: NameContext['t']): string {
  return released ? t(DESK_TIME.released, { operator: operatorName(operators, released.operator, t) }) : '';
}

function detailText(
  {
    kind,
    result,
    method,
    centre,
    agency,
    documents = [],
    formerContact,
    contact,
    escalationStep,
    expectedDecisionDate,
    withdrawalStatement,
  }: ApplicationAction,
  details: ApplicationDetails,
  { t, centre: centreName, agency: agencyName, evidence }: NameContext,
): string {
  // The centre is named if it is not the one of the application.
  if (centre && COLLECTING_KINDS.has(kind)) return t(APPLICATION_FACTS.atCentre, { centre: centreName(centre) });
  if (kind === 'omit-scans') return documents.map((document) => evidence(document.kind)).join(', ');
  if (method) return t(NOTIFICATION_METHOD_TEXTS[method]);
  if (escalationStep) return t(ESCALATION_STEP_TEXTS[escalationStep]);
  if (expectedDecisionDate) return `${t(APPLICATION_FACTS.expected)}: ${shortDate(expectedDecisionDate)}`;
  if (withdrawalStatement) return withdrawalText(withdrawalStatement, t);
  // To which agency it was passed on, or went.
  if (agency) return agencyName(agency);
  if (kind === 'change-contact') return [formerContact, contact].map((one) => contactText(one) || '–').join(' → ');
  if (kind === 'hand-over') return handedOverText(details, t);
  if (result?.number) return `${t(APPLICATION_FACTS.result)}: ${result.number}`;
  if (kind === 'acknowledged' && details.delivery?.agencyReference) {
    return t(STATE_BLOCK.reference, { number: details.delivery.agencyReference }).replace(/\.$/, '');
  }
  const answerBy = details.application.documentRequest?.answerBy;
  if (kind === 'documents-requested' && answerBy && details.application.state === 'documents-requested') {
    return t(STATE_BLOCK.lastDay, { day: shortDate(answerBy), date: shortDate(answerBy) });
  }
  return '';
}

function withdrawalText(
  { signed, unsignedReason = '' }: NonNullable<ApplicationAction['withdrawalStatement']>,
  t: NameContext['t'],
): string {
  return signed ? t(WITHDRAWAL.wasSigned) : t(WITHDRAWAL.wasUnsigned, { reason: unsignedReason });
}

/** The SHA-256 of each document that was handed over. */
function handedOverText({ application: { handOver } }: ApplicationDetails, t: NameContext['t']): string {
  const digests = handOver?.documentSha256s ?? [];
  return digests.map((sha256) => `${t(DOCUMENTS.sha256)}: ${groupDigits(sha256)}`).join(' · ');
}

/** Replaces the Russian ending `(а)` by that of the subject's gender: `Национальная касса запросила`. */
export function agreeWithSubject(text: string, subject: string): string {
  const [firstWord = ''] = subject.split(' ');
  const ending = /[ая]$/.test(firstWord) ? 'а' : /[бвгджзйклмнпрстфхцчшщь]$/.test(firstWord) ? '' : 'о';
  return text.replace('(а)', ending);
}
