import { ulid } from 'ulid';
import { ApiError } from '../../api/client.ts';
import { deskNow } from '../../api/desk-clock.ts';
import type { StoredMandate } from '../../api/types.ts';
import type { LocalStore } from '../../local-store/local-store.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { Write } from '../../outbox/write.ts';
import type { NewMandate } from '../model/mandate-subject.ts';

/**
 * Mandates that this desk records, one for each application. A request is a write of the outbox before the edit that
 * names the mandate. The desk makes the ID, so that a draft can name a mandate that waits for the platform.
 */

export interface MandateRequest {
  /** ID of the application. */
  application: string;
  /** The Idempotency-Key. */
  key: string;
  /** mandates/{id} */
  name: string;
  body: NewMandate;
  /** Whether the request waits for the platform, and survives a power cut. */
  isWaiting: boolean;
  /** The last refusal for the time being, such as that of a register. */
  waitsFor?: ApiError | undefined;
  /** Why the platform refused it. */
  refusal?: ApiError | undefined;
  /** The whole mandate, once it is recorded. */
  mandate?: StoredMandate | undefined;
}

export interface MandateRequests {
  /**
   * Asks for a mandate, instead of an earlier request for the same application.
   * @param onReady called once, when it is recorded or waits for the platform, before the draft names it
   */
  record(application: string, body: NewMandate, onReady?: (request: MandateRequest) => void): void;
  get(application: string): MandateRequest | undefined;
  /** All requests. The array is stable until a change. */
  all(): readonly MandateRequest[];
  /** The application names its mandate, or needs another one. A request that was not sent is withdrawn. */
  forget(application: string): void;
  /** The draft names its mandate; a request that waits is sent before. */
  release(application: string): void;
  /** Remembers a mandate that the platform refused as ended: lists that were read before still contain it. */
  markEnded(name: string): void;
  isEnded(name: string): boolean;
  subscribe(listener: () => void): () => void;
}

/** Requests of releases without an outbox for them. */
const FORMER_RECORD_KIND = 'mandate';
interface FormerRecord {
  application: string;
  body: NewMandate;
}

/** Opens the requests that wait in the outbox. */
export async function openMandateRequests(localStore: LocalStore, outbox: Outbox): Promise<MandateRequests> {
  const requests = new OutboxMandateRequests(outbox);
  for (const { application, body } of await localStore.list<FormerRecord>(FORMER_RECORD_KIND)) {
    requests.record(application, body);
    void localStore.remove(FORMER_RECORD_KIND, application);
  }
  return requests;
}

class OutboxMandateRequests implements MandateRequests {
  readonly #outbox: Outbox;
  readonly #requests = new Map<string, MandateRequest>();
  readonly #listeners = new Set<() => void>();
  readonly #onReady = new Map<string, (request: MandateRequest) => void>();
  readonly #ended = new Set<string>();
  #all: readonly MandateRequest[] = [];

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
    for (const application of outbox.pendingApplications()) {
      const write = findRequest(outbox, application);
      if (write) this.#requests.set(application, toRequest(write));
    }
    outbox.subscribe(() => this.#refresh());
    // Also of a request that an earlier page or another window made.
    outbox.subscribeToAnswers((write, answer) => {
      const request = this.#requests.get(write.application);
      if (request?.key === write.key) this.#set(request, { mandate: answer as unknown as StoredMandate });
      this.#onReady.delete(write.key);
    });
    this.#refresh();
  }

  record(application: string, body: NewMandate, onReady?: (request: MandateRequest) => void): void {
    this.forget(application);
    const answered = this.#outbox.put({ application, kind: 'mandates', body: { id: ulid(deskNow()), ...body } });
    const made = findRequest(this.#outbox, application) as Write;
    if (onReady) this.#onReady.set(made.key, onReady);
    this.#requests.set(application, toRequest(made));
    this.#refresh();
    answered.catch((error: unknown) => {
      const request = this.#requests.get(application);
      this.#onReady.delete(made.key);
      if (request?.key !== made.key || !(error instanceof ApiError)) return;
      // The form shows the refusal and allows another request. What waited longer is decided among the unsent acts.
      if (!request.isWaiting) this.#outbox.withdrawWrites(application, [made.key]);
      this.#set(request, { refusal: error });
    });
  }

  get = (application: string): MandateRequest | undefined => this.#requests.get(application);

  all = (): readonly MandateRequest[] => this.#all;

  forget(application: string): void {
    const request = this.#requests.get(application);
    if (!request) return;
    this.#requests.delete(application);
    if (!request.mandate) this.#outbox.withdrawWrites(application, [request.key]);
    this.#notify();
  }

  release(application: string): void {
    if (this.#requests.delete(application)) this.#notify();
  }

  markEnded(name: string): void {
    this.#ended.add(name);
    this.#notify();
  }

  isEnded = (name: string): boolean => this.#ended.has(name);

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes over what the outbox says about each request. */
  #refresh(): void {
    let hasChanged = this.#all.length !== this.#requests.size;
    for (const [application, request] of this.#requests) {
      if (request.mandate || request.refusal) continue;
      const { pending, unreachableSince, isStored = false, waitsFor, refusal } = this.#outbox.syncStatus(application);
      const write = pending.find(({ key }) => key === request.key);
      // A refusal of a request that an earlier page made.
      if (refusal && pending[0] === write) {
        this.#requests.set(application, Object.assign({}, request, { refusal }));
        hasChanged = true;
        continue;
      }
      const isUnreachable = write?.isOffline === true || unreachableSince !== undefined;
      const isWaiting = isUnreachable && (request.isWaiting || isStored || !this.#outbox.isDurable);
      if (isWaiting === request.isWaiting && waitsFor === request.waitsFor) continue;
      const next: MandateRequest = Object.assign({}, request, { isWaiting, waitsFor });
      this.#requests.set(application, next);
      if (isWaiting) this.#callReady(next);
      hasChanged = true;
    }
    if (hasChanged) this.#notify();
  }

  #set(request: MandateRequest, outcome: Partial<MandateRequest>): void {
    const next: MandateRequest = Object.assign({}, request, outcome);
    this.#requests.set(request.application, next);
    if (next.mandate) this.#callReady(next);
    this.#notify();
  }

  #callReady(request: MandateRequest): void {
    const onReady = this.#onReady.get(request.key);
    this.#onReady.delete(request.key);
    onReady?.(request);
  }

  #notify(): void {
    this.#all = [...this.#requests.values()];
    this.#listeners.forEach((listener) => listener());
  }
}

/** Returns the newest pending request of an application. */
const findRequest = (outbox: Outbox, application: string): Write | undefined =>
  outbox
    .syncStatus(application)
    .pending.filter(({ kind }) => kind === 'mandates')
    .at(-1);

function toRequest({ application, key, body }: Write): MandateRequest {
  const { id, ...rest } = body;
  return { application, key, name: `mandates/${String(id)}`, body: rest as unknown as NewMandate, isWaiting: false };
}
