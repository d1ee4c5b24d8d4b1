import { toCivilDate } from '@cups/application';
import type { Language } from '@cups/application';
import { ESCALATION_STEP_TEXTS, NO_DUE_DATE_TEXTS, NOTIFICATION_METHOD_TEXTS } from '@cups/application/texts';
import type { ApplicationDetails, ApplicationRow } from '../api/types.ts';
import { formatTime, daysBetween, longDate, relativeDay, shortDate } from '../language/dates.ts';
import type { LanguageContextValue } from '../language/language.tsx';
import { plural } from '../language/plurals.ts';
import { isOnTheWay, isRevoked } from '../queue/row-texts.ts';
import type { StatusIconName, Tone } from '../queue/row-texts.ts';
import { STATE_BLOCK } from '../texts/state-block.ts';
import { DAYS } from '../texts/counts.ts';

/** The sentence at the top of an application: who has it, since when and until when. */

export interface StateTexts {
  tone: Tone;
  icon: StatusIconName;
  title: string;
  more: string;
  /** The deadline in words. The wide layout shows the deadline bar instead. */
  until?: string;
}
export interface PhraseContext {
  t: LanguageContextValue['t'];
  language: Language;
  /** Civil date in Chisinau. */
  today: string;
  /** Returns the full name of an agency. */
  agency: (name: string) => string;
}

export function describeState(
  row: ApplicationRow,
  details: ApplicationDetails | undefined,
  context: PhraseContext,
): StateTexts {
  const { t } = context;
  const since = sinceParams(row.sinceTime ?? row.updateTime, context);
  switch (row.state) {
    case 'draft':
      return toStateTexts(
        'brand',
        'draft',
        t(STATE_BLOCK.draft),
        t(STATE_BLOCK.draftMore, { when: formatWhen(row.updateTime, context) }),
      );
    case 'submitted':
    case 'in-progress':
      return describeAgencyStep(row, details, context);
    case 'documents-requested': {
      const more = t(STATE_BLOCK.documentsMore, Object.assign({ agency: context.agency(row.agency) }, since));
      return toStateTexts('citizen', 'papers', t(STATE_BLOCK.documents), more);
    }
    case 'ready':
      return describeReady(row, details, context);
    case 'rejected':
      return toStateTexts(
        'trouble',
        'refused',
        t(STATE_BLOCK.rejected),
        `${t(STATE_BLOCK.rejectedMore, since)} ${notificationText(details, context)}`,
      );
    case 'handed-over':
      return toStateTexts('brand', 'close', t(STATE_BLOCK.handedOver), t(STATE_BLOCK.handedOverMore, since));
    case 'closed': {
      const missing = details?.application.outcome?.missing;
      const more = missing
        ? t(STATE_BLOCK.closedNot, Object.assign({ missing }, since))
        : t(STATE_BLOCK.closedMet, since);
      return toStateTexts('none', 'ended', t(STATE_BLOCK.closed), more);
    }
    case 'withdrawn':
    case 'expired':
      return toStateTexts('none', 'ended', t(STATE_BLOCK[row.state]), t(STATE_BLOCK.on, since));
  }
}

const toStateTexts = (tone: Tone, sign: StatusIconName, title: string, more: string): StateTexts => ({
  tone,
  icon: sign,
  title,
  more,
});

function describeAgencyStep(
  row: ApplicationRow,
  details: ApplicationDetails | undefined,
  context: PhraseContext,
): StateTexts {
  const { t, today } = context;
  const title = t(STATE_BLOCK.sent, { agency: context.agency(row.agency) });
  const since = t(STATE_BLOCK.since, sinceParams(row.submitTime ?? row.updateTime, context));
  const { delivery } = details ?? {};
  if (delivery?.state === 'failed') return toStateTexts('trouble', 'agency', title, t(STATE_BLOCK.sendFailed));
  const parts = [since];
  if (delivery?.deferCause) parts.push(t(STATE_BLOCK.onTheWay));
  if (delivery?.agencyReference) parts.push(t(STATE_BLOCK.reference, { number: delivery.agencyReference }));
  const { dueDate, noDueDateReason, escalationMark: mark } = row;
  // The sentence about the due date says the same.
  if (mark && mark !== 'term-100') parts.push(toSentence(t(ESCALATION_STEP_TEXTS[mark])));
  const [tone, icon] = mark ? (['trouble', 'silent'] as const) : (['agency', 'agency'] as const);
  if (dueDate === undefined) {
    if (noDueDateReason) parts.push(toSentence(t(NO_DUE_DATE_TEXTS[noDueDateReason])));
    return toStateTexts(tone, icon, title, parts.join(' '));
  }
  if (dueDate >= today) {
    return Object.assign(toStateTexts(tone, icon, title, parts.join(' ')), {
      until: deadlineText(row, dueDate, context),
    });
  }
  const days = plural(daysBetween(dueDate, today), context.language, DAYS);
  parts.push(t(STATE_BLOCK.overdue, Object.assign({ days }, dayParams(dueDate, context))));
  return toStateTexts('trouble', icon, title, parts.join(' '));
}

