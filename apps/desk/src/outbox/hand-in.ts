import { api, ApiError, bodyOf, isTransient } from '../api/client.ts';
import type { HandedInAct, HandInResult } from '../api/types.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import type { Write } from './write.ts';
import { RetryDelay } from './retry-delay.ts';

/**
 * Hands in unsent acts after the operator was suspended or the device revoked. A supervisor decides about them. Nothing is
 * sent as a write: the operator has no session any more, and the offline grant is the authority.
 */

/** Maximum number and size (UTF-16 units of JSON) of the acts of one request: well below the limits of the platform. */
const MAX_ACTS = 200;
const MAX_LENGTH = 512 * 1024;

/** Sends acts. @throws ApiError, NetworkError */
export type HandInTransport = (acts: readonly HandedInAct[], grant: string) => Promise<HandInResult>;

/** A stored write. The chain is absent in writes of earlier releases. */
type StoredWrite = Pick<Write, 'key' | 'application' | 'kind' | 'body' | 'madeAt'> & {
  sequence?: number;
  previous?: string | undefined;
  grant?: string | undefined;
};

interface HandInOptions {
  writes: readonly StoredWrite[];
  /** The grant of the last contact, a JWS. */
  grant: string;
  transport?: HandInTransport;
  /** Waits between attempts. */
  pause?: (ms: number) => Promise<void>;
}

/**
 * Resolves once the platform has all acts; retries while it is unavailable or its quarantine is full. A repeat changes
 * nothing, because the platform knows each act by its key.
 * @throws ApiError if the platform refuses the grant, or an act by itself; all other acts are handed in before
 */
export async function handInWrites({ writes, grant, transport = post, pause = wait }: HandInOptions): Promise<void> {
  let refusal: unknown;
  for (const batch of toBatches(writes.map(toHandedInAct))) {
    await sendBatch(batch, { grant, transport, pause }).catch((error: unknown) => {
      if (isGrantRefused(error)) throw error;
      refusal ??= error;
    });
  }
  if (refusal) throw refusal;
}

const RECORD_KIND = 'write';

/**
 * Hands in what an operator's store still holds, under the newest grant that the browser has.
 * @throws Error without a grant, and as {@link handInWrites}: the acts then stay where they are
 */
export async function handInStored({
  localStore,
  grant,
}: {
  localStore: Pick<LocalStore, 'list'>;
  grant: string | undefined;
}): Promise<void> {
  const writes = await localStore.list<StoredWrite>(RECORD_KIND);
  if (writes.length === 0) return;
  const authority = grant ?? newestGrant(writes);
  if (authority === undefined) throw new Error('There is no offline grant to hand in acts with.');
  await handInWrites({ writes, grant: authority });
}

/** Returns the grant of the write made last. */
function newestGrant(writes: readonly StoredWrite[]): string | undefined {
  const granted = writes.filter(({ grant }) => grant !== undefined);
  return granted.sort((a, b) => b.madeAt.localeCompare(a.madeAt))[0]?.grant;
}

/** Sends a batch. One that is refused is halved, so that one act blocks no other. */
async function sendBatch(
  batch: readonly HandedInAct[],
  to: Required<Pick<HandInOptions, 'grant' | 'transport' | 'pause'>>,
): Promise<void> {
  try {
    await sendUntilAnswered(batch, to);
  } catch (error) {
    if (batch.length === 1 || isGrantRefused(error)) throw error;
    const middle = Math.ceil(batch.length / 2);
    const halves = [batch.slice(0, middle), batch.slice(middle)];
    const results = [];
    for (const half of halves) results.push(await Promise.allSettled([sendBatch(half, to)]));
    const failed = results.flat().find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

async function sendUntilAnswered(
  batch: readonly HandedInAct[],
  { grant, transport, pause }: Required<Pick<HandInOptions, 'grant' | 'transport' | 'pause'>>,
): Promise<void> {
  const retryDelay = new RetryDelay();
  for (;;) {
    try {
      await transport(batch, grant);
      return;
    } catch (error) {
      if (!isTransient(error)) throw error;
      await pause(retryDelay.next(error));
    }
  }
}

/** Whether nobody can verify the grant: its key was retired, or it is too old. */
export const isGrantRefused = (error: unknown): boolean =>
  error instanceof ApiError && error.reason === 'OFFLINE_CLAIM_INVALID';

function toHandedInAct(
  { key, application, kind, body, madeAt, sequence, previous }: StoredWrite,
  at: number,
): HandedInAct {
  const act: HandedInAct = {
    key,
    application,
    kind,
    body: JSON.stringify(body),
    time: madeAt,
    sequence: sequence ?? at,
  };
  if (previous !== undefined) act.previous = previous;
  return act;
}

/** Splits acts by number and size, in their order. */
function toBatches(acts: readonly HandedInAct[]): HandedInAct[][] {
  const batches: HandedInAct[][] = [];
  let length = 0;
  for (const act of acts) {
    const actLength = JSON.stringify(act).length;
    const last = batches.at(-1);
    if (last && last.length < MAX_ACTS && length + actLength <= MAX_LENGTH) {
      last.push(act);
      length += actLength;
    } else {
      batches.push([act]);
      length = actLength;
    }
  }
  return batches;
}

const post: HandInTransport = (acts, grant) =>
  bodyOf(
    api.POST('/api/v1/quarantined-acts', {
      headers: { 'Cups-Offline': `grant="${grant}"` },
      body: { acts: [...acts] },
    }),
  );

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
