import { describe, expect, test } from '@jest/globals';
import { idnp, person } from '@cups/testing';
import type { Application } from '../src/domain/application.ts';
import { copyRolesOf, withoutOthers } from '../src/domain/person-copy.ts';
import type { StoredApplication } from '../src/store.ts';
import { cutPage } from '../src/store/person-export.ts';

const [PARENT, CHILD] = [person(1), person(2)];
const contact = { email: 'parent@example.md' };
const names = ({ givenName, familyName, language }: typeof PARENT) => ({ givenName, familyName, language });
const content = { applicant: PARENT, represented: CHILD, contact, answers: { act: 'birth' } };
const handOver = { collectedBy: 'applicant', idDocumentKind: 'identity-document', idDocumentNumber: 'A1' };
const app = {
  content,
  submissions: [{ number: 1, content: { applicant: PARENT, represented: CHILD } }],
  history: [{ kind: 'change-contact', actor: 'operators/one', formerContact: contact, contact }],
  handOver,
} as unknown as Application;

describe('an application of two people', () => {
  test('shows the applicant their contact, document and own data', () => {
    const shown = withoutOthers(app, idnp(1));
    expect(shown.content).toEqual({ ...content, represented: names(CHILD) });
    expect(shown.submissions[0]?.content).toEqual({ applicant: PARENT, represented: names(CHILD) });
    expect(shown.history).toEqual(app.history);
    expect(shown.handOver).toEqual(handOver);
  });

  test('shows the represented person the names of the applicant only', () => {
    const shown = withoutOthers(app, idnp(2));
    expect(shown.content).toEqual({ applicant: names(PARENT), represented: CHILD, answers: { act: 'birth' } });
    expect(shown.history).toEqual([{ kind: 'change-contact', actor: 'operators/one' }]);
    expect(shown.handOver).toEqual({ collectedBy: 'applicant', idDocumentKind: 'identity-document' });
  });

  test('hides the number of the other person in a complaint', () => {
    const text = { ro: `Eu (IDNP ${PARENT.idnp}), în numele (IDNP ${CHILD.idnp})`, ru: `Я (IDNP ${PARENT.idnp})` };
    const complaining = { ...app, complaints: [{ number: 1, text }] } as unknown as Application;
    expect(withoutOthers(complaining, idnp(1)).complaints).toEqual([
      { number: 1, text: { ro: `Eu (IDNP ${PARENT.idnp}), în numele (IDNP •••)`, ru: text.ru } },
    ]);
    expect(withoutOthers(complaining, idnp(2)).complaints).toEqual([
      { number: 1, text: { ro: `Eu (IDNP •••), în numele (IDNP ${CHILD.idnp})`, ru: 'Я (IDNP •••)' } },
    ]);
  });

  test.each([
    [1, ['applicant']],
    [2, ['represented']],
    [3, []],
  ])('has person %i as %j', (n, roles) => {
    expect(copyRolesOf(app, idnp(n))).toEqual(roles);
  });
});

describe('a page of a copy', () => {
  const appOf = (count: number) =>
    ({ content: {}, ...(count > 0 && { historyArchive: { count, removed: {} } }) }) as unknown as StoredApplication;

  test.each([
    ['has all applications with short histories', [0, 0, 0, 0], 4],
    ['ends after an application with a long archive', [0, 250, 0, 0], 2],
    ['ends once the archives together are long', [100, 100, 100, 0], 3],
  ])('%s', (_, counts, length) => {
    expect(cutPage(counts.map(appOf))).toHaveLength(length);
  });
});
