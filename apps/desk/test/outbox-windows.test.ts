import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type * as Client from '../src/api/client.ts';
import type { LocalStore, openLocalStore } from '../src/local-store/local-store.ts';
import type { Channel, createLocalLocks, Locks, OutboxEnvironment } from '../src/outbox/environment.ts';
import type { openOutbox, Outbox } from '../src/outbox/outbox.ts';
import type { toOfflineClaim, Write } from '../src/outbox/write.ts';

/** Desks in Node: windows that share a store and are killed, over a line that drops, repeats and delays. */

let modules: {
  openOutbox: typeof openOutbox;
  openLocalStore: typeof openLocalStore;
  createLocalLocks: typeof createLocalLocks;
  client: Pick<typeof Client, 'ApiError' | 'NetworkError'>;
  toOfflineClaim: typeof toOfflineClaim;
};

beforeAll(async () => {
  Object.assign(globalThis, { location: { origin: 'http://localhost' } });
  modules = {
    ...(await import('../src/outbox/outbox.ts')),
    ...(await import('../src/local-store/local-store.ts')),
    ...(await import('../src/outbox/environment.ts')),
    ...(await import('../src/outbox/write.ts')),
    client: await import('../src/api/client.ts'),
  };
});

const turn = () => new Promise((done) => setImmediate(done));

/** The outcome of one request. A delayed one arrives after the desk has given up. */
type Outcome = 'passes' | 'lost' | 'answer lost' | 'doubled' | 'delayed';

class Platform {
  outcomes: Outcome[] = [];
  isReachable = true;
  /** Texts of the applied writes, by application. */
  readonly effects = new Map<string, string[]>();
  readonly #keys = new Set<string>();
  /** Keys of the requests, in order. */
  readonly requests: string[] = [];
  readonly received: Write[] = [];
  refusal: { key: string; reason: string } | undefined;

  async send(write: Write): Promise<never> {
    const sent = structuredClone(write);
    this.requests.push(write.key);
    await turn();
    const outcome = this.isReachable ? (this.outcomes.shift() ?? 'passes') : 'lost';
    if (outcome === 'delayed') void turn().then(() => this.#apply(sent));
    if (outcome === 'lost' || outcome === 'delayed') throw new modules.client.NetworkError();
    if (this.refusal?.key === write.key) {
      const problem = { reason: this.refusal.reason, status: 409 };
      throw new modules.client.ApiError(problem as never);
    }
    this.#apply(sent);
    if (outcome === 'doubled') this.#apply(sent);
    if (outcome === 'answer lost') throw new modules.client.NetworkError();
    return { id: write.application, etag: `"${this.effects.get(write.application)!.length}"` } as never;
  }

  #apply(write: Write): void {
    if (this.#keys.has(write.key)) return;
    this.#keys.add(write.key);
    this.received.push(write);
    const effects = this.effects.get(write.application) ?? [];
    this.effects.set(write.application, [...effects, String(write.body['text'])]);
  }
}

/** One browser: a store, locks and channels that its windows share. */
class Browser {
  readonly locks: Locks = modules.createLocalLocks();
  readonly #channels = new Set<{ name: string; onMessage: (message: unknown) => void }>();
  readonly #store: LocalStore;
  isFull = false;
  /** Windows learn nothing from each other. */
  losesMessages = false;
  /** Text of writes that are too large for what is left of the disk. */
  tooLarge: string | undefined;

  private constructor(store: LocalStore) {
    this.#store = store;
  }

  static async start(): Promise<Browser> {
    return new Browser(await modules.openLocalStore('operators/test'));
  }

