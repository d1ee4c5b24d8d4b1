import { JOURNAL_NUMBERS } from '@cups/store';
import type { JournalNumber } from '@cups/store';
import { ACT_COVER } from './coverage.ts';
import type { Stores } from './documents.ts';
import type { PublishedAct } from './entries.ts';
import { idOf, storedActorOf } from './names.ts';

/** Holds of documents that a restored store lacks, or that have ended since: without a hold, erasure continues. */

/** What documents stores of an application, as far as holds concern it. */
export interface ComparedHold {
  /** ID of the application. */
  _id: string;
  /** Number of the last committed entry. */
  journalSeq: number;
  hasRecord: boolean;
  isHeld: boolean;
}

export interface LackedHold {
  application: string;
  action: 'hold-documents' | 'end-hold';
  reason: string;
  actor: string;
  time: Date;
}

export interface HoldFindings {
  unapplied: LackedHold[];
  /** Holds of applications without a record. */
  missing: LackedHold[];
}

const isOfHold = ({ action }: PublishedAct): boolean => action === 'hold-documents' || action === 'end-hold';

/** Pure. The last act is in force, if the store lacks it. */
export function findHolds(stored: readonly ComparedHold[], acts: readonly PublishedAct[]): HoldFindings {
  const findings: HoldFindings = { unapplied: [], missing: [] };
  const byId = new Map(stored.map((one) => [one._id, one]));
  for (const [application, all] of Map.groupBy(acts, ({ subject }) => idOf(subject))) {
    // Nothing of erased data may return.
    if (all.some(({ action }) => ACT_COVER[action] === 'erased-again')) continue;
    const last = all.filter(isOfHold).reduce<PublishedAct | undefined>(newer, undefined);
    const { journalSeq = 0, hasRecord = false, isHeld = false } = byId.get(application) ?? {};
    if (!last || last.sequence <= journalSeq || (last.action === 'hold-documents') === isHeld) continue;
    const { action, reason, actor, time } = last;
    const own = { application, action: action as LackedHold['action'], reason, actor, time };
    (hasRecord ? findings.unapplied : findings.missing).push(own);
  }
  return findings;
}

const newer = (one: PublishedAct | undefined, other: PublishedAct): PublishedAct =>
  one && one.sequence > other.sequence ? one : other;

interface StoredFacts {
  _id: string;
  journalSeq?: number;
  hold?: { reason: string };
}

const factsOf = (stores: Stores) => stores.database('documents').collection<StoredFacts>('applications');

export async function readStoredHolds(stores: Stores, acts: readonly PublishedAct[]): Promise<ComparedHold[]> {
  const ids = [...new Set(acts.filter(isOfHold).map(({ subject }) => idOf(subject)))];
  const numbers = stores.database('documents').collection<JournalNumber>(JOURNAL_NUMBERS);
  const kept = await numbers.find({ _id: { $in: ids.map((id) => `applications/${id}`) } }).toArray();
  const found = await factsOf(stores)
    .find({ _id: { $in: ids } }, { projection: { journalSeq: 1, hold: 1 } })
    .toArray();
  return [
    ...kept.map(({ _id, last }) => ({ _id: idOf(_id), journalSeq: last, hasRecord: false, isHeld: false })),
    ...found.map(({ _id, journalSeq = 0, hold }) => ({ _id, journalSeq, hasRecord: true, isHeld: hold !== undefined })),
  ];
}

/** Makes the terms of the documents due, as documents does. No service may run. */
export async function applyHolds(stores: Stores, unapplied: readonly LackedHold[]): Promise<void> {
  for (const { application, action, reason, actor, time } of unapplied) {
    const operator = storedActorOf(actor);
    const timer = { kind: 'retention', due: time };
    const change =
      action === 'hold-documents'
        ? { $set: { hold: { time, reason, operator }, timer } }
        : { $set: { timer }, $unset: { hold: '' } };
    await factsOf(stores).updateOne({ _id: application }, { ...change, $inc: { revision: 1 } } as never);
  }
}
