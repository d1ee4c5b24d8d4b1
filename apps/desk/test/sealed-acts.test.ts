import { describe, expect, test } from '@jest/globals';
import { createHandInKeyPair, openSealedAct } from '@cups/application/sealed-act';
import fc from 'fast-check';
import { NetworkError } from '../src/api/client.ts';
import type { SealedActOutcome } from '../src/api/types.ts';
import type { StoredSealedAct } from '../src/local-store/sealed-acts.ts';
import type { LocalStore, WriteOptions } from '../src/local-store/local-store.ts';
import { createLocalLocks, SILENT_CHANNEL } from '../src/outbox/environment.ts';
import type { OutboxEnvironment } from '../src/outbox/environment.ts';
import { sendRefused, sendSealedActs } from '../src/outbox/hand-in-sealed.ts';
import { openOutbox } from '../src/outbox/outbox.ts';
import { sealWrite } from '../src/outbox/seal-write.ts';
import type { Write } from '../src/outbox/write.ts';
import { handInKey } from '../src/session/hand-in-key.ts';
import { offlineGrant } from '../src/session/offline-grant.ts';

/** The sealed copies of unsent acts: made with the write, and handed in when nothing else opens it. */

const NOW = Date.UTC(2026, 10, 29);
const DAY = 86_400_000;

const act = (n: number, given: Partial<StoredSealedAct> = {}): StoredSealedAct => ({
  owner: 'operators/one',
  kind: 'write',
  id: `key-${n}`,
  text: `act-${n}`,
  sequence: n,
  sealedAt: NOW,
  ...given,
});

/** A platform with an outcome for each act. */
function platform(outcomeOf: (text: string) => SealedActOutcome) {
  const requests: string[][] = [];
  const removed: string[] = [];
  const send = (acts: StoredSealedAct[]) =>
    sendSealedActs(acts, {
      transport: (texts) => {
        requests.push([...texts]);
        return Promise.resolve(texts.map(outcomeOf));
      },
      remove: ({ id }) => Promise.resolve(void removed.push(id)),
    });
  return { requests, removed, send };
}

describe('a hand-in of sealed acts', () => {
  test('asks with one act, and sends no more to a platform that leaves them here', async () => {
    const { requests, removed, send } = platform(() => 'active');
    await send([act(1), act(2), act(3)]);
    expect([requests, removed]).toEqual([[['act-1']], []]);
  });

  test.each<[SealedActOutcome, boolean]>([
    ['kept', true],
    ['active', false],
    ['unreadable', false],
    ['refused', false],
  ])('an act that is %s is removed: %s, however old it is', async (outcome, isRemoved) => {
    const { removed, send } = platform(() => outcome);
    await send([act(1, { sealedAt: NOW - 400 * DAY })]);
    expect(removed).toEqual(isRemoved ? ['key-1'] : []);
  });

  test('goes to the session of its operator if nobody can verify its grant', async () => {
    const { removed, send } = platform((text) => (text === 'act-1' ? 'refused' : 'kept'));
    const results = await send([act(1), act(2)]);
    const sent: string[] = [];
    const own = { transport: (texts: readonly string[]) => Promise.resolve((sent.push(...texts), ['kept'] as const)) };
    await sendRefused(results, { ...own, remove: ({ id }) => Promise.resolve(void removed.push(id)) });
    expect([sent, removed]).toEqual([['act-1'], ['key-2', 'key-1']]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['kept', 'kept']);
  });

  test('of a replaced key share is no reason to keep back the others, or to send them', async () => {
    const { requests, removed, send } = platform((text) => (text === 'act-9' ? 'kept' : 'active'));
    await send([act(1), act(9, { kind: 'left-write' }), act(2)]);
    expect([requests, removed]).toEqual([[['act-9'], ['act-1']], ['key-9']]);
  });

  test('sends each act once, within the bounds of the platform, and keeps those without an answer', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 130 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.nat(4), async (given, passing) => {
        const acts = given.map((length, n) => act(n, { text: 'x'.repeat(length) }));
        const requests: string[][] = [];
        const removed: string[] = [];
        const sent = sendSealedActs(acts, {
          transport: (texts) => {
            if (requests.length === passing) return Promise.reject(new NetworkError('no answer'));
            requests.push([...texts]);
            return Promise.resolve(texts.map(() => 'kept'));
          },
          remove: ({ id }) => Promise.resolve(void removed.push(id)),
        });
        await sent.catch(() => undefined);
        const done = requests.flat().length;
        expect(requests.flat()).toEqual(acts.slice(0, done).map(({ text }) => text));
        expect(removed).toEqual(acts.slice(0, done).map(({ id }) => id));
        for (const texts of requests) {
          expect(texts.length).toBeLessThanOrEqual(50);
          expect(texts.join('').length).toBeLessThanOrEqual(200_000);
        }
        if (requests.length < passing) expect(done).toBe(acts.length);
      }),
      { numRuns: 60 },
    );
  });
});

