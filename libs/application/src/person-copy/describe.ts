import type { Language } from '../content.ts';
import { accessKindText } from '../texts/access-kinds.ts';
import { describeActor } from '../texts/actors.ts';
import { HISTORY_TEXTS, STATE_TEXTS } from '../texts/application.ts';
import { interpolateText } from '../texts/text.ts';
import type { Text } from '../texts/text.ts';
import { newestCheckpoint } from './copy.ts';
import type { CopiedApplication, CopiedMandate, CopiedPerson, CopiedTerm, PersonCopy } from './copy.ts';
import { CATEGORY_TEXTS, COPY_REASON_TEXTS, COPY_TEXTS as T } from './texts.ts';

/** Describes a copy as the lines of a document for people, in their language. */

export type Line =
  | { kind: 'title' | 'heading' | 'subheading' | 'text'; text: string }
  /** A label and its value. */
  | { kind: 'fact'; label: string; text: string };

interface Wording {
  language: Language;
  t: (text: Partial<Text> | undefined) => string;
  /** Formats an instant in Chisinau. */
  when: (time: string | undefined) => string;
  /** Returns the display name of operators/{id}, or what another actor is. */
  nameOf: (actor: string) => string;
}

const LOCALES: Record<Language, string> = { ro: 'ro-MD', ru: 'ru-MD', en: 'en-GB' };

/** @param sha256 of `copy.json`, lower-case hexadecimal */
export function describeCopy(copy: PersonCopy, language: Language, sha256: string): Line[] {
  const words = createWording(copy, language);
  const { t, when } = words;
  return [
    { kind: 'title', text: t(T.title) },
    { kind: 'text', text: t(T.lead) },
    ...facts([
      [t(T.copy), copy.copy],
      [t(T.created), when(copy.createTime)],
      [t(T.reason), t(COPY_REASON_TEXTS[copy.reason])],
      [t(T.evidence), copy.evidence],
      [t(T.unreadable), copy.unreadable.join(', ')],
    ]),
    ...(copy.unavailableParts.includes('journal') ? [{ kind: 'text' as const, text: t(T.missing) }] : []),
    { kind: 'heading', text: t(T.applications) },
    ...orNone(
      copy.applications.flatMap((one) => describeApplication(one, words)),
      t(T.noApplications),
    ),
    { kind: 'heading', text: t(T.mandates) },
    ...orNone(
      copy.mandates.flatMap((one) => describeMandate(one, words)),
      t(T.noMandates),
    ),
    { kind: 'heading', text: t(T.retention) },
    { kind: 'text', text: t(T.retentionLead) },
    ...facts(copy.retention.map((term) => [t(CATEGORY_TEXTS[term.category]) || term.category, termText(term, words)])),
    { kind: 'heading', text: t(T.proof) },
    { kind: 'text', text: `${t(T.hash)}:` },
    { kind: 'text', text: sha256 },
    { kind: 'text', text: `${t(T.checkpoint)}:` },
    { kind: 'text', text: newestCheckpoint(copy)?.trim() ?? t(T.none) },
  ];
}

function createWording({ operators }: PersonCopy, language: Language): Wording {
  const clock = new Intl.DateTimeFormat(LOCALES[language], {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'Europe/Chisinau',
  });
  const names = new Map(operators.map(({ name, displayName }) => [name, displayName]));
  const t = (text: Partial<Text> | undefined): string => text?.[language] || text?.ro || '';
  return {
    language,
    t,
    when: (time) => (time === undefined ? '' : clock.format(new Date(time))),
    nameOf: (actor) => names.get(actor) ?? (t(describeActor(actor)) || actor.slice(actor.lastIndexOf('/') + 1)),
  };
}

/** Leaves out what has no value. */
const facts = (pairs: readonly (readonly [label: string, text: string])[]): Line[] =>
  pairs.filter(([, text]) => text !== '').map(([label, text]) => ({ kind: 'fact', label, text }));

const orNone = (lines: Line[], none: string): Line[] => (lines.length > 0 ? lines : [{ kind: 'text', text: none }]);

/** Returns facts under a heading, which nothing has without facts. */
function part(heading: string, pairs: readonly (readonly [string, string])[]): Line[] {
  const lines = facts(pairs);
  return lines.length === 0 ? [] : [{ kind: 'text', text: `${heading}:` }, ...lines];
}

