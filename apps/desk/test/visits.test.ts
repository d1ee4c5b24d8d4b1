import { expect, test } from '@jest/globals';
import { ulid } from 'ulid';
import type { Catalog } from '../src/api/types.ts';
import { openLocalStore } from '../src/local-store/local-store.ts';
import { rebuildDraft } from '../src/visit/rebuilt-draft.ts';
import { isFiled, isUntouched, visitName, newDraft, openVisitStore, draftPath } from '../src/visit/visit-store.ts';
import type { Draft } from '../src/visit/visit-store.ts';

const withName = (draft: Draft): Draft =>
  Object.assign({}, draft, {
    service: 'criminal-record',
    typed: { '/applicant/familyName': 'Rotaru', '/applicant/givenName': 'Galina', '/applicant/idnp': '2900' },
  });
/** Resolves after pending writes. */
const written = () => new Promise((done) => setImmediate(done));

test('restores input after a reload', async () => {
  const localStore = await openLocalStore('operators/one');
  const visits = await openVisitStore(localStore);
  const visit = visits.open({ '/behalf': 'self' });
  const [draft] = visit.drafts as [Draft];
  expect(isUntouched(visit)).toBe(true);
  visits.change(draft.id, withName);
  visits.change(draft.id, (current) => Object.assign({}, current, { screen: 'person' }));
  await written();
  const again = await openVisitStore(localStore);
  expect(again.draft(draft.id)).toMatchObject({ screen: 'person', typed: { '/applicant/idnp': '2900' } });
  expect(again.all().map(visitName)).toEqual(['Galina Rotaru']);
  expect(draftPath(again.all()[0]!)).toBe(`/visits/${visit.id}/${draft.id}/person`);
});

test('reuses an untouched visit, and keeps a visit with input', async () => {
  const localStore = await openLocalStore('operators/two');
  const visits = await openVisitStore(localStore);
  const first = visits.open({});
  expect(visits.open({}).id).toBe(first.id);
  visits.saveForLater(first.id);
  expect(visits.all()).toEqual([]);
  const second = visits.open({});
  visits.change(second.drafts[0]!.id, withName);
  visits.saveForLater(second.id);
  const third = visits.open({});
  // Two IDs of the same millisecond have no fixed order.
  const parked = Object.fromEntries(visits.all().map(({ id, parked: isParked }) => [id, isParked]));
  expect(parked).toEqual({ [second.id]: true, [third.id]: false });
  const back = visits.openDraft(visits.draft(second.drafts[0]!.id)!);
  expect([back.id, back.parked, back.drafts.length]).toEqual([second.id, false, 1]);
});

test('removes a visit with its last draft, and detects filed drafts', async () => {
  const localStore = await openLocalStore('operators/three');
  const visits = await openVisitStore(localStore);
  let notifications = 0;
  const stop = visits.subscribe(() => notifications++);
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
  expect([visits.all().length, notifications]).toEqual([0, 5]);
  stop();
  await written();
  expect((await openVisitStore(localStore)).all()).toEqual([]);
});

test('stores a finished application apart from half-typed input', async () => {
  const localStore = await openLocalStore('operators/finished');
  const visits = await openVisitStore(localStore);
  const [taken] = visits.open({}).drafts as [Draft];
  visits.change(taken.id, withName);
  const time = '2026-11-26T10:00:00Z';
  visits.change(taken.id, (draft) => Object.assign({}, draft, { takenAt: time, submitting: true }));
  const [typed] = visits.openDraft(Object.assign({}, newDraft({}), withName(newDraft({})))).drafts as [Draft];
  await written();
  expect((await openVisitStore(localStore)).draft(taken.id)?.takenAt).toBe(time);
  // It is continued: half-typed again, and stored once.
  visits.change(typed.id, (draft) => Object.assign({}, draft, { takenAt: time }));
  visits.change(typed.id, (draft) => Object.assign({}, draft, { takenAt: undefined }));
  await written();
  expect(await localStore.list('visit')).toHaveLength(1);
  expect(await localStore.list('finished-visit')).toHaveLength(1);
});

test('rebuilds a draft from its writes, with the number of its receipt', () => {
  const service = { name: 'publicServices/extras', code: 'extras' };
  const catalog = { publicServices: [service] } as unknown as Catalog;
  const writes = [
    {
      kind: 'create',
      body: { id: 'A', publicService: 'extras', trackingNumber: 'S3F136', applicant: { familyName: 'R' } },
    },
    {
      kind: 'edit',
      body: { applicant: { familyName: 'Rusu', givenName: 'Ana' }, costOption: 'urgent', contact: null },
    },
    { kind: 'submit', body: {} },
  ] as const;
  const draft = rebuildDraft('A', writes, catalog)!;
  expect(draft).toMatchObject({
    id: 'A',
    service: 'extras',
    screen: 'review',
    trackingNumber: 'S3F136',
    unsent: false,
  });
  expect(draft.typed).toMatchObject({ '/applicant/familyName': 'Rusu', '/costOption': 'urgent' });
  expect(draft.sent).toEqual({ applicant: { familyName: 'Rusu', givenName: 'Ana' }, costOption: 'urgent' });
  // The platform has the rest of an application that an earlier write opened.
  expect(rebuildDraft('A', writes.slice(1), catalog)).toBeUndefined();
});