/** A local store that shows what was stored with each write. */
function recordingStore() {
  const records = new Map<string, { value: Write; options: WriteOptions }>();
  const store: LocalStore = {
    isDurable: true,
    hasUnstoredInput: false,
    read: () => Promise.resolve(undefined),
    list: <T>(kind: string) =>
      Promise.resolve((kind === 'write' ? [...records.values()].map(({ value }) => value) : []) as T[]),
    write: (kind, id, value, options = {}) => {
      const copy = JSON.parse(JSON.stringify(value)) as Write;
      return Promise.resolve(void (kind === 'write' && records.set(id, { value: copy, options })));
    },
    readBytes: () => Promise.resolve(undefined),
    writeBytes: () => Promise.resolve(),
    remove: (_kind, id) => Promise.resolve(void records.delete(id)),
    close: () => undefined,
  };
  return { store, records };
}

const environment = (changes: Partial<OutboxEnvironment>): OutboxEnvironment => ({
  owner: 'operators/one',
  isReachable: () => false,
  now: Date.now,
  currentGrant: () => 'a.b.c',
  send: () => Promise.reject(new NetworkError('no answer')),
  locks: createLocalLocks(),
  openChannel: () => SILENT_CHANNEL,
  ...changes,
});

/** Waits until the outbox has stored what it was given. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let round = 0; !isTrue(); round += 1) {
    if (round > 2_000) throw new Error('not in time');
    await new Promise((done) => setImmediate(done));
  }
}

describe('an unsent act', () => {
  test('is stored with its sealed copy, which follows its content and ends with it', async () => {
    const { store, records } = recordingStore();
    const seal = (write: Write) =>
      Promise.resolve({ text: JSON.stringify([write.sequence, write.body]), sequence: 1, sealedAt: NOW });
    const outbox = await openOutbox(store, environment({ seal }));
    outbox.put({ application: 'A', kind: 'create', body: { text: 'first' } }).catch(() => undefined);
    outbox.put({ application: 'A', kind: 'edit', body: { one: 1 } }).catch(() => undefined);
    await until(() => records.size === 2);
    outbox.put({ application: 'A', kind: 'edit', body: { two: 2 } }).catch(() => undefined);
    const texts = () => [...records.values()].map(({ options }) => options.sealedAct?.text);
    await until(() => texts().includes('[2,{"one":1,"two":2}]'));
    expect(texts()).toEqual(['[1,{"text":"first"}]', '[2,{"one":1,"two":2}]']);
    expect([...records.values()].every(({ options }) => options.isStrict)).toBe(true);
    outbox.withdrawWrites('A', [...records.keys()]);
    await until(() => records.size === 0);
    outbox.stop();
  });

  test('is stored without a copy until the page can seal it, and then with one', async () => {
    const { store, records } = recordingStore();
    let isReady = false;
    let onReady = () => {};
    const canSeal = new Promise<void>((resolve) => (onReady = resolve));
    const seal = () => Promise.resolve(isReady ? { text: 'sealed', sequence: 1, sealedAt: NOW } : undefined);
    const outbox = await openOutbox(store, environment({ seal, canSeal }));
    outbox.put({ application: 'A', kind: 'notes', body: { text: 'x' } }).catch(() => undefined);
    await until(() => records.size === 1);
    const [key] = records.keys();
    expect(records.get(key!)!.options.sealedAct).toBeUndefined();
    isReady = true;
    onReady();
    await until(() => records.get(key!)!.options.sealedAct?.text === 'sealed');
    expect(records.get(key!)!.value).toMatchObject({ isSealed: true, sequence: 1 });
    outbox.stop();
  });

  test('is stored although it cannot be sealed', async () => {
    const { store, records } = recordingStore();
    const outbox = await openOutbox(store, environment({ seal: () => Promise.reject(new Error('no key')) }));
    outbox.put({ application: 'A', kind: 'notes', body: { text: 'x' } }).catch(() => undefined);
    await until(() => records.size === 1);
    expect(outbox.hasStorageError()).toBe(false);
    outbox.stop();
  });

  test('is sealed with the grant under which it waits, for the key of the last contact', async () => {
    const write: Write = {
      key: '5a1c6e4e-7f5c-4d38-9a38-4c3b8f6d0a01',
      application: '01JDZ3V7Q8R9S0T1V2W3X4Y5Z6',
      kind: 'notes',
      body: { text: 'Notă' },
      madeAt: '2026-11-29T10:00:00.000Z',
      sequence: 3,
    };
    expect(await sealWrite(write)).toBeUndefined();
    const pair = await createHandInKeyPair();
    handInKey.set({ kid: 'k', x: pair.x, y: pair.y });
    handInKey.set(undefined);
    expect(await sealWrite(write)).toBeUndefined();
    offlineGrant.set('a.b.c');
    const { sequence: _none, ...unplaced } = write;
    expect(await sealWrite(unplaced)).toBeUndefined();
    const open = async (given: Write) =>
      openSealedAct((await sealWrite(given))!.text, (kid) => Promise.resolve(kid === 'k' ? pair : undefined));
    const { madeAt: time, ...rest } = write;
    expect(await open(write)).toEqual({ offlineGrant: 'a.b.c', ...rest, time });
    expect(await open({ ...write, grant: 'd.e.f', previous: 'p', isOffline: true })).toEqual({
      offlineGrant: 'd.e.f',
      ...rest,
      time,
      previous: 'p',
    });
    offlineGrant.set(undefined);
  });
});
