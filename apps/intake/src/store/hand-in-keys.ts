import { createHandInKeyPair } from '@cups/application/sealed-act';
import type { HandInKey, HandInKeyPair } from '@cups/application/sealed-act';
import type { Log, Metrics } from '@cups/contracts';
import { newUlid } from '@cups/contracts/node';
import type { DataKeys } from '@cups/data-keys';
import { startPeriodic } from '@cups/process';
import type { Documents, SealingKeys, Store, StoredDocument } from '@cups/store';

/**
 * The key pairs to which desks seal unsent acts. The newest is handed out; former ones open acts that were sealed before.
 * Each private key is sealed under a data key of its own, so that the key-encryption key protects it and rotates.
 */

/** The ID, a ULID, is the `kid` of the key. */
export interface StoredHandInKey extends StoredDocument, Pick<HandInKeyPair, 'x' | 'y'> {
  /** The member `d`; absent if its data key was lost. */
  privateKey?: string;
  createTime: Date;
}

export type HandInKeyDocuments = Documents<StoredHandInKey>;

const DAY_MS = 86_400_000;
/** Another key is created after this time. */
const ROTATION_MS = 365 * DAY_MS;
/** How long a key opens acts, the last 300 days as a former one: without it nobody can decide about the acts of a PC that was off. */
const RETENTION_MS = ROTATION_MS + 300 * DAY_MS;
/** How long a process returns the key without a read. */
const MAX_AGE_MS = 60_000;

export const openHandInKeyDocuments = (store: Store, keys: SealingKeys): HandInKeyDocuments =>
  store.documents<StoredHandInKey>({
    collection: 'handInKeys',
    schema: {
      x: { type: String, required: true },
      y: { type: String, required: true },
      privateKey: String,
      createTime: { type: Date, required: true },
    },
    sealed: { fields: ['privateKey'], keys },
    schemaVersion: 1,
    indexes: [{ fields: { createTime: 1 }, query: 'the newest key, and those at the end of their term' }],
    existsReason: 'ALREADY_EXISTS',
  });

export interface HandInKeysOptions {
  documents: HandInKeyDocuments;
  dataKeys: Pick<DataKeys, 'destroy'>;
  log: Log;
  metrics: Metrics;
  now: () => Date;
  /** Interval of the removals, ms. @default 1 day */
  sweepMs?: number;
}

export interface HandInKeys {
  /** Returns the public key for desks; creates it at the first use, each year and after a loss. */
  current(): Promise<HandInKey>;
  /** Returns a key pair to open acts with; undefined for an unknown, ended or lost one. */
  find(kid: string): Promise<HandInKeyPair | undefined>;
  stop(): Promise<void>;
}

/** Starts the removal of ended keys. Replicas may do it concurrently, and create keys concurrently: all of them open. */
export function openHandInKeys({
  documents,
  dataKeys,
  log,
  metrics,
  now,
  sweepMs = DAY_MS,
}: HandInKeysOptions): HandInKeys {
  const failures = metrics.counter('intake_hand_in_key_sweep_failures_total', 'Failed removals of ended hand-in keys.');
  let cached: { key: HandInKey; until: number } | undefined;
  async function create(): Promise<HandInKey> {
    const createTime = now();
    const { x, y, d } = await createHandInKeyPair();
    const draft = { _id: newUlid(createTime), x, y, privateKey: d, createTime, timer: null };
    await documents.create(draft, { scope: 'service', cause: {}, events: [], now: createTime });
    log.info({ event: 'hand-in-key-created', resource: `handInKeys/${draft._id}` });
    return { kid: draft._id, x, y };
  }
  async function sweep(): Promise<void> {
    const isOver = { createTime: { $lt: new Date(now().getTime() - RETENTION_MS) } };
    for (const { _id } of await documents.find(isOver, { scope: 'service', projection: { _id: 1 } })) {
      await dataKeys.destroy(_id);
      await documents.remove({ _id }, { scope: 'service' });
    }
  }
  const stop = startPeriodic({
    firstMs: sweepMs,
    everyMs: sweepMs,
    work: sweep,
    onFailure(error) {
      failures.inc();
      log.warn({ event: 'hand-in-key-sweep-failed', error });
    },
  });
  return {
    async current() {
      const time = now().getTime();
      if (cached && time < cached.until) return cached.key;
      const isCurrent = { createTime: { $gt: new Date(time - ROTATION_MS) } };
      const [newest] = await documents.find(isCurrent, { scope: 'service', sort: { createTime: -1 }, limit: 1 });
      // A lost key opens nothing.
      const key = newest?.privateKey === undefined ? await create() : { kid: newest._id, x: newest.x, y: newest.y };
      cached = { key, until: time + MAX_AGE_MS };
      return key;
    },
    async find(kid) {
      const [found] = await documents.find({ _id: kid }, { scope: 'service', limit: 1 });
      return found?.privateKey === undefined ? undefined : { x: found.x, y: found.y, d: found.privateKey };
    },
    stop,
  };
}
