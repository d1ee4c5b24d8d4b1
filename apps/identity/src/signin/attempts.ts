import { createHash, randomBytes } from 'node:crypto';
import type { Log } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import type { Documents, Store, StoredDocument } from '@cups/store';
import { PeriodicTask } from '../periodic-task.ts';
import type { AttemptState } from './provider.ts';

/** How long a person may take at the pages of a provider. */
const ATTEMPT_TTL_MS = 600_000;

/** A sign-in, or a sign-out at a provider, that has begun; or a statement of a provider that was used. */
export interface StoredAttempt extends StoredDocument {
  kind: 'sign-in' | 'sign-out' | 'statement';
  expireTime: Date;
  provider: string;
  returnTo?: string;
  centre?: string;
  again?: boolean;
  /** Of a sign-out: whose, by id. */
  operator?: string;
  kept?: AttemptState;
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
      again: Boolean,
      operator: String,
      kept: { type: Map, of: String },
    },
    schemaVersion: 1,
    indexes: [{ fields: { expireTime: 1 }, query: 'the sweep of signin/attempts.ts' }],
    existsReason: 'ALREADY_EXISTS',
  });
}

export interface AttemptsOptions {
  documents: Documents<StoredAttempt>;
  /** Milliseconds between the looks for attempts whose time has passed. */
  sweepMs: number;
  now: () => Date;
  log: Log;
}

type NewAttempt = Pick<StoredAttempt, 'kind' | 'provider' | 'returnTo' | 'centre' | 'again' | 'operator' | 'kept'>;

/**
 * Attempts that have begun: whoever holds the secret takes one, once, within ten minutes. The store knows the hash of the secret
 * only. One that is not taken is deleted within `sweepMs` after its time.
 */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #sweep: PeriodicTask;

  /** Begins to sweep. */
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

  /** @returns the secret that takes it */
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

  /** The attempt of a secret, which is nobody's any more; undefined when there is none, or no longer. Of two who come at once, one gets it. */
  async take(secret: string, kind: StoredAttempt['kind'], provider: string): Promise<StoredAttempt | undefined> {
    if (secret === '') return undefined;
    const { documents, now } = this.#options;
    const id = hashSecret(secret);
    const found = await documents.get(id, { scope: 'service' });
    if (found?.kind !== kind || found.provider !== provider) return undefined;
    const isOurs = (await documents.remove({ _id: id }, { scope: 'service' })) === 1;
    return isOurs && found.expireTime > now() ? found : undefined;
  }

  /** Whether a provider's statement is seen for the first time; it is remembered until `until`. */
  async isFirstUse(provider: string, { id, until }: { id: string; until: Date }): Promise<boolean> {
    const { documents, now } = this.#options;
    const draft = {
      _id: hashSecret(`${provider} ${id}`),
      kind: 'statement' as const,
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
