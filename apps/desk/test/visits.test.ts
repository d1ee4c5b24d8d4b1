import { expect, test } from '@jest/globals';
import { openLocalStore } from '../src/local-store/local-store.ts';
import { isFiled, isUntouched, visitName, newDraft, openVisitStore, draftPath } from '../src/visit/visit-store.ts';
import type { Draft } from '../src/visit/visit-store.ts';

const named = (draft: Draft): Draft =>
  Object.assign({}, draft, {
    service: 'criminal-record',
    typed: { '/applicant/familyName': 'Rotaru', '/applicant/givenName': 'Galina', '/applicant/idnp': '2900' },
  });
/** Resolves after pending writes. */
const written = () => new Promise((done) => setImmediate(done));

test('What is typed is there again when the page is loaded anew, whoever had the screen last.', async () => {
  const localStore = await openLocalStore('operators/one');
  const visits = await openVisitStore(localStore);
  const visit = visits.open({ '/behalf': 'self' });
  const [draft] = visit.drafts as [Draft];
  expect(isUntouched(visit)).toBe(true);
  visits.change(draft.id, named);
  visits.change(draft.id, (one) => Object.assign({}, one, { screen: 'person' }));
  await written();
  const again = await openVisitStore(localStore);
  expect(again.draft(draft.id)).toMatchObject({ screen: 'person', typed: { '/applicant/idnp': '2900' } });
  expect(again.all().map(visitName)).toEqual(['Galina Rotaru']);
  expect(draftPath(again.all()[0]!)).toBe(`/visits/${visit.id}/${draft.id}/person`);
});

test('A visit in which nothing was said is the next one, and is over when it is put aside; one in which something was said is kept.', async () => {
  const localStore = await openLocalStore('operators/two');
  const visits = await openVisitStore(localStore);
  const first = visits.open({});
  expect(visits.open({}).id).toBe(first.id);
  visits.saveForLater(first.id);
  expect(visits.all()).toEqual([]);
  const second = visits.open({});
  visits.change(second.drafts[0]!.id, named);
  visits.saveForLater(second.id);
  const third = visits.open({});
  // Two IDs of the same millisecond have no fixed order.
  const parked = Object.fromEntries(visits.all().map(({ id, parked: isParked }) => [id, isParked]));
  expect(parked).toEqual({ [second.id]: true, [third.id]: false });
  const back = visits.openDraft(visits.draft(second.drafts[0]!.id)!);
  expect([back.id, back.parked, back.drafts.length]).toEqual([second.id, false, 1]);
});

test('A visit ends with its last draft, and what is filed is told from what is not.', async () => {
  const localStore = await openLocalStore('operators/three');
  const visits = await openVisitStore(localStore);
  let heard = 0;
  const stop = visits.subscribe(() => heard++);
  const visit = visits.open({});
  const second = visits.addDraft(visit.id, {})!;
  const other = newDraft({});
  visits.replaceDraft(second.id, other);
  expect(visits.draft(second.id)).toBeUndefined();
  const known = { submitTime: '2026-11-26T10:00:00Z' } as NonNullable<Draft['known']>;
  expect(isFiled(Object.assign({}, other, { known, submitting: true }))).toBe(true);
  // Filed by a colleague, not from here.
  expect(isFiled(Object.assign({}, other, { known }))).toBe(false);
  visits.removeDraft(other.id);
  visits.removeDraft(visit.drafts[0]!.id);
  expect([visits.all().length, heard]).toEqual([0, 5]);
  stop();
  await written();
  expect((await openVisitStore(localStore)).all()).toEqual([]);
});
