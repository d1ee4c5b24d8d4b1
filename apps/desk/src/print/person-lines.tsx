import type { LocalizedText, Mandate, Person } from '../api/types.ts';
import { shortDate } from '../language/dates.ts';
import { interpolate, joinMessages } from '../language/messages.ts';
import { FOREIGN_DOCUMENT_TEXTS, MANDATE_TEXTS } from '../texts/content.ts';
import { PRINT } from '../texts/print.ts';
import { Bilingual } from './printout.tsx';

/** Persons and mandates on printouts. */

export function PersonLines({ person }: { person: Person }) {
  const { idnp, foreignDocument, birthDate } = person;
  const details: LocalizedText[] = [];
  if (idnp) details.push({ ro: `IDNP ${idnp}`, ru: `IDNP ${idnp}`, en: `IDNP ${idnp}` });
  if (foreignDocument) details.push(foreignDocumentText(foreignDocument));
  if (birthDate) details.push(interpolate(PRINT.born, { date: shortDate(birthDate) }));
  return (
    <>
      <div>{fullName(person)}</div>
      <Bilingual message={joinMessages(details)} />
    </>
  );
}

function foreignDocumentText({ kind, country, number }: NonNullable<Person['foreignDocument']>): LocalizedText {
  const { ro, ru, en } = FOREIGN_DOCUMENT_TEXTS[kind];
  const rest = `${country} ${number}`;
  return { ro: `${ro} ${rest}`, ru: `${ru} ${rest}`, en: `${en} ${rest}` };
}

function fullName({ givenName, familyName }: Person): string {
  return [familyName, givenName].filter(Boolean).join(' ');
}

export function MandateLines({ mandate: { kind, reference, date } }: { mandate: Mandate }) {
  const details: LocalizedText[] = [MANDATE_TEXTS[kind]];
  if (reference) details.push({ ro: reference });
  if (date) details.push(interpolate(PRINT.ofDate, { date: shortDate(date) }));
  return <Bilingual message={joinMessages(details)} />;
}
