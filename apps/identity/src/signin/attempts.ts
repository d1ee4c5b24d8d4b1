import { createHash, randomBytes } from 'node:crypto';
import type { Log } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import type { Documents, Store, StoredDocument } from '@cups/store';
import { PeriodicTask } from '../periodic-task.ts';
import type { AttemptState } from './provider.ts';

/** Maximum time that a person can spend on the provider's pages. */
const ATTEMPT_TTL_MS = 600_000;

/** A pending sign-in, a pending sign-out at a provider, or a message of a provider that was used once. */
export interface StoredAttempt extends StoredDocument {
  kind: 'sign-in' | 'sign-out' | 'used-message';
  expireTime: Date;
  provider: string;
  returnTo?: string;
  centre?: string;
  forceAuthn?: boolean;
  /** ID of the operator who signs out. */
  operator?: string;
  attemptState?: AttemptState;
}

export function openAttempts(store: Store): Documents<StoredAttempt> {
  return store.documents<StoredAttempt>({
    collection: 'signInAttempts',
    schema: {
      kind: { type: String, required: true },
      expireTime: { type: Date, required: true },
      provider: { type: String, required: true },
      returnTo: String,
      centre: String,
      forceAuthn: Boolean,
      operator: String,
      attemptState: { type: Map, of: String },
    },
    schemaVersion: 1,
    indexes: [{ fields: { expireTime: 1 }, query: 'the sweep of signin/attempts.ts' }],
    existsReason: 'ALREADY_EXISTS',
  });
}

export interface AttemptsOptions {
  documents: Documents<StoredAttempt>;
  /** Milliseconds between deletions of expired attempts. */
  sweepMs: number;
  now: () => Date;
  log: Log;
}

type NewAttempt = Pick<
  StoredAttempt,
  'kind' | 'provider' | 'returnTo' | 'centre' | 'forceAuthn' | 'operator' | 'attemptState'
>;

/**
 * Pending attempts. The holder of the secret can take an attempt once, within ten minutes; the store has only its hash.
 * Expired attempts are deleted within `sweepMs`.
 */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #sweep: PeriodicTask;

  constructor(options: AttemptsOptions) {
    this.#options = options;
    const { documents, sweepMs, now, log } = options;
    this.#sweep = new PeriodicTask(async () => {
      const expired = { expireTime: { $lte: now() } };
      await documents.remove(expired, { scope: 'service' }).catch((error: unknown) => {
        log.warn({ event: 'attempt-sweep-failed', error });
        throw error;
      });
    }, sweepMs);
    this.#sweep.trigger();
  }

  /** Returns the secret that takes the attempt. */
  async begin(attempt: NewAttempt): Promise<string> {
    const { documents, now } = this.#options;
    const secret = randomBytes(32).toString('base64url');
    const time = now();
    const draft = Object.assign(
      { _id: hashSecret(secret), expireTime: new Date(time.getTime() + ATTEMPT_TTL_MS) },
      attempt,
    );
    await documents.create(draft, { scope: 'service', cause: {}, events: [], now: time });
    return secret;
  }

  /** Removes and returns the attempt of a secret, or undefined. Of concurrent calls, one gets it. */
  async take(secret: string, kind: StoredAttempt['kind'], provider: string): Promise<StoredAttempt | undefined> {
    if (secret === '') return undefined;
    const { documents, now } = this.#options;
    const id = hashSecret(secret);
    const found = await documents.get(id, { scope: 'service' });
    if (found?.kind !== kind || found.provider !== provider) return undefined;
    const isTaken = (await documents.remove({ _id: id }, { scope: 'service' })) === 1;
    return isTaken && found.expireTime > now() ? found : undefined;
  }

  /** Returns whether a provider's message is used for the first time. It is remembered until `until`. */
  async isFirstUse(provider: string, { id, until }: { id: string; until: Date }): Promise<boolean> {
    const { documents, now } = this.#options;
    const draft = {
      _id: hashSecret(`${provider} ${id}`),
      kind: 'used-message' as const,
      provider,
      expireTime: until,
    };
    try {
      await documents.create(draft, { scope: 'service', cause: {}, events: [], now: now() });
      return true;
    } catch (error) {
      if (isProblem(error) && error.reason === 'ALREADY_EXISTS') return false;
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#sweep.close();
  }
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