function describeApplication(one: CopiedApplication, words: Wording): Line[] {
  const { t, when } = words;
  const { application, journal } = one;
  const { contact = {}, evidence = [], notes = [], messages = [], complaints = [] } = application;
  const entries = journal?.pages.reduce((sum, page) => sum + page.entries.length, 0);
  return [
    { kind: 'subheading', text: t(application.serviceTitle) || application.id },
    ...facts([
      [t(T.id), application.id],
      [t(T.role), one.roles.map((role) => t(T[role])).join(', ')],
      [t(T.state), t(STATE_TEXTS[application.state])],
      [t(T.opened), when(application.createTime)],
      [t(T.atDesk), when(application.deskTime?.time)],
      [t(T.restricted), when(application.restriction?.restrictTime)],
      [t(T.centre), idOf(application.centre)],
      [t(T.tracking), application.trackingNumber ?? ''],
      [t(T.applicant), personText(application.applicant)],
      [t(T.represented), personText(application.represented)],
      [t(T.contact), [contact.phone, contact.email].filter(Boolean).join(', ')],
      [t(T.evidenceShown), evidence.map(({ kind, number = '' }) => `${kind} ${number}`.trim()).join(', ')],
      [t(T.recipients), one.recipients.map(idOf).join(', ')],
    ]),
    ...describeAnswers(one, words),
    ...part(
      t(T.notes),
      notes.map(({ text, recordTime, occurTime }) => [when(recordTime ?? occurTime), text]),
    ),
    ...part(
      t(T.messages),
      messages.map(({ author = '', text, sendTime }) => [when(sendTime), `${words.nameOf(author)}: ${text}`]),
    ),
    ...part(
      t(T.complaints),
      complaints.flatMap(({ text, prepareTime, answer }) => [
        [when(prepareTime), t(text).replaceAll('\n', ' ')] as const,
        [when(answer?.recordTime), answer?.text ?? ''] as const,
      ]),
    ),
    ...part(
      t(T.history),
      one.history.map(({ kind, recordTime, actor, agencyText, deskTime }) => [
        when(recordTime),
        [
          t(HISTORY_TEXTS[kind]),
          words.nameOf(actor),
          t(agencyText),
          deskTime ? `${t(T.atDesk)}: ${when(deskTime.time)}` : '',
        ]
          .filter(Boolean)
          .join(' · '),
      ]),
    ),
    ...describeNotices(one, words),
    ...describeDocuments(one, words),
    ...part(
      t(T.accesses),
      one.accesses.map(({ operator, accessTime, kind, centre = '' }) => [
        when(accessTime),
        [words.nameOf(operator), idOf(centre), t(accessKindText(kind))].filter(Boolean).join(' · '),
      ]),
    ),
    ...(one.moreAccesses ? [{ kind: 'text' as const, text: t(T.moreAccesses) }] : []),
    ...facts([[t(T.entries), entries === undefined ? t(T.none) : String(entries)]]),
  ];
}

function describeNotices({ notices }: CopiedApplication, { t, when }: Wording): Line[] {
  return part(
    t(T.notices),
    notices.map(({ notice, emailAddress }) => [
      when(notice.sendTime ?? notice.createTime),
      [emailAddress, notice.subject, notice.text].filter(Boolean).join(' · '),
    ]),
  );
}

function describeDocuments({ documents }: CopiedApplication, { t, when }: Wording): Line[] {
  return part(
    t(T.documents),
    documents.map((document) => [
      when(document.createTime),
      [
        document.kind,
        idOf(document.name),
        `SHA-256 ${document.sha256 ?? document.uploadSha256}`,
        document.expireTime ? `${t(T.erasedAt)} ${when(document.expireTime)}` : '',
      ]
        .filter(Boolean)
        .join(' · '),
    ]),
  );
}

/** Frozen answers of each submission, or those of a draft. */
function describeAnswers({ application, submissions }: CopiedApplication, words: Wording): Line[] {
  const { t, when } = words;
  if (submissions.length === 0) return part(t(T.answers), answerPairs(application.answers, undefined, words));
  return submissions.flatMap(({ submitTime, answers, formSchema }) =>
    part(`${t(T.answers)}, ${when(submitTime)}`, answerPairs(answers, formSchema, words)),
  );
}

interface FieldSchema {
  'x-title'?: Partial<Text>;
  oneOf?: readonly { const: unknown; 'x-title'?: Partial<Text> }[];
}

function answerPairs(
  answers: Readonly<Record<string, unknown>> = {},
  formSchema: Readonly<Record<string, unknown>> = {},
  words: Wording,
): [string, string][] {
  const fields = (formSchema['properties'] ?? {}) as Record<string, FieldSchema | undefined>;
  return Object.entries(answers).map(([field, value]) => {
    const { oneOf, 'x-title': title } = fields[field] ?? {};
    const choice = oneOf?.find((option) => option.const === value);
    return [words.t(title) || field, words.t(choice?.['x-title']) || valueText(value, words)];
  });
}

function valueText(value: unknown, { t }: Wording): string {
  if (typeof value === 'boolean') return t(value ? T.yes : T.no);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function describeMandate(
  { name, centre, grantTime, expireTime, text, revocations }: CopiedMandate,
  words: Wording,
): Line[] {
  const { t, when } = words;
  return [
    { kind: 'subheading', text: idOf(name) },
    ...facts([
      [t(T.centre), idOf(centre)],
      [t(T.created), `${when(grantTime)} – ${when(expireTime)}`],
      ...revocations.map(({ revokeTime, receipt }): [string, string] => [
        t(T.revoked),
        `${receipt} · ${when(revokeTime)}`,
      ]),
    ]),
    ...(text?.text ? [{ kind: 'text' as const, text: text.text }] : []),
  ];
}

function termText({ days, source, end }: CopiedTerm, { t }: Wording): string {
  const term = end === 'permanent' ? t(T.permanent) : t(T.withItsApplication);
  const law = source === 'no legal source' ? t(T.noSource) : source;
  return `${days === undefined ? term : interpolateText(t(T.days), { days })}; ${law}`;
}

const idOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

const personText = ({ givenName = '', familyName = '', idnp = '', birthDate = '' }: CopiedPerson = {}): string =>
  [`${givenName} ${familyName}`.trim(), idnp && `IDNP ${idnp}`, birthDate].filter(Boolean).join(', ');
