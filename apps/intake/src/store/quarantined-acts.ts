import { resourceName } from '@cups/contracts';
import { createJournal } from '@cups/store';
import type { Documents, SealingKeys, Store, StoredDocument } from '@cups/store';
import type { DataKeys } from '@cups/data-keys';
import type { RetentionSweep } from '@cups/backend/retention';
import type { QuarantinedAct } from '../domain/quarantine.ts';

/**
 * The collection of quarantined acts. Each has a data key of its own, so that an act about an application that does not
 * exist can neither create nor end the key of one.
 */

/** The ID is a ULID. */
export interface StoredQuarantinedAct extends QuarantinedAct, StoredDocument {}

export type QuarantinedActs = Documents<StoredQuarantinedAct>;

export const openQuarantinedActs = (store: Store, keys: SealingKeys): QuarantinedActs =>
  store.documents<StoredQuarantinedAct>({
    collection: 'quarantinedActs',
    schema: {
      key: String,
      application: String,
      kind: String,
      body: String,
      deskTime: Date,
      sequence: Number,
      previous: String,
      operator: String,
      device: String,
      centre: String,
      anchorTime: Date,
      expireTime: Date,
      fingerprint: String,
      handInTime: Date,
      state: String,
      decision: { operator: String, time: Date, reason: String, isAlreadyApplied: Boolean },
      refusal: { reason: String, operator: String, time: Date },
    },
    sealed: { fields: ['body', 'decision.reason'], keys, erased: { body: '' } },
    schemaVersion: 1,
    indexes: [
      { fields: { operator: 1, device: 1, key: 1 }, unique: true, query: 'QuarantineActs: repeats' },
      { fields: { device: 1, state: 1 }, query: 'QuarantineActs: open acts of a device' },
      { fields: { state: 1, centre: 1, _id: 1 }, query: 'ListQuarantinedActs of a centre' },
      { fields: { state: 1, _id: 1 }, query: 'ListQuarantinedActs of all centres' },
      { fields: { state: 1, operator: 1, _id: 1 }, query: 'ListQuarantinedActs by operator' },
      {
        fields: { application: 1, state: 1, _id: 1 },
        query: 'ListQuarantinedActs by application; ReleaseQuarantinedAct: earlier acts; erasure',
      },
      { fields: { state: 1, handInTime: 1 }, query: 'metrics: the oldest open act' },
      { fields: { 'decision.time': 1 }, sparse: true, query: 'the acts whose term is over' },
    ],
    existsReason: 'ALREADY_EXISTS',
    absentMessage: 'Quarantined act not found.',
  });

/** Erases the content of all acts of an application. A repeat changes nothing. @param application ULID */
export async function eraseActsOf(
  acts: QuarantinedActs,
  keys: Pick<DataKeys, 'destroy'>,
  application: string,
  now: Date,
): Promise<void> {
  for (let after = ''; ;) {
    const found = await acts.find(
      { application, _id: { $gt: after } },
      { scope: 'service', projection: { _id: 1 }, sort: { _id: 1 }, limit: ERASED_AT_ONCE },
    );
    for (const { _id } of found) {
      await keys.destroy(_id);
      const options = { scope: 'service' as const, cause: { eventId: 'timer:retention' }, now };
      await acts.update(_id, options, (act) => ({ document: { ...act }, events: [], erase: true }));
    }
    if (found.length < ERASED_AT_ONCE) return;
    after = found.at(-1)!._id;
  }
}

const ERASED_AT_ONCE = 100;

/** Ends decided acts: first the key, then the row. */
export const decidedActsSweep = (
  acts: QuarantinedActs,
  keys: Pick<DataKeys, 'destroy'>,
  termMs: number,
): RetentionSweep => ({
  category: 'quarantined-acts',
  termMs,
  async end(before, limit, announce) {
    // A row whose entry Kafka does not have yet stays.
    const filter = { 'decision.time': { $lt: before }, 'outbox.0': { $exists: false } };
    const found = await acts.find(filter, { scope: 'service', limit, projection: { _id: 1 } });
    if (found.length === 0) return 0;
    await announce(found.length);
    const ids = found.map(({ _id }) => _id);
    for (const id of ids) await keys.destroy(id);
    return acts.remove({ _id: { $in: ids } }, { scope: 'service' });
  },
});

/** What proves whose acts they are: the offline grant, or the session of their operator. */
export type HandInGround = 'offline-grant' | 'session';

const journalEntry = createJournal('intake');

/** Returns the entry of an act that was handed in, released or rejected. */
export function entryOfAct(
  { _id, application, centre, operator }: Pick<StoredQuarantinedAct, '_id' | 'application' | 'centre' | 'operator'>,
  action: 'quarantine-act' | 'release-act' | 'reject-act',
  { decider, ground = 'session' }: { decider?: string; ground?: HandInGround } = {},
) {
  return journalEntry({
    document: `quarantinedActs/${_id}`,
    key: application,
    resource: resourceName('applications', application),
    action,
    actor: decider ?? operator,
    centre,
    ground,
    result: action === 'reject-act' ? 'refused' : 'done',
  });
}
