import { JOURNAL_NUMBERS } from '@cups/store';
import type { JournalNumber } from '@cups/store';
import type { Stores } from './documents.ts';
import { destroyKey } from './erasures.ts';
import type { PublishedAct } from './entries.ts';
import { idOf } from './names.ts';

/** Revocations of devices that a restored store lacks: their key shares are destroyed again. A revocation is final. */

/** A device of identity, as far as its revocation concerns it. */
export interface ComparedDevice {
  _id: string;
  state: string;
}

export interface RevokedDevice {
  device: string;
  /** operators/{id} whose device it is. */
  operator: string;
  /** operators/{id} */
  actor: string;
  time: Date;
}

export interface DeviceFindings {
  unapplied: RevokedDevice[];
  /** Without a record, which has the ID of the browser. */
  missing: RevokedDevice[];
}

/** The mark of a revoked device ends after this time, as in identity. */
const RETENTION_MS = 30 * 24 * 3_600_000;

const revocationsOf = (acts: readonly PublishedAct[]): Map<string, PublishedAct> =>
  new Map(acts.filter(({ action }) => action === 'revoke-device').map((act) => [idOf(act.subject), act]));

/** Pure. @param stored the devices that were revoked, and the missing ones whose entries an earlier restore has counted */
export function findRevokedDevices(
  { devices, counted }: StoredDevices,
  acts: readonly PublishedAct[],
  now: Date,
): DeviceFindings {
  const findings: DeviceFindings = { unapplied: [], missing: [] };
  const states = new Map(devices.map(({ _id, state }) => [_id, state]));
  for (const [device, { resource: operator, actor, time }] of revocationsOf(acts)) {
    const state = states.get(device);
    const own = { device, operator, actor, time };
    const isMarked = now.getTime() - time.getTime() < RETENTION_MS;
    if (state === undefined) {
      if (isMarked && !counted.has(device)) findings.missing.push(own);
    } else if (state !== 'revoked') findings.unapplied.push(own);
  }
  return findings;
}

/** Of the devices with a revocation. */
export interface StoredDevices {
  devices: readonly ComparedDevice[];
  /** IDs that an earlier restore has named as missing. */
  counted: ReadonlySet<string>;
}

const devicesOf = (stores: Stores) => stores.database('identity').collection<ComparedDevice>('devices');

export async function readStoredDevices(stores: Stores, acts: readonly PublishedAct[]): Promise<StoredDevices> {
  const ids = [...revocationsOf(acts).keys()];
  const devices = await devicesOf(stores)
    .find({ _id: { $in: ids } }, { projection: { state: 1 } })
    .toArray();
  const numbers = stores.database('identity').collection<JournalNumber>(JOURNAL_NUMBERS);
  const kept = await numbers.find({ _id: { $in: ids.map((id) => `devices/${id}`) } }).toArray();
  return { devices, counted: new Set(kept.map(({ _id }) => idOf(_id))) };
}

/** No service may run. */
export async function applyRevokedDevices(stores: Stores, unapplied: readonly RevokedDevice[]): Promise<void> {
  for (const { device, actor, time } of unapplied) {
    await destroyKey(stores, 'identity-keys', device, time);
    const expireTime = new Date(time.getTime() + RETENTION_MS);
    const revoked = { state: 'revoked', revokedBy: actor, revokeTime: time, expireTime, requests: [] };
    await devicesOf(stores).updateOne({ _id: device, state: { $ne: 'revoked' } }, {
      $set: revoked,
      $unset: { keyShare: '' },
      $inc: { revision: 1 },
    } as never);
  }
}