/** A deadline in hours includes the time. */
function deadlineText({ dueTime }: ApplicationRow, dueDate: string, context: PhraseContext): string {
  const day = dayParams(dueDate, context);
  if (!dueTime) return context.t(STATE_BLOCK.answerBy, day);
  return context.t(STATE_BLOCK.answerByTime, Object.assign({ time: formatTime(dueTime) }, day));
}

function describeReady(
  row: ApplicationRow,
  details: ApplicationDetails | undefined,
  context: PhraseContext,
): StateTexts {
  const { t } = context;
  if (isRevoked(row)) return toStateTexts('trouble', 'refused', t(STATE_BLOCK.revoked), t(STATE_BLOCK.revokedMore));
  const { resultKind: kind, awaitsArrival } = details?.application.decision ?? {};
  const isElsewhere = details?.application.collectionCentre !== undefined;
  if (awaitsArrival ?? isOnTheWay(row)) {
    const decided = t(STATE_BLOCK.since, sinceParams(row.sinceTime ?? row.updateTime, context));
    return toStateTexts(
      'agency',
      'agency',
      t(STATE_BLOCK.resultOnTheWay),
      `${decided} ${t(isElsewhere ? STATE_BLOCK.resultOnTheWayElsewhere : STATE_BLOCK.resultOnTheWayMore)}`,
    );
  }
  const here = kind === undefined || kind === 'paper' ? STATE_BLOCK.ready : STATE_BLOCK.readyElectronic;
  const title = t(isElsewhere ? STATE_BLOCK.collectedElsewhere : here);
  const arrivalTime = details?.application.decision?.arrivalTime;
  const arrived = arrivalTime ? t(STATE_BLOCK.arrived, { when: formatWhen(arrivalTime, context) }) : '';
  const corrected = row.decision?.correctTime ? t(STATE_BLOCK.corrected) : '';
  const since = t(STATE_BLOCK.since, sinceParams(row.sinceTime ?? row.updateTime, context));
  return toStateTexts(
    'give',
    'result',
    title,
    [arrived || since, notificationText(details, context), corrected].filter(Boolean).join(' '),
  );
}

/** Whether and how the applicant was notified. */
function notificationText(details: ApplicationDetails | undefined, context: PhraseContext): string {
  if (!details?.notices) return '';
  const { t } = context;
  const kinds = ['result-ready', 'application-rejected'];
  const notice = details.notices.filter(({ kind }) => kinds.includes(kind)).at(-1);
  const notification = details.application.personNotifications
    ?.filter(({ about }) => kinds.length && about === details.application.state)
    .at(-1);
  if (notification)
    return t(STATE_BLOCK.notifiedBy, {
      method: t(NOTIFICATION_METHOD_TEXTS[notification.method]),
      when: formatWhen(notification.notifyTime, context),
    });
  if (notice?.notifyTime && notice.notifyMethod) {
    return t(STATE_BLOCK.notifiedBy, {
      method: t(NOTIFICATION_METHOD_TEXTS[notice.notifyMethod]),
      when: formatWhen(notice.notifyTime, context),
    });
  }
  if (notice?.channel === 'email' && notice.sendTime) {
    return t(STATE_BLOCK.notifiedByMail, { when: formatWhen(notice.sendTime, context) });
  }
  return t(STATE_BLOCK.notNotified);
}

/** Returns `ieri, 15:20` or `luni, 23 noiembrie, 11:06`, in Chisinau time. */
export function formatWhen(instant: string, { language, today }: Pick<PhraseContext, 'language' | 'today'>): string {
  const date = toCivilDate(new Date(instant));
  return `${relativeDay(date, language, today) ?? longDate(date, language, today)}, ${formatTime(instant)}`;
}

function sinceParams(instant: string, context: PhraseContext): { day: string; date: string } {
  return dayParams(toCivilDate(new Date(instant)), context);
}

/** Returns a date for sentences: in words, and in digits for Russian cases other than the nominative. */
export function dayParams(date: string, { language, today }: Pick<PhraseContext, 'language' | 'today'>) {
  return { day: longDate(date, language, today), date: shortDate(date) };
}

const toSentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Returns an application as a list row, with the time of its last transition. */
export function toApplicationRow({ application, history }: ApplicationDetails): ApplicationRow {
  const lastTransition = history.filter(({ fromState, toState }) => fromState !== toState).at(-1);
  const row = application as unknown as ApplicationRow;
  return lastTransition ? Object.assign({}, row, { sinceTime: lastTransition.recordTime }) : row;
}
