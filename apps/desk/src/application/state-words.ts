import { civilDay } from '@cups/application';
import type { Language } from '@cups/application';
import { NO_DUE_DATE_TEXTS, TELLING_TEXTS } from '@cups/application/texts';
import type { ApplicationFile, Row } from '../api/types.ts';
import { clock, daysBetween, longDate, relativeDay, shortDate } from '../language/dates.ts';
import type { Spoken } from '../language/language.tsx';
import { plural } from '../language/plurals.ts';
import { isRevoked } from '../queue/row-words.ts';
import type { Sign, Tone } from '../queue/row-words.ts';
import { BLOCK } from '../texts/application.ts';
import { DAYS } from '../texts/counts.ts';

/** Who has an application, since when and until when: the sentence at the head of its page. */

export interface StateWords {
  tone: Tone;
  sign: Sign;
  title: string;
  more: string;
  /** Until when; where there is room, the ruler shows it. */
  until?: string;
}
export interface Speaking {
  t: Spoken['t'];
  language: Language;
  /** Civil date in Chisinau. */
  today: string;
  /** The whole name of an agency. */
  agency: (name: string) => string;
}

export function stateWords(row: Row, file: ApplicationFile | undefined, speak: Speaking): StateWords {
  const { t } = speak;
  const since = sinceParams(row.sinceTime ?? row.updateTime, speak);
  switch (row.state) {
    case 'draft':
      return words('brand', 'draft', t(BLOCK.draft), t(BLOCK.draftMore, { when: whenOf(row.updateTime, speak) }));
    case 'submitted':
    case 'in-progress':
      return atAgency(row, file, speak);
    case 'documents-requested': {
      const more = t(BLOCK.documentsMore, Object.assign({ agency: speak.agency(row.agency) }, since));
      return words('citizen', 'papers', t(BLOCK.documents), more);
    }
    case 'ready':
      return readyWords(row, file, speak);
    case 'rejected':
      return words('trouble', 'refused', t(BLOCK.rejected), `${t(BLOCK.rejectedMore, since)} ${told(file, speak)}`);
    case 'handed-over':
      return words('brand', 'close', t(BLOCK.handedOver), t(BLOCK.handedOverMore, since));
    case 'closed': {
      const missing = file?.application.outcome?.missing;
      const more = missing ? t(BLOCK.closedNot, Object.assign({ missing }, since)) : t(BLOCK.closedMet, since);
      return words('none', 'ended', t(BLOCK.closed), more);
    }
    case 'withdrawn':
    case 'expired':
      return words('none', 'ended', t(BLOCK[row.state]), t(BLOCK.on, since));
  }
}

const words = (tone: Tone, sign: Sign, title: string, more: string): StateWords => ({ tone, sign, title, more });

function atAgency(row: Row, file: ApplicationFile | undefined, speak: Speaking): StateWords {
  const { t, today } = speak;
  const title = t(BLOCK.sent, { agency: speak.agency(row.agency) });
  const since = t(BLOCK.since, sinceParams(row.submitTime ?? row.updateTime, speak));
  const { delivery } = file ?? {};
  if (delivery?.state === 'failed') return words('trouble', 'agency', title, t(BLOCK.sendFailed));
  const parts = [since];
  if (delivery?.waitCause) parts.push(t(BLOCK.onTheWay));
  if (delivery?.agencyReference) parts.push(t(BLOCK.reference, { number: delivery.agencyReference }));
  const { dueDate, noDueDateReason } = row;
  if (dueDate === undefined) {
    if (noDueDateReason) parts.push(sentence(t(NO_DUE_DATE_TEXTS[noDueDateReason])));
    return words('agency', 'agency', title, parts.join(' '));
  }
  if (dueDate >= today) {
    return Object.assign(words('agency', 'agency', title, parts.join(' ')), { until: untilOf(row, dueDate, speak) });
  }
  const days = plural(daysBetween(dueDate, today), speak.language, DAYS);
  parts.push(t(BLOCK.overdue, Object.assign({ days }, dayParams(dueDate, speak))));
  return words('trouble', 'agency', title, parts.join(' '));
}

/** A term in hours names the hour. */
function untilOf({ dueTime }: Row, dueDate: string, speak: Speaking): string {
  const day = dayParams(dueDate, speak);
  if (!dueTime) return speak.t(BLOCK.answerBy, day);
  return speak.t(BLOCK.answerByTime, Object.assign({ time: clock(dueTime) }, day));
}

function readyWords(row: Row, file: ApplicationFile | undefined, speak: Speaking): StateWords {
  const { t } = speak;
  if (isRevoked(row)) return words('trouble', 'refused', t(BLOCK.revoked), t(BLOCK.revokedMore));
  const kind = file?.application.decision?.resultKind;
  const title = t(kind === undefined || kind === 'paper' ? BLOCK.ready : BLOCK.readyElectronic);
  const corrected = row.decision?.correctTime ? t(BLOCK.corrected) : '';
  const since = t(BLOCK.since, sinceParams(row.sinceTime ?? row.updateTime, speak));
  return words('give', 'result', title, [since, told(file, speak), corrected].filter(Boolean).join(' '));
}

/** Whether the person knows, and by what. */
function told(file: ApplicationFile | undefined, speak: Speaking): string {
  if (!file?.notices) return '';
  const { t } = speak;
  const kinds = ['result-ready', 'application-rejected'];
  const notice = file.notices.filter(({ kind }) => kinds.includes(kind)).at(-1);
  const telling = file.application.tellings
    ?.filter(({ about }) => kinds.length && about === file.application.state)
    .at(-1);
  if (telling) return t(BLOCK.toldBy, { how: t(TELLING_TEXTS[telling.how]), when: whenOf(telling.tellTime, speak) });
  if (notice?.toldTime && notice.toldHow) {
    return t(BLOCK.toldBy, { how: t(TELLING_TEXTS[notice.toldHow]), when: whenOf(notice.toldTime, speak) });
  }
  if (notice?.channel === 'email' && notice.sendTime) {
    return t(BLOCK.toldMail, { when: whenOf(notice.sendTime, speak) });
  }
  return t(BLOCK.notTold);
}

/** `ieri la 15:20` or `luni, 23 noiembrie, 11:06`, in Chisinau. */
export function whenOf(instant: string, { language, today }: Pick<Speaking, 'language' | 'today'>): string {
  const date = civilDay(new Date(instant));
  return `${relativeDay(date, language, today) ?? longDate(date, language, today)}, ${clock(instant)}`;
}

function sinceParams(instant: string, speak: Speaking): { day: string; date: string } {
  return dayParams(civilDay(new Date(instant)), speak);
}

/** A date for sentences: in words, and in digits for where Russian asks for another case. */
export function dayParams(date: string, { language, today }: Pick<Speaking, 'language' | 'today'>) {
  return { day: longDate(date, language, today), date: shortDate(date) };
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** An application as a list shows it, with since when it is where it is. */
export function rowOf({ application, history }: ApplicationFile): Row {
  const moved = history.filter(({ fromState, toState }) => fromState !== toState).at(-1);
  const row = application as unknown as Row;
  return moved ? Object.assign({}, row, { sinceTime: moved.recordTime }) : row;
}
