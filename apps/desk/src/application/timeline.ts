import { HISTORY_TEXTS, NOTICE_KIND_TEXTS, TELLING_TEXTS } from '@cups/application/texts';
import type { ApplicationAction, ApplicationFile } from '../api/types.ts';
import { shortDate } from '../language/dates.ts';
import type { Spoken } from '../language/language.tsx';
import { BLOCK, FILE } from '../texts/application.ts';
import { nameOfOperator } from './operators.ts';

/** What happened, as it may be shown to the person whose application it is: newest first. */

export interface Step {
  at: string;
  who: string;
  did: string;
  more: string;
}
export interface Naming {
  t: Spoken['t'];
  agency: (name: string) => string;
}

/** Words between colleagues, and what the desk did for itself: not the person's. */
const OURS = new Set(['note', 'assign', 'mark-seen', 'message-refused', 'message-unknown', 'edit']);

export function stepsOf(file: ApplicationFile, naming: Naming): Step[] {
  const acts = file.history.filter(({ kind }) => !OURS.has(kind)).map((act) => stepOfAct(act, file, naming));
  const sent = (file.notices ?? []).filter(({ sendTime, channel }) => sendTime && channel === 'email');
  const notices = sent.map(({ kind, sendTime }): Step => ({
    at: sendTime as string,
    who: naming.t(FILE.system),
    did: naming.t({ ro: 'a trimis un e-mail persoanei', ru: 'письмо отправлено', en: 'sent the person an e-mail' }),
    more: naming.t(NOTICE_KIND_TEXTS[kind]),
  }));
  return [...acts, ...notices].sort((a, b) => b.at.localeCompare(a.at));
}

function stepOfAct(act: ApplicationAction, file: ApplicationFile, naming: Naming): Step {
  return {
    at: act.recordTime,
    who: whoIs(act.by, file.operators, naming),
    did: naming.t(HISTORY_TEXTS[act.kind]),
    more: moreOf(act, file, naming),
  };
}

function moreOf({ kind, result, how }: ApplicationAction, file: ApplicationFile, { t }: Naming): string {
  if (how) return t(TELLING_TEXTS[how]);
  if (result?.number) return `${t(FILE.result)}: ${result.number}`;
  if (kind === 'acknowledged' && file.delivery?.agencyReference) {
    return t(BLOCK.reference, { number: file.delivery.agencyReference }).replace(/\.$/, '');
  }
  const asked = file.application.documentRequest?.answerBy;
  if (kind === 'documents-requested' && asked && file.application.state === 'documents-requested') {
    return t(BLOCK.lastDay, { day: shortDate(asked), date: shortDate(asked) });
  }
  return '';
}

/** The name of who did something: an operator, an agency, or the platform itself. */
function whoIs(by: string, operators: ApplicationFile['operators'], { t, agency }: Naming): string {
  if (by.startsWith('agencies/')) return agency(by);
  if (!by.startsWith('operators/')) return t(FILE.system);
  return nameOfOperator(operators, by, t);
}
