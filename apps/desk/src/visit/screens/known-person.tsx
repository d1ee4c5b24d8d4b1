import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { api, bodyOf } from '../../api/client.ts';
import type { Contact, Person, ApplicationRow } from '../../api/types.ts';
import { toCivilDate } from '@cups/application';
import { shortDate } from '../../language/dates.ts';
import { useKeys } from '../../keys/keys.tsx';
import { useLanguage } from '../../language/language.tsx';
import { personName } from '../../language/person-name.ts';
import { KeyCap } from '../../keys/key-cap.tsx';
import { KEYS } from '../../texts/keys.ts';
import { VISIT } from '../../texts/visit.ts';
import { useDraftForm } from '../draft-form.tsx';
import { isSameName } from '../inputs/names.ts';
import { textOf, toFormValues } from '../model/form-values.ts';
import type { FormValues } from '../model/form-values.ts';
import { toNameQuery, nameSearchQuery, usePersonLookup, useNameSearch } from '../use-person-lookup.ts';
import styles from './person.module.css';

/** Suggests a known person; nothing is filled in automatically. */
export function KnownPerson({ pointer }: { pointer: '/applicant' | '/represented' }) {
  const { values } = useDraftForm();
  const text = textOf(values, `${pointer}/idnp`);
  return /\p{L}/u.test(text) ? (
    <KnownByName text={text} pointer={pointer} />
  ) : (
    <KnownByNumber text={text} pointer={pointer} />
  );
}

function KnownByNumber({ text, pointer }: { text: string; pointer: string }) {
  const { t } = useLanguage();
  const { values, setValues, content } = useDraftForm();
  const { data } = usePersonLookup(text);
  const person = data?.person;
  const typed = content[pointer === '/applicant' ? 'applicant' : 'represented'];
  const isOther = isComplete(typed) && person !== undefined && !isSamePerson(typed, person);
  if (!person || (isComplete(typed) && !isOther)) return null;
  const date = data.personTime && toCivilDate(new Date(data.personTime));
  return (
    <section className={styles.known} aria-label={t(isOther ? VISIT.numberOfOther : VISIT.known)}>
      {isOther && <h2 role="alert">{t(VISIT.numberOfOther)}</h2>}
      <div className={styles.one}>
        <span>
          <strong>{personName(person)}</strong>
          <small>
            {[shortDate(person.birthDate ?? ''), date && t(VISIT.knownFrom, { date: shortDate(date) })]
              .filter(Boolean)
              .join(' · ')}
          </small>
        </span>
        <button
          type="button"
          className={styles.take}
          data-enter={isOther ? undefined : true}
          onClick={() => setValues(toPersonValues(person, data.contact, pointer, values))}
        >
          {t(VISIT.takeOver)} {!isOther && <KeyCap code="Enter" />}
        </button>
      </div>
    </section>
  );
}

/** Whether both have the same family name, as far as it is typed in one spelling. */
function isSamePerson(typed: Person | undefined, known: Person): boolean {
  return isSameName(typed?.familyName ?? '', known.familyName ?? '') || typed?.birthDate === known.birthDate;
}

/** A complete person needs no suggestion. */
function isComplete(person: Person | undefined): boolean {
  return Boolean(person?.familyName && person.givenName && person.birthDate);
}

/** Converts a person to form values. Only an applicant's contact is included. */
function toPersonValues(person: Person, contact: Contact | undefined, pointer: string, values: FormValues): FormValues {
  const known = toFormValues(Object.assign({ applicant: person }, contact && { contact }), undefined);
  const isApplicant = pointer === '/applicant';
  const entries = Object.entries(known)
    .filter(([key]) => key.startsWith('/applicant/') || isApplicant)
    .map(([key, value]) => [key.replace(/^\/applicant/, pointer), value] as const)
    // A contact that was just typed is newer.
    .filter(([key]) => !key.startsWith('/contact') || textOf(values, '/contact/means') === '');
  return Object.fromEntries(entries);
}

const MAX_NAMES = 6;

