import { createHash } from 'node:crypto';
import { toCivilDate } from '@cups/application';
import type { ComplaintAnswerFields, ComplaintFilingFields, Language, Person } from '@cups/application';
import { renderComplaint } from '@cups/application/complaint-text';
import type { ComplaintFacts } from '@cups/application/complaint-text';
import { violation } from '@cups/problem';
import type { Application, Text } from '../application.ts';
import { appendHistory, assertTransition, resolveOccurTime } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { Complaint } from '../complaints.ts';
import { findOffer } from '../escalation.ts';
import { invalidField } from '../problems.ts';

/** Complaints about a silent agency. None of these commands sends anything, and the state stays. */

/**
 * Prepares a complaint from the file, and freezes it. It replaces one that the person did not sign.
 * @param agencyName name of the agency, in its languages
 * @throws Problem those of {@link assertTransition}: ACTION_NOT_ALLOWED unless a step of the clock of the agency offers it
 */
export function prepareComplaint(app: Application, actor: Actor, agencyName: Partial<Text>): CommandResult {
  const state = assertTransition(app, 'prepare-complaint', actor);
  const complaints = app.complaints ?? [];
  const prepareTime = resolveOccurTime(app, actor);
  const text = writeText(factsOf(app, agencyName, toCivilDate(prepareTime)), app.content.applicant?.language ?? 'ro');
  const complaint: Complaint = {
    number: (complaints.at(-1)?.number ?? 0) + 1,
    agency: app.agency,
    // The guard of the transition holds.
    step: findOffer(app)!.step,
    text,
    textSha256: hashText(text),
    prepareTime,
    preparedBy: actor.operator,
  };
  const document = appendHistory(
    { ...app, state, complaints: [...complaints, complaint] },
    app.state,
    'prepare-complaint',
    actor,
    { complaintNumber: complaint.number },
  );
  return toResult(document, complaint.number, 'prepared');
}

/**
 * Records that the person signed the newest complaint, and how the agency got it.
 * @throws Problem those of {@link assertTransition}; INVALID_ARGUMENT for another complaint, or a day outside its preparation
 *   and today
 */
export function recordComplaint(
  app: Application,
  actor: Actor,
  { number, ...filing }: ComplaintFilingFields & { number: number },
): CommandResult {
  const state = assertTransition(app, 'record-complaint', actor);
  const complaints = app.complaints ?? [];
  const newest = complaints.at(-1)!;
  if (newest.number !== number) throw invalidField(violation('/number', 'INVALID'));
  assertDay(filing.date, { earliest: toCivilDate(newest.prepareTime), since: '/prepareTime', now: actor.now });
  const filed: Complaint = { ...newest, filing: { ...filing, recordedBy: actor.operator, recordTime: actor.now } };
  const document = appendHistory(
    { ...app, state, complaints: [...complaints.slice(0, -1), filed] },
    app.state,
    'record-complaint',
    actor,
    { complaintNumber: number },
  );
  return toResult(document, number, 'filed');
}

/**
 * Records the answer of the agency to a complaint.
 * @throws Problem those of {@link assertTransition}; INVALID_ARGUMENT for a complaint without a filing or with an answer, or a
 *   day outside its filing and today
 */
export function recordComplaintAnswer(
  app: Application,
  actor: Actor,
  { number, ...answer }: ComplaintAnswerFields & { number: number },
): CommandResult {
  const state = assertTransition(app, 'record-complaint-answer', actor);
  const { complaints = [] } = app;
  const open = complaints.find((one) => one.number === number && one.filing && !one.answer);
  if (!open) throw invalidField(violation('/number', 'INVALID'));
  assertDay(answer.date, { earliest: open.filing!.date, since: '/filing/date', now: actor.now });
  const answered: Complaint = { ...open, answer: { ...answer, recordedBy: actor.operator, recordTime: actor.now } };
  const document = appendHistory(
    { ...app, state, complaints: complaints.map((one) => (one === open ? answered : one)) },
    app.state,
    'record-complaint-answer',
    actor,
    { complaintNumber: number },
  );
  return toResult(document, number, 'answered');
}

const toResult = (document: Application, number: number, change: 'prepared' | 'filed' | 'answered'): CommandResult => ({
  document,
  events: [{ type: 'ApplicationComplaintChanged', number, change }],
});

function assertDay(date: string, { earliest, since, now }: { earliest: string; since: string; now: Date }): void {
  if (date > toCivilDate(now)) throw invalidField(violation('/date', 'NOT_AFTER', { other: 'today' }));
  if (date < earliest) throw invalidField(violation('/date', 'NOT_BEFORE', { other: since }));
}

/** Returns the text in Romanian, which every agency reads, and in the language of the person. */
function writeText(facts: ComplaintFacts, language: Language): Text {
  const text: Text = { ro: renderComplaint(facts, 'ro') };
  if (language !== 'ro') text[language] = renderComplaint(facts, language);
  return text;
}

const hashText = ({ ro = '', ru, en }: Text): string =>
  createHash('sha256')
    .update([ro, ru ?? en].filter((text) => text !== undefined).join('\n'))
    .digest('hex');

/** @param day yyyy-MM-dd, of the complaint */
function factsOf(app: Application, agencyName: Partial<Text>, day: string): ComplaintFacts {
  const { applicant = {}, represented } = app.content;
  const ofAgency = (app.escalations ?? []).filter(({ agency }) => agency === app.agency);
  return {
    agency: agencyName,
    person: toNamedPerson(applicant),
    represented: represented && toNamedPerson(represented),
    service: app.service.title,
    centreName: app.centreName,
    id: app._id,
    reference: app.agencyReference ?? '',
    submitDate: toCivilDate(app.submitTime ?? app.createTime),
    day,
    dueDate: app.dueDate,
    isAcknowledged: app.state !== 'submitted',
    reminders: ofAgency.filter(({ actions }) => actions.includes('remind-agency')).length,
  };
}

function toNamedPerson({ givenName = '', familyName = '', idnp, foreignDocument }: Person) {
  const { country = '', number = '' } = foreignDocument ?? {};
  return { givenName, familyName, number: idnp ? `IDNP ${idnp}` : `${country} ${number}`.trim() };
}
