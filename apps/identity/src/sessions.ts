import type { Counter, Log, Metrics } from '@cups/contracts';
import { isProblem, Problem } from '@cups/problem';
import type { CallContext } from '@cups/rpc';
import type { Documents, StoredDocument } from '@cups/store';
import { ulid } from 'ulid';
import type { StoredSession } from './store.ts';

/** Why a session left the store. */
type SessionEndCause = 'signed-out' | 'signed-out-at-provider' | 'too-many' | 'suspended' | 'expired';

/** A session's end by idleness is kept no more often than this, so it may be so much later than what is kept. */
const IDLE_TIME_WRITE_INTERVAL_MS = 5 * 60_000;

/** The call that changes a session. */
type RequestIds = Pick<CallContext, 'requestId' | 'traceparent'>;

export interface SessionsOptions {
  documents: Documents<StoredSession>;
  /** Sessions of one operator at once. */
  maxPerOperator: number;
  /** Milliseconds between the looks for sessions whose time has passed. */
  sweepMs: number;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/**
 * The sessions that count now. One that ends is deleted at once: whoever holds its assertion is told that it has ended,
 * because the store does not know it any more. One whose time has passed is deleted within `sweepMs`.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #documents: Documents<StoredSession>;
  readonly #ended: Counter<'cause'>;
  readonly #sweepFailures: Counter;
  readonly #timer: NodeJS.Timeout;
  #sweeping: Promise<void> | undefined;

  /** Begins to sweep. */
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

  /** The session, or undefined when it has ended. */
  find(sid: string): Promise<StoredSession | undefined> {
    return this.#documents.get(sid, { scope: 'service' });
  }

  /** Begins a session of `operator`; of more than an operator may have the oldest ends. */
  async begin(
    session: Omit<StoredSession, keyof StoredDocument | 'createTime' | 'endTime' | 'idleTime'>,
    { createTime, requestId, traceparent }: RequestIds & { createTime: Date },
  ): Promise<StoredSession> {
    const { document } = await this.#documents.create(
      { _id: ulid(createTime.getTime()), ...session },
      { scope: 'service', cause: { requestId, traceparent }, events: [], now: createTime },
    );
    await this.#endOldest(session.operator, document._id);
    return document;
  }

  /** The sessions of an operator that count now, the newest first; without those that nobody works in any more. */
  listActive(operator: string): Promise<StoredSession[]> {
    const now = this.#options.now();
    const inUse = { $not: { $lt: new Date(now.getTime() - IDLE_TIME_WRITE_INTERVAL_MS) } };
    const filter = { operator, expireTime: { $gt: now }, idleTime: inUse };
    return this.#documents.find(filter, { scope: 'service', sort: { _id: -1 } });
  }

  /** Keeps when it ends unless somebody asks for something before. Only lists need it: what fails is said again soon. */
  async recordIdleTime(session: StoredSession, idleTime: Date, { requestId, traceparent }: RequestIds): Promise<void> {
    if (idleTime.getTime() - (session.idleTime?.getTime() ?? 0) < IDLE_TIME_WRITE_INTERVAL_MS) return;
    const options = { scope: 'service' as const, cause: { requestId, traceparent }, now: this.#options.now() };
    const work = this.#documents.update(session._id, options, (one) => ({
      document: { ...one, idleTime },
      events: [],
    }));
    await work.catch(() => undefined);
  }

  /** Keeps at which centre it goes on. @throws Problem SESSION_EXPIRED when it has ended meanwhile */
  async switchCentre(sid: string, centre: string, { requestId, traceparent }: RequestIds): Promise<void> {
    const options = { scope: 'service' as const, cause: { requestId, traceparent }, now: this.#options.now() };
    try {
      await this.#documents.update(sid, options, (session) => ({ document: { ...session, centre }, events: [] }));
    } catch (error) {
      if (!isProblem(error) || error.reason !== 'NOT_FOUND') throw error;
      throw new Problem({ reason: 'SESSION_EXPIRED', message: 'The session has ended. Sign in again.' });
    }
  }

  /** Ends one of an operator's sessions. @returns whether there was one of this id, theirs */
  async endOne(sid: string, operator: string): Promise<boolean> {
    return (await this.#remove({ _id: sid, operator }, 'signed-out')) > 0;
  }

  /** Ends it; one that has ended already is no error. */
  async end(sid: string): Promise<void> {
    await this.#remove({ _id: sid }, 'signed-out');
  }

  /** Ends the sessions of an operator that began up to then: all, or those at one centre. */
  async endForOperator(operator: string, until: Date, centre?: string): Promise<void> {
    const there = centre === undefined ? {} : { centre };
    await this.#remove(Object.assign({ operator, createTime: { $lte: until } }, there), 'suspended');
  }

  /**
   * Ends the sessions that a provider ends.
   * @param operator by id; or `subject`, who that is at the provider
   * @param indexes as the provider names its sessions; none means all of theirs
   * @returns the ids of those that ended
   */
  async endByProvider(
    provider: string,
    { operator, subject, indexes }: { operator?: string; subject?: string | undefined; indexes: string[] },
  ): Promise<string[]> {
    const filter: Record<string, unknown> = { provider };
    if (operator !== undefined) filter['operator'] = operator;
    if (subject !== undefined) filter['subject'] = subject;
    if (indexes.length > 0) filter['index'] = { $in: indexes };
    // Whoever names neither a person nor a session means nobody, and not everybody.
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

  /** Leaves `kept` and the newest others, as many as an operator may have. */
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
    // A release before this one marked a session as ended and kept it.
    const expired = { $or: [{ expireTime: { $lte: now() } }, { endTime: { $exists: true } }] };
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