  /** Opens a window. A killed one changes nothing more, in the store or in other windows. */
  async open(platform: Platform, changes: Partial<OutboxEnvironment> = {}): Promise<{ outbox: Outbox; kill(): void }> {
    let isAlive = true;
    let release = () => {};
    const killed = new Promise<never>((resolve) => (release = resolve as () => void));
    // A browser releases the locks of a closed window.
    const locks: Locks = {
      request: (name, options, task) => this.locks.request(name, options, (lock) => Promise.race([task(lock), killed])),
    };
    const onlyAlive = <T>(work: () => Promise<T>): Promise<T> => (isAlive ? work() : new Promise<T>(() => {}));
    const store: LocalStore = {
      ...this.#store,
      isDurable: true,
      write: (kind, id, value, options) =>
        onlyAlive(() =>
          this.isFull || (this.tooLarge !== undefined && JSON.stringify(value).includes(this.tooLarge))
            ? Promise.reject(new Error('the disk is full'))
            : this.#store.write(kind, id, value, options),
        ),
      remove: (kind, id) => onlyAlive(() => this.#store.remove(kind, id)),
    };
    const outbox = await modules.openOutbox(store, {
      owner: 'operators/test',
      isReachable: () => platform.isReachable,
      now: Date.now,
      currentGrant: () => 'grant',
      send: (write) => onlyAlive(() => platform.send(write)),
      locks,
      openChannel: (name) => this.#openChannel(name),
      ...changes,
    });
    return {
      outbox,
      kill() {
        isAlive = false;
        outbox.stop();
        release();
      },
    };
  }

  #openChannel(name: string): Channel {
    const channel = { name, onMessage: (_message: unknown) => {} };
    this.#channels.add(channel);
    return {
      post: (message) => {
        if (this.losesMessages) return;
        const copy = structuredClone(message);
        for (const other of this.#channels)
          if (other !== channel && other.name === name) queueMicrotask(() => other.onMessage(copy));
      },
      listen: (onMessage) => void (channel.onMessage = onMessage),
      close: () => void this.#channels.delete(channel),
    };
  }
}

async function drained(...outboxes: Outbox[]): Promise<void> {
  for (let round = 0; outboxes.some((outbox) => outbox.countPending() > 0); round += 1) {
    if (round > 3_000) throw new Error('writes never went out');
    outboxes.forEach((outbox) => (outbox.flush(), outbox.resume()));
    await turn();
  }
}

async function stored(outbox: Outbox, application: string): Promise<void> {
  for (let round = 0; outbox.syncStatus(application).isStored !== true; round += 1) {
    if (round > 1_000) throw new Error('never stored');
    await turn();
  }
}

const put = (outbox: Outbox, application: string, text: string) =>
  outbox.put({ application, kind: 'supply-documents', body: { text } }).catch(() => undefined);

/** Makes an act without the platform that a full disk refuses. */
async function putOnFullDisk() {
  const platform = new Platform();
  platform.isReachable = false;
  const browser = await Browser.start();
  const { outbox, kill } = await browser.open(platform);
  browser.isFull = true;
  void put(outbox, 'A', 'a');
  while (!outbox.hasStorageError()) await turn();
  return { browser, platform, outbox, kill };
}

describe('windows of one browser', () => {
  test('lose, double and reorder nothing that was stored', async () => {
    const outcome = fc.constantFrom<Outcome>('passes', 'lost', 'answer lost', 'doubled', 'delayed');
    const step = fc.record({
      window: fc.nat({ max: 2 }),
      application: fc.constantFrom('A', 'B'),
      event: fc.constantFrom('nothing', 'kill', 'cut', 'restore'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(outcome, { maxLength: 40 }), fc.array(step, { maxLength: 14 }), async (line, steps) => {
        const platform = new Platform();
        platform.outcomes = [...line];
        const browser = await Browser.start();
        const windows = [await browser.open(platform), await browser.open(platform), await browser.open(platform)];
        const made = new Map<string, string[]>();
        for (const [n, { window, application, event }] of steps.entries()) {
          const { outbox } = windows[window]!;
          void put(outbox, application, String(n));
          await stored(outbox, application);
          made.set(application, [...(made.get(application) ?? []), String(n)]);
          if (event === 'cut') platform.isReachable = false;
          if (event === 'restore') platform.isReachable = true;
          if (event !== 'kill') continue;
          windows[window]!.kill();
          windows[window] = await browser.open(platform);
        }
        platform.isReachable = true;
        await drained(...windows.map(({ outbox }) => outbox));
        windows.forEach(({ kill }) => kill());
        expect(Object.fromEntries(platform.effects)).toEqual(Object.fromEntries(made));
        const sequences = platform.received.map(({ sequence }) => sequence);
        expect(new Set(sequences).size).toBe(steps.length);
      }),
      { numRuns: 80 },
    );
  });

  test('one window sends, and all of them learn the outcome', async () => {
    const platform = new Platform();
    const browser = await Browser.start();
    const [first, second] = [await browser.open(platform), await browser.open(platform)];
    const answered = second.outbox.put({ application: 'A', kind: 'assign', body: { text: 'x' } });
    await expect(answered).resolves.toMatchObject({ id: 'A' });
    expect(first.outbox.known('A')).toMatchObject({ etag: '"1"' });
    expect(first.outbox.countPending()).toBe(0);
    expect(platform.requests).toHaveLength(1);

    platform.isReachable = false;
    void put(second.outbox, 'A', 'waits');
    await stored(second.outbox, 'A');
    await turn();
    expect(first.outbox.pendingApplications()).toEqual(['A']);
    first.kill();
    platform.isReachable = true;
    await drained(second.outbox);
    expect(platform.effects.get('A')).toEqual(['x', 'waits']);
    second.kill();
  });

  test('a window that opens later shows a rejection, and can retry it', async () => {
    const platform = new Platform();
    const browser = await Browser.start();
    const first = await browser.open(platform);
    platform.isReachable = false;
    void put(first.outbox, 'A', 'late');
    await stored(first.outbox, 'A');
    platform.refusal = { key: first.outbox.syncStatus('A').pending[0]!.key, reason: 'ACTION_NOT_ALLOWED' };
    platform.isReachable = true;
    while (first.outbox.countRefused() === 0) {
      first.outbox.resume();
      await turn();
    }
    const second = await browser.open(platform);
    await turn();
    expect(second.outbox.syncStatus('A').refusal).toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
    platform.refusal = undefined;
    second.outbox.retry('A');
    await drained(first.outbox, second.outbox);
    expect(platform.effects.get('A')).toEqual(['late']);
    first.kill();
    second.kill();
  });
});

describe('an act of a window that ended before it told anybody', () => {
  /** Two windows; the second one stores an act, and its messages are lost. */
  async function leaveAct() {
    const platform = new Platform();
    const browser = await Browser.start();
    const first = await browser.open(platform);
    const second = await browser.open(platform);
    await turn();
    browser.losesMessages = true;
    void put(second.outbox, 'A', 'left');
    await stored(second.outbox, 'A');
    await turn();
    expect([first.outbox.countPending(), platform.requests]).toEqual([0, []]);
    return { platform, browser, first, second };
  }

  test('is sent by the other one as soon as the lock of the window ends', async () => {
    const { platform, first, second } = await leaveAct();
    second.kill();
    for (let round = 0; !platform.effects.has('A') && round < 100; round += 1) await turn();
    expect(platform.effects.get('A')).toEqual(['left']);
    first.kill();
  });

  test('is found at a resume, while its window is open too, and is done once', async () => {
    const { platform, browser, first, second } = await leaveAct();
    first.outbox.resume();
    while (first.outbox.countPending() > 0 || !platform.effects.has('A')) await turn();
    browser.losesMessages = false;
    second.outbox.resume();
    await turn();
    first.outbox.resume();
    await turn();
    expect(platform.effects.get('A')).toEqual(['left']);
    first.kill();
    second.kill();
  });

  test('does not come back after it was undone', async () => {
    const platform = new Platform();
    platform.isReachable = false;
    const browser = await Browser.start();
    const { outbox, kill } = await browser.open(platform);
    void outbox.put({ application: 'A', kind: 'notes', body: { text: 'x' } }).catch(() => undefined);
    await stored(outbox, 'A');
    // The record is read before it is deleted.
    outbox.resume();
    outbox.undo('A');
    outbox.resume();
    for (let round = 0; round < 20; round += 1) await turn();
    expect(outbox.countPending()).toBe(0);
    kill();
  });
});

describe('writes without the platform', () => {
  test('claim their time, their number and the write before, under the grant of that moment', async () => {
    const platform = new Platform();
    const browser = await Browser.start();
    let now = Date.parse('2026-11-29T10:00:00Z');
    let grant: string | undefined = 'first';
    const { outbox, kill } = await browser.open(platform, { now: () => now, currentGrant: () => grant });
    await outbox.put({ application: 'A', kind: 'assign', body: {} });
    platform.isReachable = false;
    void put(outbox, 'A', 'a');
    void put(outbox, 'B', 'b');
    await stored(outbox, 'B');
    await stored(outbox, 'A');
    now += 3_600_000;
    grant = 'second';
    platform.isReachable = true;
    await drained(outbox);
    kill();
    const [online, a, b] = platform.received.sort((one, other) => one.sequence! - other.sequence!);
    expect(modules.toOfflineClaim(online!)).toBeUndefined();
    const { chain } = online!;
    // The first claim reports the act that went out with a line.
    const { ended: _reported, ...first } = a!;
    expect(modules.toOfflineClaim(first)).toBe(
      `grant="first", time="2026-11-29T10:00:00.000Z", sequence=2, previous="${online!.key}", chain="${chain}"`,
    );
    const { ended: _repeated, ...second } = b!;
    expect(modules.toOfflineClaim(second)).toBe(
      `grant="first", time="2026-11-29T10:00:00.000Z", sequence=3, previous="${a!.key}", chain="${chain}"`,
    );
    expect(platform.received.flatMap(({ ended = [] }) => ended)).toContainEqual({ from: 1, to: 1 });
  });

  test('claim nothing without a grant', async () => {
    const platform = new Platform();
    const { outbox, kill } = await (await Browser.start()).open(platform, { currentGrant: () => undefined });
    platform.isReachable = false;
    void put(outbox, 'A', 'a');
    await stored(outbox, 'A');
    platform.isReachable = true;
    await drained(outbox);
    kill();
    expect(platform.received.map(modules.toOfflineClaim)).toEqual([undefined]);
  });

  test('the write that finds the line cut claims the time at which it was made', async () => {
    const platform = new Platform();
    platform.outcomes = ['lost'];
    const at = Date.parse('2026-11-29T10:00:00Z');
    const { outbox, kill } = await (await Browser.start()).open(platform, { now: () => at });
    void put(outbox, 'A', 'a');
    await drained(outbox);
    kill();
    const [received] = platform.received;
    expect(modules.toOfflineClaim(received!)).toBe(
      `grant="grant", time="2026-11-29T10:00:00.000Z", sequence=1, chain="${received!.chain}"`,
    );
  });

  test('a full disk is reported, and what it does not take stays in memory', async () => {
    const { browser, platform, outbox, kill } = await putOnFullDisk();
    expect(outbox.syncStatus('A')).toMatchObject({ isStored: false, hasStorageError: true });

    browser.isFull = false;
    outbox.resume();
    await stored(outbox, 'A');
    expect(outbox.hasStorageError()).toBe(false);
    platform.isReachable = true;
    await drained(outbox);
    kill();
    expect(platform.effects.get('A')).toEqual(['a']);
  });

  test('what a full disk refused is stored ten seconds later, without another act', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    try {
      const { browser, outbox, kill } = await putOnFullDisk();
      jest.advanceTimersByTime(10_000);
      await turn();
      expect(outbox.hasStorageError()).toBe(true);
      browser.isFull = false;
      jest.advanceTimersByTime(10_000);
      await stored(outbox, 'A');
      expect(outbox.hasStorageError()).toBe(false);
      kill();
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  test('a write behind one that the disk does not take is not stored alone', async () => {
    const platform = new Platform();
    platform.isReachable = false;
    const browser = await Browser.start();
    browser.tooLarge = 'large';
    const first = await browser.open(platform);
    void put(first.outbox, 'A', 'large');
    void put(first.outbox, 'A', 'small');
    while (!first.outbox.hasStorageError()) await turn();
    await turn();
    expect(first.outbox.syncStatus('A')).toMatchObject({ isStored: false, hasStorageError: true });

    browser.tooLarge = undefined;
    // Another act at the application stores what waits before it.
    void put(first.outbox, 'A', 'third');
    await stored(first.outbox, 'A');
    first.kill();
    platform.isReachable = true;
    const second = await browser.open(platform);
    await drained(second.outbox);
    second.kill();
    expect(platform.effects.get('A')).toEqual(['large', 'small', 'third']);
    expect(platform.received.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  test('notes take the place of a rejected write, and what is behind it goes on', async () => {
    const platform = new Platform();
    const { outbox, kill } = await (await Browser.start()).open(platform);
    platform.isReachable = false;
    void put(outbox, 'A', 'refused');
    void put(outbox, 'A', 'behind');
    await stored(outbox, 'A');
    const { key } = outbox.syncStatus('A').pending[0]!;
    platform.refusal = { key, reason: 'ACTION_NOT_ALLOWED' };
    platform.isReachable = true;
    while (outbox.countRefused() === 0) {
      outbox.resume();
      await turn();
    }
    outbox.replaceWithNotes('A', [key], ['kept as a note', 'its second part']);
    await drained(outbox);
    kill();
    expect(platform.effects.get('A')).toEqual(['behind', 'kept as a note', 'its second part']);
  });

  test('a power cut on a full disk leaves the rejected write, if its note is not stored', async () => {
    const platform = new Platform();
    const browser = await Browser.start();
    const first = await browser.open(platform);
    platform.isReachable = false;
    void put(first.outbox, 'A', 'refused');
    await stored(first.outbox, 'A');
    const { key } = first.outbox.syncStatus('A').pending[0]!;
    platform.refusal = { key, reason: 'ACTION_NOT_ALLOWED' };
    platform.isReachable = true;
    while (first.outbox.countRefused() === 0) {
      first.outbox.resume();
      await turn();
    }
    platform.isReachable = false;
    browser.isFull = true;
    first.outbox.replaceWithNotes('A', [key], ['kept as a note']);
    while (!first.outbox.hasStorageError()) await turn();
    for (let round = 0; round < 20; round += 1) await turn();
    first.kill();

    browser.isFull = false;
    const second = await browser.open(platform);
    expect(second.outbox.syncStatus('A').pending.map((write) => write.key)).toEqual([key]);
    platform.isReachable = true;
    while (second.outbox.countRefused() === 0) {
      second.outbox.resume();
      await turn();
    }
    second.outbox.replaceWithNotes('A', [key], ['kept as a note']);
    await drained(second.outbox);
    second.kill();
    expect(platform.effects.get('A')).toEqual(['kept as a note']);
    const third = await browser.open(platform);
    expect(third.outbox.countPending()).toBe(0);
    third.kill();
  });
});