test('two windows that type into one draft keep the input of both', async () => {
  const localStore = await openLocalStore('operators/four');
  const { channels, deliver } = createBus();
  const first = await openVisitStore(localStore, channels[0]);
  const second = await openVisitStore(localStore, channels[1]);
  const [draft] = first.open({ '/applicant/familyName': 'Rotari' }).drafts as [Draft];
  deliver();
  const type = (store: typeof first, pointer: string, text: string) =>
    store.change(draft.id, (current) =>
      Object.assign({}, current, { typed: Object.assign({}, current.typed, { [pointer]: text }) }),
    );
  // Both type before either has the other's message.
  type(first, '/applicant/givenName', 'Ana');
  type(second, '/applicant/birthDate', '4.5.1961');
  deliver();
  const typed = {
    '/applicant/familyName': 'Rotari',
    '/applicant/givenName': 'Ana',
    '/applicant/birthDate': '4.5.1961',
  };
  expect(first.draft(draft.id)?.typed).toEqual(typed);
  expect(second.draft(draft.id)?.typed).toEqual(typed);
  await written();
  const later = await openVisitStore(localStore);
  expect(later.draft(draft.id)?.typed).toEqual(typed);

  type(second, '/applicant/birthDate', '4.5.1962');
  deliver();
  expect([first.isTypedElsewhere(draft.id), second.isTypedElsewhere(draft.id)]).toEqual([true, false]);
  first.removeDraft(draft.id);
  deliver();
  expect(second.all()).toEqual([]);
});

test('a window reuses only the untouched visit that it opened itself', async () => {
  const localStore = await openLocalStore('operators/six');
  const { channels, deliver } = createBus();
  const first = await openVisitStore(localStore, channels[0], { centre: 'centres/CU-001' });
  const second = await openVisitStore(localStore, channels[1], { centre: 'centres/CU-001' });
  const own = first.open({});
  deliver();
  const other = second.open({});
  deliver();
  expect(other.id).not.toBe(own.id);
  expect([first.open({}).id, second.open({}).id]).toEqual([own.id, other.id]);
  expect(first.all().map(({ centre }) => centre)).toEqual(['centres/CU-001', 'centres/CU-001']);
  // A page that opens later shows neither, because a window may show them.
  await written();
  const third = await openVisitStore(localStore);
  expect([own.id, other.id]).not.toContain(third.open({}).id);
  // Untouched visits of another window do not count as open.
  expect(second.isFull()).toBe(false);
});

test('removes an untouched visit that a page left more than a day ago', async () => {
  const localStore = await openLocalStore('operators/seven');
  const old = { id: ulid(Date.now() - 25 * 3_600_000), parked: false, drafts: [newDraft({ '/behalf': 'self' })] };
  await localStore.write('visit', old.id, old);
  const visits = await openVisitStore(localStore);
  expect(visits.all()).toEqual([]);
  await written();
  expect(await localStore.list('visit')).toEqual([]);
});

test('a person that another window typed is that of the visit until somebody corrects it here', async () => {
  const localStore = await openLocalStore('operators/eight');
  const { channels, deliver } = createBus();
  const storages = [createWindowStorage(), createWindowStorage()];
  const first = await openVisitStore(localStore, channels[0], {}, storages[0]);
  const second = await openVisitStore(localStore, channels[1], {}, storages[1]);
  const [draft] = first.open({}).drafts as [Draft];
  first.change(draft.id, withName);
  deliver();
  expect([first.personOrigin(draft.id), second.personOrigin(draft.id)]).toEqual(['here', 'elsewhere']);
  second.takePerson(draft.id);
  expect(second.personOrigin(draft.id)).toBe('here');
  const typed = { '/applicant/idnp': '2901', '/applicant/familyName': 'Munteanu' };
  second.change(draft.id, (current) => Object.assign({}, current, { typed }));
  deliver();
  expect([first.personOrigin(draft.id), second.personOrigin(draft.id)]).toEqual(['replaced', 'here']);
  first.takePerson(draft.id);
  expect(first.personOrigin(draft.id)).toBe('here');
  await written();
  // A window that opens later asks; a reload of the same window does not.
  expect((await openVisitStore(localStore)).personOrigin(draft.id)).toBe('elsewhere');
  expect((await openVisitStore(localStore, undefined, {}, storages[0])).personOrigin(draft.id)).toBe('here');
});

test('a committed draft is stored strictly', async () => {
  const localStore = await openLocalStore('operators/five');
  const strict: unknown[] = [];
  const write: typeof localStore.write = (kind, id, value, options) => {
    if (options?.isStrict) strict.push(structuredClone(value));
    return localStore.write(kind, id, value, options);
  };
  const visits = await openVisitStore(Object.assign({}, localStore, { write }));
  const [draft] = visits.open({}).drafts as [Draft];
  await visits.commit(draft.id, (current) => Object.assign({}, current, { trackingNumber: '0000' }));
  expect(strict).toMatchObject([{ drafts: [{ trackingNumber: '0000' }] }]);
});

function createWindowStorage() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, text: string) => void items.set(key, text),
  };
}

/** Two channels whose messages arrive on `deliver`. */
function createBus() {
  const listeners: ((message: unknown) => void)[] = [];
  let waiting: { to: number; message: unknown }[] = [];
  const channels = [0, 1].map((own) => ({
    post: (message: unknown) => void waiting.push({ to: 1 - own, message: structuredClone(message) }),
    listen: (onMessage: (message: unknown) => void) => void (listeners[own] = onMessage),
    close: () => undefined,
  }));
  const deliver = () => {
    const messages = waiting;
    waiting = [];
    for (const { to, message } of messages) listeners[to]!(message);
  };
  return { channels, deliver };
}
