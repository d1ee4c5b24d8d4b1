import type { Counter, Log, Metrics } from '@cups/contracts';
import { newUlid } from '@cups/contracts/node';
import { isProblem, Problem } from '@cups/problem';
import type { CallContext } from '@cups/rpc';
import type { Documents, StoredDocument } from '@cups/store';
import type { StoredSession } from './store.ts';

/** Why a session left the store. */
type SessionEndCause = 'signed-out' | 'signed-out-at-provider' | 'too-many' | 'suspended' | 'expired';

/** The stored idle expiry can lag behind by this interval. */
const IDLE_EXPIRE_TIME_WRITE_INTERVAL_MS = 5 * 60_000;

type RequestIds = Pick<CallContext, 'requestId' | 'traceparent'>;

export interface SessionsOptions {
  documents: Documents<StoredSession>;
  /** Maximum number of concurrent sessions of one operator. */
  maxPerOperator: number;
  /** Milliseconds between deletions of expired sessions. */
  sweepMs: number;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/**
 * Stores the active sessions. An ended session is deleted immediately, so its assertion is rejected.
 * An expired session is deleted within `sweepMs`.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #documents: Documents<StoredSession>;
  readonly #ended: Counter<'cause'>;
  readonly #sweepFailures: Counter;
  readonly #timer: NodeJS.Timeout;
  #sweeping: Promise<void> | undefined;

  constructor(options: SessionsOptions) {
    const { documents, sweepMs, metrics } = options;
    this.#options = options;
    this.#documents = documents;
    this.#ended = metrics.counter('cups_identity_sessions_ended_total', 'Sessions that left the store.', ['cause']);
    this.#sweepFailures = metrics.counter(
      'cups_identity_session_sweep_failures_total',
      'Sweeps that could not be done.',
    );
    this.#timer = setInterval(() => {
      this.#sweeping ??= this.#sweep().finally(() => (this.#sweeping = undefined));
    }, sweepMs).unref();
  }

  /** Returns the session, or undefined after it ended. */
  find(sid: string): Promise<StoredSession | undefined> {
    return this.#documents.get(sid, { scope: 'service' });
  }

  /** Creates a session. Ends the oldest sessions above the operator's limit. */
  async begin(
    session: Omit<StoredSession, keyof StoredDocument | 'createTime' | 'endTime' | 'idleExpireTime'>,
    { createTime, requestId, traceparent }: RequestIds & { createTime: Date },
  ): Promise<StoredSession> {
    const { document } = await this.#documents.create(
      { _id: newUlid(createTime), ...session },
      { scope: 'service', cause: { requestId, traceparent }, events: [], now: createTime },
    );
    await this.#endOldest(session.operator, document._id);
    return document;
  }

  /** Returns an operator's sessions that are neither expired nor idle, newest first. */
  listActive(operator: string): Promise<StoredSession[]> {
    const now = this.#options.now();
    const inUse = { $not: { $lt: new Date(now.getTime() - IDLE_EXPIRE_TIME_WRITE_INTERVAL_MS) } };
    const filter = { operator, expireTime: { $gt: now }, idleExpireTime: inUse };
    return this.#documents.find(filter, { scope: 'service', sort: { _id: -1 } });
  }

  /** Stores the idle expiry. Only session lists use it, so failures are ignored and the next call writes again. */
  async recordIdleExpireTime(
    session: StoredSession,
    idleExpireTime: Date,
    { requestId, traceparent }: RequestIds,
  ): Promise<void> {
    if (idleExpireTime.getTime() - (session.idleExpireTime?.getTime() ?? 0) < IDLE_EXPIRE_TIME_WRITE_INTERVAL_MS)
      return;
    const options = { scope: 'service' as const, cause: { requestId, traceparent }, now: this.#options.now() };
    const work = this.#documents.update(session._id, options, (current) => ({
      document: { ...current, idleExpireTime },
      events: [],
    }));
    await work.catch(() => undefined);
  }

  /** Stores the new centre of a session. @throws Problem SESSION_EXPIRED if the session has ended */
  async switchCentre(sid: string, centre: string, { requestId, traceparent }: RequestIds): Promise<void> {
    const options = { scope: 'service' as const, cause: { requestId, traceparent }, now: this.#options.now() };
    try {
      await this.#documents.update(sid, options, (session) => ({ document: { ...session, centre }, events: [] }));
    } catch (error) {
      if (!isProblem(error) || error.reason !== 'NOT_FOUND') throw error;
      throw new Problem({ reason: 'SESSION_EXPIRED', message: 'The session has ended. Sign in again.' });
    }
  }

  /** Ends one of an operator's sessions. Returns whether the operator had a session with this ID. */
  async endOne(sid: string, operator: string): Promise<boolean> {
    return (await this.#remove({ _id: sid, operator }, 'signed-out')) > 0;
  }

  /** Ends a session, if it still exists. */
  async end(sid: string): Promise<void> {
    await this.#remove({ _id: sid }, 'signed-out');
  }

  /** Ends the operator's sessions created up to `until`: all of them, or those at one centre. */
  async endForOperator(operator: string, until: Date, centre?: string): Promise<void> {
    const atCentre = centre === undefined ? {} : { centre };
    await this.#remove(Object.assign({ operator, createTime: { $lte: until } }, atCentre), 'suspended');
  }

  /**
   * Ends sessions on behalf of a provider and returns their IDs.
   * @param operator ID of the operator; `subject` identifies them at the provider instead
   * @param indexes session indexes of the provider; empty for all sessions of the operator
   */
  async endByProvider(
    provider: string,
    { operator, subject, indexes }: { operator?: string; subject?: string | undefined; indexes: string[] },
  ): Promise<string[]> {
    const filter: Record<string, unknown> = { provider };
    if (operator !== undefined) filter['operator'] = operator;
    if (subject !== undefined) filter['subject'] = subject;
    if (indexes.length > 0) filter['sessionIndex'] = { $in: indexes };
    // A message without person and session must not match all sessions.
    if (Object.keys(filter).length === 1) return [];
    const found = await this.#documents.find(filter, { scope: 'service', projection: { _id: 1 } });
    const ids = found.map(({ _id }) => _id);
    if (ids.length > 0) await this.#remove({ _id: { $in: ids } }, 'signed-out-at-provider');
    return ids;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** Ends the oldest sessions above the limit, never `newest`. */
  async #endOldest(operator: string, newest: string): Promise<void> {
    const { maxPerOperator: perOperator, now, log } = this.#options;
    const others = { operator, _id: { $ne: newest }, expireTime: { $gt: now() } };
    const found = await this.#documents.find(others, { scope: 'service', sort: { _id: -1 }, projection: { _id: 1 } });
    const excess = found.slice(perOperator - 1).map(({ _id }) => _id);
    if (excess.length === 0) return;
    const count = await this.#remove({ _id: { $in: excess } }, 'too-many');
    log.info({ event: 'sessions-ended', reason: 'TOO_MANY', operator: `operators/${operator}`, count });
  }

  async #sweep(): Promise<void> {
    const { now, log } = this.#options;
    // An earlier release marked ended sessions instead of deleting them.
    const expired = { $or: [{ expireTime: { $lte: now() } }, { endTime: { $gt: new Date(0) } }] };
    await this.#remove(expired, 'expired').catch((error: unknown) => {
      this.#sweepFailures.inc();
      log.warn({ event: 'session-sweep-failed', error });
    });
  }

  async #remove(filter: object, cause: SessionEndCause): Promise<number> {
    const count = await this.#documents.remove(filter, { scope: 'service' });
    if (count > 0) this.#ended.inc({ cause }, count);
    return count;
  }
}
