import { ApiError, isTransient, NetworkError, SIGNED_OUT_REASONS } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import { centreOfAct } from './act-centre.ts';
import { applyAnswer } from './known-application.ts';
import type { OutboxParts } from './outbox-parts.ts';
import type { Outbox, SyncStatus } from './outbox.ts';
import { clearTimers, listPending, toStatus } from './queue-status.ts';
import { OpenWindows } from './open-windows.ts';
import { QueueStorage } from './queue-storage.ts';
import { SendGate } from './send-gate.ts';
import type { WindowMessage } from './window-message.ts';
import {
  compareAdopted,
  createWriteQueue,
  drainedWithin,
  enqueueOrMerge,
  isElsewhere,
  isQueued,
  originOf,
  takeWaiters,
  toNote,
} from './write-queue.ts';
import type { WriteQueue, Waiter } from './write-queue.ts';
import { isVersioned, MAX_REPORTED_RANGES, toOfflineClaim, UndoneError } from './write.ts';
import type { NewWrite, Write } from './write.ts';

/** Kinds of writes that can be undone. */
const UNDOABLE_KINDS: readonly Write['kind'][] = ['notes', 'person-notifications', 'payment', 'withdraw'];
const UNDO_WINDOW_MS = 10_000;
/** Maximum time that `close` waits for the queues, in ms. */
const CLOSE_TIMEOUT_MS = 3_000;
const IDLE: SyncStatus = { pending: [] };

export class PersistentOutbox implements Outbox {
  readonly isDurable: boolean;
  readonly #parts: OutboxParts;
  readonly #queues = new Map<string, WriteQueue>();
  readonly #storage: QueueStorage;
  readonly #gate = new SendGate();
  readonly #listeners = new Set<() => void>();
  readonly #answerListeners = new Set<(write: Write, answer: Application) => void>();
  #pendingApplications: readonly string[] | undefined;
  /** Whether this window sends. */
  #isSender = false;
  #isStopped = false;
  readonly #stopping = new AbortController();
  /** Keys of writes that were answered, undone or dropped, whose records may not be deleted yet. */
  readonly #endedKeys = new Set<string>();
  readonly #windows: OpenWindows;

