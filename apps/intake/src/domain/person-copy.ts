import type { Content, HandOver, Person } from '@cups/application';
import type { Application, Submission, Text } from './application.ts';

/**
 * What a copy of a person's data shows of an application. It is theirs as the applicant or as the represented person.
 * The copy says who the other people are, because their acts are part of the file, and leaves out what identifies or
 * reaches them (GDPR, article 15, paragraph 4).
 */

/** How the person is part of an application. */
export type CopyRole = 'applicant' | 'represented';

/** Returns the roles of the person with this number; empty for a stranger, and for erased content. */
export function copyRolesOf({ content }: Pick<Application, 'content'>, idnp: string): CopyRole[] {
  const roles: CopyRole[] = [];
  if (content.applicant?.idnp === idnp) roles.push('applicant');
  if (content.represented?.idnp === idnp) roles.push('represented');
  return roles;
}

/** Returns the application without the identifiers and contacts of others. */
export function withoutOthers<A extends Application>(app: A, idnp: string): A {
  const isApplicant = copyRolesOf(app, idnp).includes('applicant');
  const shown: A = {
    ...app,
    content: contentFor(app.content, idnp),
    submissions: app.submissions.map((one) => submissionFor(one, idnp)),
    // The contact is the applicant's.
    history: isApplicant ? app.history : app.history.map(({ formerContact: _from, contact: _to, ...row }) => row),
  };
  if (app.handOver && !isCollector(app.handOver, copyRolesOf(app, idnp))) {
    const { idDocumentNumber: _number, ...handOver } = app.handOver;
    shown.handOver = handOver;
  }
  if (app.complaints)
    shown.complaints = app.complaints.map((one) => ({ ...one, text: hideNumbers(one.text, app, idnp) }));
  return shown;
}

/** Replaces the numbers of other people in the text of a complaint, which names applicant and represented person. */
function hideNumbers(text: Text, { content, submissions }: Application, idnp: string): Text {
  const people = [content, ...submissions.map((one) => one.content)].flatMap(({ applicant, represented }) => [
    applicant,
    represented,
  ]);
  const others = people.filter((person) => person?.idnp !== idnp);
  const numbers = others
    .flatMap((person) => [person?.idnp, person?.foreignDocument?.number])
    .filter(Boolean) as string[];
  const hide = (line: string) => numbers.reduce((shown, number) => shown.replaceAll(number, HIDDEN), line);
  return Object.fromEntries(Object.entries(text).map(([language, line]) => [language, hide(line)]));
}

const HIDDEN = '•••';

function contentFor(content: Content, idnp: string): Content {
  const { applicant, represented, contact, ...others } = content;
  const shown: Content = others;
  if (applicant) shown.applicant = personFor(applicant, idnp);
  if (represented) shown.represented = personFor(represented, idnp);
  if (contact && applicant?.idnp === idnp) shown.contact = contact;
  return shown;
}

const submissionFor = (submission: Submission, idnp: string): Submission => ({
  ...submission,
  content: contentFor(submission.content, idnp),
});

/** Another person keeps names and language only. */
function personFor(person: Person, idnp: string): Person {
  if (person.idnp === idnp) return person;
  const { idnp: _number, birthDate: _birth, foreignDocument: _document, ...names } = person;
  return names;
}

/** Whether the person collected the result: the document that they showed is theirs. */
const isCollector = ({ collectedBy }: HandOver, roles: readonly CopyRole[]): boolean =>
  collectedBy !== 'representative' && roles.includes(collectedBy);
