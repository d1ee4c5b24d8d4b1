import { api, bodyOf } from '../api/client.ts';
import type { SealedActOutcome } from '../api/types.ts';
import { openDatabase } from '../local-store/database.ts';
import { deleteSealedAct, isLeft, listSealedActs } from '../local-store/sealed-acts.ts';
import type { StoredSealedAct } from '../local-store/sealed-acts.ts';
import { handInOwnSealedActs } from './hand-in-own.ts';

/**
 * Hands in the sealed copies of unsent acts that nothing opens any more: the key share of their operator has ended, or was
 * replaced. The platform says of which acts that is true, so all operators of this browser are asked about. Loaded on demand.
 */

/** Maximum number and length of the acts of one request: below the limits of the platform. */
const MAX_ACTS = 50;
const MAX_LENGTH = 200_000;

/** Sends acts. @returns an outcome for each @throws ApiError, NetworkError */
export type SealedTransport = (acts: readonly string[]) => Promise<readonly SealedActOutcome[]>;

export interface SealedHandIn {
  /** Number of acts that the platform keeps now. */
  handedIn: number;
  /** Number of acts that it refused, and that stay for a later release. */
  refused: number;
  /** Operators whose key share has ended. Their other data is to be destroyed. */
  ended: string[];
}

export interface SealedHandInOptions {
  /** operators/{id} whose acts the page itself opens and sends. */
  signedIn?: string | undefined;
  /** Whether to hand in the acts of an operator. @default all */
  includes?: (owner: string) => boolean;
  transport?: SealedTransport;
  /** Hands in, under the session, what of the signed-in operator has no usable grant. */
  ownTransport?: SealedTransport;
}

/**
 * Hands in what this browser has, once. An act is deleted when the platform has it.
 * @throws ApiError, NetworkError: the acts stay
 */
export async function handInSealedActs({
  signedIn,
  includes = () => true,
  transport = post,
  ownTransport = handInOwnSealedActs,
}: SealedHandInOptions = {}): Promise<SealedHandIn> {
  const total: SealedHandIn = { handedIn: 0, refused: 0, ended: [] };
  const db = await openDatabase();
  try {
    for (const [owner, acts] of await listSealedActs(db, signedIn)) {
      if (!includes(owner)) continue;
      const remove = (act: StoredSealedAct) => deleteSealedAct(db, act);
      const outcomes = await sendSealedActs(acts, { transport, remove });
      if (owner === signedIn) await sendRefused(outcomes, { transport: ownTransport, remove });
      total.handedIn += outcomes.filter(({ outcome }) => outcome === 'kept').length;
      total.refused += outcomes.filter(({ outcome }) => outcome === 'unreadable' || outcome === 'refused').length;
      // The acts of a replaced key share say nothing about the present one.
      const isOf = (wanted: SealedActOutcome) =>
        outcomes.some(({ act, outcome }) => !isLeft(act) && outcome === wanted);
      if (isOf('kept') && !isOf('active')) total.ended.push(owner);
    }
    return total;
  } finally {
    db.close();
  }
}

/** Counts the sealed copies that await the platform. */
export async function countSealedActs(includes: (owner: string) => boolean): Promise<number> {
  const db = await openDatabase();
  const found = [...(await listSealedActs(db))].filter(([owner]) => includes(owner));
  db.close();
  return found.reduce((sum, [, acts]) => sum + acts.length, 0);
}

/** What became of an act. */
export interface SealedActResult {
  act: StoredSealedAct;
  outcome: SealedActOutcome;
}

export interface SealedSending {
  transport: SealedTransport;
  /** Deletes an act that the platform has. One that it refuses stays: a later release may take it. */
  remove: (act: StoredSealedAct) => Promise<void>;
}

/**
 * Hands in the acts of one operator. Ends when the platform says that the desk opens them itself.
 */
export async function sendSealedActs(
  acts: readonly StoredSealedAct[],
  { transport, remove }: SealedSending,
): Promise<SealedActResult[]> {
  const outcomes: SealedActResult[] = [];
  for (const kind of [acts.filter(isLeft), acts.filter((act) => !isLeft(act))]) {
    for (const batch of toBatches(kind)) {
      const answers = await transport(batch.map(({ text }) => text));
      const answered = batch.map((act, at) => ({ act, outcome: answers[at] ?? 'refused' }) satisfies SealedActResult);
      outcomes.push(...answered);
      for (const { act, outcome } of answered) if (outcome === 'kept') await remove(act);
      if (answered.some(({ outcome }) => outcome === 'active')) break;
    }
  }
  return outcomes;
}

/** Sends refused acts under the session of their operator. What is kept then counts as kept. */
export async function sendRefused(results: readonly SealedActResult[], to: SealedSending): Promise<void> {
  const refused = results.filter(({ outcome }) => outcome === 'refused');
  const answers = await sendSealedActs(
    refused.map(({ act }) => act),
    to,
  );
  for (const { act, outcome } of answers) refused.find((result) => result.act === act)!.outcome = outcome;
}

/** Splits acts by number and size. The first one goes alone: it finds out whether the others are wanted. */
function toBatches(acts: readonly StoredSealedAct[]): StoredSealedAct[][] {
  const [first, ...others] = acts;
  const batches: StoredSealedAct[][] = first ? [[first]] : [];
  let length = MAX_LENGTH;
  for (const act of others) {
    const last = batches.at(-1);
    if (last && batches.length > 1 && last.length < MAX_ACTS && length + act.text.length <= MAX_LENGTH) {
      last.push(act);
      length += act.text.length;
    } else {
      batches.push([act]);
      length = act.text.length;
    }
  }
  return batches;
}

const post: SealedTransport = async (acts) =>
  (await bodyOf(api.POST('/api/v1/sealed-acts', { body: { acts: [...acts] } }))).outcomes;