  constructor(parts: OutboxParts, storedWrites: Write[], early: readonly unknown[]) {
    this.#parts = parts;
    this.isDurable = parts.localStore.isDurable;
    const { locks } = parts.environment;
    this.#windows = new OpenWindows(locks, this.#stopping.signal, () => this.#adoptStored());
    this.#storage = new QueueStorage(parts.chain, this.#queues, {
      onChange: (queue) => this.#update(queue),
      onStored: (queue, { key }) => queue.hold?.key !== key && this.#announce(queue, key),
    });
    this.#adopt(storedWrites);
    for (const message of early) this.#receive(message as WindowMessage);
    parts.channel.listen((message) => this.#receive(message as WindowMessage));
  }

  /**
   * Sends for all windows from the moment in which no other one does.
   * @returns resolves when it is known whether another window sends now
   */
  start(): Promise<void> {
    const { environment, loadWrites } = this.#parts;
    const { locks, owner } = environment;
    const { signal } = this.#stopping;
    const stopped = new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
    this.#windows.hold(stopped);
    this.#post({ type: 'opened', window: this.#windows.own });
    return new Promise<void>((onStart) => {
      const lead = async (lock: object | null): Promise<boolean> => {
        if (!lock || this.#isStopped) return false;
        this.#adopt(await loadWrites().catch(() => []));
        this.#isSender = !this.#isStopped;
        this.resume();
        if (this.isDurable) void environment.canSeal?.then(() => this.#storage.sealStored());
        onStart();
        await stopped;
        return true;
      };
      const name = `cups-outbox-${owner}`;
      void locks.request(name, { ifAvailable: true }, lead).then((hasLed) => {
        onStart();
        if (hasLed || this.#isStopped) return undefined;
        return locks.request(name, { signal }, lead).catch((error: unknown) => {
          if (!this.#isStopped) throw error;
        });
      });
    });
  }

  put({ application, kind, body, isFinal }: NewWrite): Promise<Application> {
    const queue = this.#queueOf(application);
    const lengthBefore = queue.writes.length;
    const write = enqueueOrMerge(queue, { application, kind, body }, originOf(this.#parts.environment), this.#isSender);
    const isRepeated = kind !== 'edit' && queue.writes.length === lengthBefore;
    // A further write ends the undo window of the one before.
    if (queue.hold && queue.hold.key !== write.key) this.#announce(queue, queue.hold.key);
    if (queue.hold?.key !== write.key) this.#clearHold(queue);
    if (!isRepeated && !isFinal && UNDOABLE_KINDS.includes(kind)) this.#hold(application, queue, write);
    if (!isRepeated) {
      this.#storage.storeAgain(queue);
      void this.#storage.store(queue, write);
    }
    this.#update(queue);
    const answered = new Promise<Application>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      queue.waiters.set(write.key, [...(queue.waiters.get(write.key) ?? []), waiter]);
    });
    void this.#drain(application);
    return answered;
  }

  /** Gives a stored write to the window that sends. */
  #announce(queue: WriteQueue, key: string): void {
    const write = queue.writes.find((candidate) => candidate.key === key);
    if (write && !queue.storing.has(key)) this.#post({ type: 'put', write });
  }

  syncStatus = (application: string): SyncStatus => this.#queues.get(application)?.status ?? IDLE;

  pendingApplications = (): readonly string[] => (this.#pendingApplications ??= listPending(this.#queues));

  known = (application: string): Application | undefined => this.#queues.get(application)?.known;

  setKnown(application: Application): void {
    this.#setKnown(application);
    this.#post({ type: 'known', known: application });
  }

  #setKnown(application: Application): void {
    const queue = this.#queueOf(application.id);
    if (!queue.sending) queue.known = application;
  }

  retry(application: string): void {
    this.#post({ type: 'retry', application });
    this.#retry(application);
  }

  #retry(application: string): void {
    this.#gate.reopen();
    this.#update(this.#queueOf(application), { refusal: undefined });
    void this.#drain(application);
  }

  replaceWithNotes(application: string, keys: readonly string[], texts: readonly string[]): void {
    const queue = this.#queueOf(application);
    const notes = texts.map((text) => toNote(application, text, originOf(this.#parts.environment)));
    queue.writes.push(...notes);
    // The notes are stored before anything is dropped: neither a power cut nor a full disk loses both.
    const stored = notes.map((note) => this.#storage.store(queue, note));
    void Promise.all(stored).then(() => this.#drop(application, keys, notes.at(-1)));
    this.#update(queue);
  }

  withdrawWrites(application: string, keys: readonly string[]): void {
    const queue = this.#queueOf(application);
    const inFlight = queue.sending ? queue.writes[0]?.key : undefined;
    this.#drop(
      application,
      keys.filter((key) => key !== inFlight),
    );
  }

  /**
   * Drops writes everywhere, and continues with those that remain.
   * @param successor what takes their place: their records stay until it is stored
   */
  #drop(application: string, keys: readonly string[], successor?: Write): void {
    this.#post({ type: 'dropped', application, keys });
    const dropped = this.#queueOf(application).writes.filter(({ key }) => keys.includes(key));
    this.#dropHere(application, keys);
    void this.#storage.endAll(this.#queueOf(application), dropped, successor);
  }

  #dropHere(application: string, keys: readonly string[]): void {
    const queue = this.#queueOf(application);
    const { refusal } = queue.status;
    const isHeadDropped = keys.includes(queue.writes[0]?.key ?? '');
    queue.writes = queue.writes.filter(({ key }) => !keys.includes(key));
    if (keys.includes(queue.hold?.key ?? '')) this.#clearHold(queue);
    this.#update(queue, isHeadDropped || queue.writes.length === 0 ? { refusal: undefined } : {});
    for (const key of keys) {
      this.#endedKeys.add(key);
      queue.unstored.delete(key);
      takeWaiters(queue, { key }).forEach(({ reject }) => reject(refusal ?? new UndoneError()));
    }
    void this.#drain(application);
  }

  undo(application: string): void {
    const queue = this.#queueOf(application);
    const write = queue.writes.find(({ key }) => key === queue.hold?.key);
    if (!write) return;
    this.#post({ type: 'dropped', application, keys: [write.key] });
    queue.writes.splice(queue.writes.indexOf(write), 1);
    this.#endedKeys.add(write.key);
    this.#clearHold(queue);
    this.#update(queue);
    takeWaiters(queue, write).forEach(({ reject }) => reject(new UndoneError()));
    void this.#storage.end(write);
  }

  flush(): void {
    this.#queues.forEach((queue, application) => {
      if (queue.hold) this.#release(application, queue);
    });
  }

  countPending = (): number => this.#count(({ writes }) => writes.length);

  countRefused = (): number => this.#count(({ status }) => (status.refusal ? 1 : 0));

  countElsewhere = (): number => this.#count(({ status }) => (status.isElsewhere ? 1 : 0));

  assignCentre(application: string, centre: string): void {
    const queue = this.#queueOf(application);
    for (const write of queue.writes.filter((one) => centreOfAct(one) === undefined))
      void this.#storage.store(queue, Object.assign(write, { centre }));
    this.#update(queue);
    void this.#drain(application);
  }

  hasStorageError = (): boolean => this.#count(({ unstored }) => unstored.size) > 0;

  #count(numberOf: (queue: WriteQueue) => number): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + numberOf(queue), 0);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  subscribeToAnswers(listener: (write: Write, answer: Application) => void): () => void {
    this.#answerListeners.add(listener);
    return () => this.#answerListeners.delete(listener);
  }

  resume(): void {
    this.#post({ type: 'resume' });
    this.#resume();
  }

  #resume(): void {
    void this.#adoptStored();
    this.#gate.reopen();
    this.#queues.forEach((queue, application) => {
      this.#storage.storeAgain(queue);
      if (queue.writes.length === 0) return;
      // The centre of the session may have changed.
      this.#update(queue);
      void this.#drain(application);
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#isSender = false;
    this.#stopping.abort();
    this.#gate.stop();
    this.#storage.stop();
    this.#parts.channel.close();
    this.#queues.forEach(clearTimers);
  }

  async close(): Promise<void> {
    this.flush();
    await drainedWithin([...this.#queues.values()], CLOSE_TIMEOUT_MS);
    this.stop();
  }

  #hold(application: string, queue: WriteQueue, { key }: Write): void {
    queue.hold = { key, timer: setTimeout(() => this.#release(application, queue), UNDO_WINDOW_MS) };
  }

  /** Ends the undo window and sends the write. */
  #release(application: string, queue: WriteQueue): void {
    const { hold } = queue;
    this.#clearHold(queue);
    if (hold) this.#announce(queue, hold.key);
    this.#update(queue);
    void this.#drain(application);
  }

  #clearHold(queue: WriteQueue): void {
    clearTimeout(queue.hold?.timer);
    queue.hold = undefined;
  }

  #queueOf(application: string): WriteQueue {
    const queue = this.#queues.get(application) ?? createWriteQueue();
    this.#queues.set(application, queue);
    return queue;
  }

  /** Takes over what other windows have stored, also those that closed before they told anybody. */
  async #adoptStored(): Promise<void> {
    if (!this.isDurable) return;
    const stored = await this.#parts.loadWrites().catch(() => []);
    if (this.#isStopped) return;
    const found = stored.filter((write) => !this.#endedKeys.has(write.key) && !isQueued(this.#queues, write));
    this.#adopt(found);
    for (const application of new Set(found.map((write) => write.application))) void this.#drain(application);
  }

  /** Takes over writes of the store or of another window. What this window is storing itself is newer. */
  #adopt(writes: readonly Write[]): void {
    for (const write of writes) {
      const queue = this.#queueOf(write.application);
      const own = queue.writes.find(({ key }) => key === write.key);
      if (own && (queue.storing.has(own.key) || queue.sending)) continue;
      if (own) Object.assign(own, write);
      else queue.writes.push(write);
      queue.writes.sort(compareAdopted(queue));
      this.#update(queue);
    }
  }

  #update(queue: WriteQueue, changes: Omit<SyncStatus, 'pending'> = {}): void {
    this.#pendingApplications = undefined;
    const waits = { isElsewhere: isElsewhere(this.#parts.environment, queue.writes[0]) };
    queue.status = toStatus(queue, Object.assign(waits, changes), this.isDurable);
    this.#listeners.forEach((listener) => listener());
  }

  #post(message: WindowMessage): void {
    if (!this.#isStopped) this.#parts.channel.post(message);
  }

  /** Applies a message of another window. */
  #receive(message: WindowMessage): void {
    if (this.#isStopped) return;
    switch (message.type) {
      case 'put':
        this.#adopt([message.write]);
        return void this.#drain(message.write.application);
      case 'dropped':
        return this.#dropHere(message.application, message.keys);
      case 'answered':
        return this.#settle(message.write, message.answer);
      case 'refused':
        return this.#refuse(this.#queueOf(message.application), new ApiError(message.problem));
      case 'unreachable':
        return this.#update(this.#queueOf(message.application), { unreachableSince: message.since });
      case 'known':
        return this.#setKnown(message.known);
      case 'retry':
        return this.#retry(message.application);
      case 'resume':
        return this.#resume();
      case 'opened':
        this.#post({ type: 'present', window: this.#windows.own });
        this.#windows.watch(message.window);
        return this.#reportStops();
      case 'present':
        return this.#windows.watch(message.window);
    }
  }

  /** Tells a new window which writes are stopped. */
  #reportStops(): void {
    if (!this.#isSender) return;
    this.#queues.forEach(({ status: { refusal, unreachableSince } }, application) => {
      if (refusal) this.#post({ type: 'refused', application, problem: refusal.problem });
      if (unreachableSince) this.#post({ type: 'unreachable', application, since: unreachableSince });
    });
  }

  #drain(application: string): Promise<void> {
    const queue = this.#queueOf(application);
    const head = this.#nextOf(queue);
    if (this.#isSender && !queue.sending && !queue.isQueued && !queue.status.refusal && head) {
      queue.isQueued = true;
      queue.drained = this.#gate.run(() => this.#sendAll(application, queue), !head.isOffline);
    }
    return queue.drained;
  }

  /** Returns the write to send next; undefined while it can be undone, or must wait for its centre. */
  #nextOf({ writes: [head], hold }: WriteQueue): Write | undefined {
    return head && head.key !== hold?.key && !isElsewhere(this.#parts.environment, head) ? head : undefined;
  }

  /** Sends writes in order until the queue is empty, held, rejected or unreachable. */
  async #sendAll(application: string, queue: WriteQueue): Promise<void> {
    queue.isQueued = false;
    if (this.#isStopped || queue.status.refusal) return;
    queue.sending = true;
    clearTimeout(queue.timer);
    try {
      for (let head = this.#nextOf(queue); head && !this.#isStopped; head = this.#nextOf(queue)) {
        const storing = queue.storing.get(head.key);
        // A write that cannot be stored is sent too: the platform keeps it then.
        if (storing) await storing.catch(() => undefined);
        else await this.#sendHead(queue, head);
      }
    } catch (error) {
      this.#handleFailure(application, queue, error);
    } finally {
      queue.sending = false;
    }
  }

  async #sendHead(queue: WriteQueue, head: Write): Promise<void> {
    // Identity records mandates, and keeps no chain.
    const isClaimed = head.kind !== 'mandates' && toOfflineClaim(head) !== undefined;
    const unreported = isClaimed ? await this.#parts.chain.unreported().catch(() => []) : [];
    const ended = unreported.slice(-MAX_REPORTED_RANGES);
    const sent = ended.length > 0 ? Object.assign({}, head, { ended }) : head;
    const answer = await this.#parts.environment.send(sent, queue.known?.etag ?? head.etag);
    queue.retryDelay.reset();
    this.#gate.recordSuccess();
    this.#post({ type: 'answered', write: head, answer });
    this.#settle(head, answer);
    const end = { isAnswered: true, isClaimed, reported: ended };
    // A mandate in between says nothing of the application.
    const next = queue.writes.find(({ kind }) => kind !== 'mandates');
    if (!next || !isVersioned(next) || head.kind === 'mandates') return this.#storage.end(head, end);
    next.etag = queue.known?.etag ?? answer.etag;
    await this.#storage.endAfterStoring(queue, next, head, end);
  }

  #settle(write: Write, answer: Application): void {
    const queue = this.#queueOf(write.application);
    if (write.kind !== 'mandates') queue.known = applyAnswer(queue.known, write, answer);
    queue.writes = queue.writes.filter(({ key }) => key !== write.key);
    this.#endedKeys.add(write.key);
    queue.unstored.delete(write.key);
    const savedAt = this.#parts.environment.now();
    this.#update(queue, { savedAt, unreachableSince: undefined, refusal: undefined, waitsFor: undefined });
    takeWaiters(queue, write).forEach(({ resolve }) => resolve(answer));
    this.#answerListeners.forEach((listener) => listener(write, answer));
  }

  #refuse(queue: WriteQueue, refusal: ApiError): void {
    this.#update(queue, { refusal, unreachableSince: undefined, waitsFor: undefined });
    const [head] = queue.writes;
    if (head) takeWaiters(queue, head).forEach(({ reject }) => reject(refusal));
  }

  #handleFailure(application: string, queue: WriteQueue, error: unknown): void {
    if (this.#isStopped) return;
    this.#gate.recordFailure(error);
    // A write waits after an unexpected error too, which is reported below: nothing else would send it again.
    if (isTransient(error) || !(error instanceof ApiError)) {
      queue.timer = setTimeout(() => void this.#drain(application), queue.retryDelay.next(error));
      const since = queue.status.unreachableSince ?? this.#parts.environment.now();
      this.#post({ type: 'unreachable', application, since });
      if (error instanceof NetworkError) this.#claimOffline(queue);
      this.#update(queue, { unreachableSince: since, waitsFor: error instanceof ApiError ? error : undefined });
      if (isTransient(error)) return;
      throw error;
    }
    // Signed out is no rejection: the write goes out after the next sign-in.
    if (SIGNED_OUT_REASONS.includes(error.reason)) return this.#update(queue);
    // Neither is a session at another centre, of which another window knows already.
    if (error.reason === 'CENTRE_MISMATCH') return this.#update(queue, { waitsFor: error });
    this.#post({ type: 'refused', application, problem: error.problem });
    this.#refuse(queue, error);
  }

  /** The first request that gets no answer finds out that the platform is unreachable: its write waits from its time. */
  #claimOffline(queue: WriteQueue): void {
    const grant = this.#parts.environment.currentGrant();
    for (const write of queue.writes) {
      if (write.isOffline) continue;
      Object.assign(write, { isOffline: true, grant });
      void this.#storage.store(queue, write);
    }
  }
}