/** Known persons of this centre by name, told apart by service and date. */
function KnownByName({ text, pointer }: { text: string; pointer: string }) {
  const { t } = useLanguage();
  const { values, setValues, waitFor } = useDraftForm();
  const queryClient = useQueryClient();
  const { data } = useNameSearch(text);
  const rows = groupByPerson(data);
  const [moved, setMoved] = useState<{ text: string; row: number }>();
  const [askedFor, setAskedFor] = useState<string>();
  // One person is taken by Enter; of several, none before the clerk has chosen.
  const chosen = moved?.text === text ? moved.row : rows.length === 1 ? 0 : undefined;
  const move = (by: number) =>
    setMoved({ text, row: Math.min(Math.max((chosen ?? (by > 0 ? -1 : rows.length)) + by, 0), rows.length - 1) });
  async function takePerson(row: ApplicationRow | undefined): Promise<void> {
    if (!row) return;
    const applicationQuery = {
      queryKey: ['application', row.id],
      queryFn: () => readApplication(row.id),
      staleTime: 60_000,
    };
    const { applicant, contact } = await queryClient.fetchQuery(applicationQuery);
    if (applicant) setValues(toPersonValues(applicant, contact, pointer, values));
  }
  /** Enter before the results arrive takes the only one. */
  async function takeOnly(): Promise<void> {
    const name = toNameQuery(text);
    if (!name) return;
    const [only, ...others] = groupByPerson(await queryClient.fetchQuery(nameSearchQuery(name)));
    if (others.length === 0) await takePerson(only?.row);
    else setAskedFor(text);
  }
  useKeys([
    rows.length > 0 && {
      code: 'ArrowDown',
      label: KEYS.down,
      run: () => move(1),
      inFields: true,
    },
    rows.length > 0 && {
      code: 'ArrowUp',
      label: KEYS.up,
      run: () => move(-1),
      inFields: true,
    },
  ]);
  if (!data) return <button type="button" hidden data-enter onClick={() => waitFor(takeOnly())} />;
  if (rows.length === 0) return <p className={styles.quiet}>{t(VISIT.nobodyFound)}</p>;
  return (
    <section className={styles.known}>
      <h2 id={`${pointer}-people`}>{t(VISIT.peopleFound)}</h2>
      {chosen === undefined && (
        <>
          <button type="button" hidden data-enter onClick={() => setAskedFor(text)} />
          <p role={askedFor === text ? 'alert' : undefined} className={styles.ask}>
            {t(VISIT.choosePerson)}
          </p>
        </>
      )}
      <div aria-labelledby={`${pointer}-people`}>
        {rows.map((match, n) => (
          <PersonHit
            key={match.row.id}
            match={match}
            isChosen={n === chosen}
            onTake={() => waitFor(takePerson(match.row))}
          />
        ))}
      </div>
    </section>
  );
}

interface PersonHitProps {
  match: PersonMatch;
  isChosen: boolean;
  onTake: () => void;
}

function PersonHit({ match: { row, birthYear, idnpLastDigits }, isChosen, onTake }: PersonHitProps) {
  const { t } = useLanguage();
  return (
    <button
      type="button"
      className={styles.hit}
      data-enter={isChosen || undefined}
      data-chosen={isChosen || undefined}
      onClick={onTake}
    >
      <span className={styles.who}>
        <span>
          {personName(row.applicant)}
          {idnpLastDigits && <span className={styles.end}> · IDNP •••• {idnpLastDigits}</span>}
        </span>
        <small>
          {t(row.serviceTitle)}, {shortDate(toCivilDate(new Date(row.createTime)))}
        </small>
      </span>
      {birthYear && <strong className={styles.year}>{birthYear}</strong>}
    </button>
  );
}

const readApplication = (id: string) => bodyOf(api.GET('/api/v1/applications/{id}', { params: { path: { id } } }));

interface PersonMatch {
  row: ApplicationRow;
  birthYear?: string | undefined;
  idnpLastDigits?: string | undefined;
}
type NameSearchResult = ReturnType<typeof useNameSearch>['data'];

/** Returns the newest row per person, newest first: same name, birth year and end of the IDNP. */
function groupByPerson(found: NameSearchResult): PersonMatch[] {
  const byPerson = new Map<string, PersonMatch>();
  const newestFirst = [...(found?.applications ?? [])].sort((a, b) => b.createTime.localeCompare(a.createTime));
  for (const row of newestFirst) {
    const { birthYear, idnpLastDigits } = found?.people?.find(({ application }) => application === row.name) ?? {};
    const person = [row.applicant?.familyName, row.applicant?.givenName, birthYear, idnpLastDigits].join(' ');
    if (row.applicant && !byPerson.has(person)) byPerson.set(person, { row, birthYear, idnpLastDigits });
  }
  return [...byPerson.values()].slice(0, MAX_NAMES);
}
