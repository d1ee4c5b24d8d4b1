import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { api, bodyOf } from '../../api/client.ts';
import type { Contact, Person, Row } from '../../api/types.ts';
import { civilDay } from '@cups/application';
import { shortDate } from '../../language/dates.ts';
import { useKeys } from '../../keys/keys.tsx';
import { useLanguage } from '../../language/language.tsx';
import { nameOfPerson } from '../../language/people.ts';
import { Cap } from '../../keys/cap.tsx';
import { KEYS } from '../../texts/keys.ts';
import { VISIT } from '../../texts/visit.ts';
import { useFilling } from '../filling.tsx';
import { textOf, typedOf } from '../model/typed.ts';
import type { Typed } from '../model/typed.ts';
import { nameIn, namesRead, useLookup, useNames } from '../use-lookup.ts';
import styles from './person.module.css';

/** Somebody who was here before is offered again; nothing is taken in unasked. */
export function Known({ at }: { at: '/applicant' | '/represented' }) {
  const { typed } = useFilling();
  const text = textOf(typed, `${at}/idnp`);
  return /\p{L}/u.test(text) ? <ByName text={text} at={at} /> : <ByNumber text={text} at={at} />;
}

function ByNumber({ text, at }: { text: string; at: string }) {
  const { t } = useLanguage();
  const { typed, setAll, content } = useFilling();
  const { data } = useLookup(text);
  const person = data?.person;
  if (!person || isTyped(content[at === '/applicant' ? 'applicant' : 'represented'])) return null;
  const date = data.personTime && civilDay(new Date(data.personTime));
  return (
    <section className={styles.known} aria-label={t(VISIT.known)}>
      <div className={styles.one}>
        <span>
          <strong>{nameOfPerson(person)}</strong>
          <small>
            {[shortDate(person.birthDate ?? ''), date && t(VISIT.knownFrom, { date: shortDate(date) })]
              .filter(Boolean)
              .join(' · ')}
          </small>
        </span>
        <button
          type="button"
          className={styles.take}
          data-enter
          onClick={() => setAll(asTyped(person, data.contact, at, typed))}
        >
          {t(VISIT.takeOver)} <Cap code="Enter" />
        </button>
      </div>
    </section>
  );
}

/** Whoever is typed already needs no offer. */
function isTyped(here: Person | undefined): boolean {
  return Boolean(here?.familyName && here.givenName && here.birthDate);
}

/** What is known of a person as the controls show it; the contact is that of the applicant. */
function asTyped(person: Person, contact: Contact | undefined, at: string, typed: Typed): Typed {
  const known = typedOf(Object.assign({ applicant: person }, contact && { contact }), undefined);
  const isApplicant = at === '/applicant';
  const taken = Object.entries(known)
    .filter(([place]) => place.startsWith('/applicant/') || isApplicant)
    .map(([place, value]) => [place.replace(/^\/applicant/, at), value] as const)
    // A contact that was typed just now is newer than the one that is known.
    .filter(([place]) => !place.startsWith('/contact') || textOf(typed, '/contact/means') === '');
  return Object.fromEntries(taken);
}

const MOST_NAMES = 6;

/** People of this centre by name; which of them it is shows by the service and the day. */
function ByName({ text, at }: { text: string; at: string }) {
  const { t } = useLanguage();
  const { typed, setAll, during } = useFilling();
  const reads = useQueryClient();
  const { data } = useNames(text);
  const [chosen, setChosen] = useState(0);
  const rows = peopleOf(data);
  async function take(row: Row | undefined): Promise<void> {
    if (!row) return;
    const read = { queryKey: ['application', row.id], queryFn: () => readApplication(row.id), staleTime: 60_000 };
    const { applicant, contact } = await reads.fetchQuery(read);
    if (applicant) setAll(asTyped(applicant, contact, at, typed));
  }
  /** Whoever is quicker than the line takes the first of those who are found. */
  async function takeFirst(): Promise<void> {
    const name = nameIn(text);
    if (name) await take(peopleOf(await reads.fetchQuery(namesRead(name)))[0]?.row);
  }
  useKeys([
    rows.length > 0 && {
      code: 'ArrowDown',
      says: KEYS.down,
      does: () => setChosen(Math.min(chosen + 1, rows.length - 1)),
      inFields: true,
    },
    rows.length > 0 && {
      code: 'ArrowUp',
      says: KEYS.up,
      does: () => setChosen(Math.max(chosen - 1, 0)),
      inFields: true,
    },
  ]);
  if (!data) return <button type="button" hidden data-enter onClick={() => during(takeFirst())} />;
  if (rows.length === 0) return <p className={styles.quiet}>{t(VISIT.nobodyFound)}</p>;
  return (
    <section className={styles.known}>
      <h2 id={`${at}-people`}>{t(VISIT.peopleFound)}</h2>
      <div aria-labelledby={`${at}-people`}>
        {rows.map(({ row, birthYear, idnpEnd }, n) => (
          <button
            key={row.id}
            type="button"
            className={styles.hit}
            data-enter={n === chosen || undefined}
            data-chosen={n === chosen || undefined}
            onClick={() => during(take(row))}
          >
            <span>
              {[nameOfPerson(row.applicant), birthYear].filter(Boolean).join(', ')}
              {idnpEnd && <span className={styles.end}> · IDNP •••• {idnpEnd}</span>}
            </span>
            <small>
              {t(row.serviceTitle)}, {shortDate(civilDay(new Date(row.createTime)))}
            </small>
          </button>
        ))}
      </div>
    </section>
  );
}

const readApplication = (id: string) => bodyOf(api.GET('/api/v1/applications/{id}', { params: { path: { id } } }));

interface Found {
  row: Row;
  birthYear?: string | undefined;
  idnpEnd?: string | undefined;
}
type Names = ReturnType<typeof useNames>['data'];

/** One row for each person, the newest: of one name, year of birth and end of the IDNP. */
function peopleOf(found: Names): Found[] {
  const byPerson = new Map<string, Found>();
  for (const row of found?.applications ?? []) {
    const { birthYear, idnpEnd } = found?.people?.find(({ application }) => application === row.name) ?? {};
    const person = [row.applicant?.familyName, row.applicant?.givenName, birthYear, idnpEnd].join(' ');
    if (row.applicant && !byPerson.has(person)) byPerson.set(person, { row, birthYear, idnpEnd });
  }
  return [...byPerson.values()].slice(0, MOST_NAMES);
}
