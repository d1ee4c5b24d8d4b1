import { ulid } from 'ulid';
import { decodeBase64Url } from '../api/base64url.ts';
import { api, ApiError, bodyOf } from '../api/client.ts';
import { addKeyRecord, deleteKeyRecords, openDatabase } from '../local-store/database.ts';
import type { Session } from '../api/types.ts';
import { handInKey } from './hand-in-key.ts';
import { offlineGrant } from './offline-grant.ts';
import { hasDeskRole } from './roles.ts';

/** This browser as a device of the platform, and its contact: the key share, the offline grant and the time. */

/** Local storage: the ID of this browser. It identifies nobody. */
const DEVICE_KEY = 'cups-device';

/** Whether the session has local data: an operator with a queue, at a centre. */
export const canContact = ({ operator, centre }: Session): boolean => centre !== undefined && hasDeskRole(operator);

export interface Contact {
  /** Opens the data key. 32 bytes. */
  keyShare: Uint8Array<ArrayBuffer>;
  offlineGrant: string;
  /** How long the device may work without another contact, in ms. */
  validForMs: number;
}

/** Returns the ID of this browser, a ULID, created at the first use. */
export async function deviceId(): Promise<string> {
  const marked = localStorage.getItem(DEVICE_KEY);
  if (marked) return marked;
  const id = await storeDeviceId(ulid());
  localStorage.setItem(DEVICE_KEY, id);
  return id;
}

/** Local storage is written late: after a power cut the database still has the ID. @returns the stored ID */
async function storeDeviceId(created: string): Promise<string> {
  const db = await openDatabase().catch(() => undefined);
  if (!db) return created;
  const { id } = await addKeyRecord(db, 'device', '', { id: created });
  db.close();
  return id;
}

/** Drops the ID of a revoked device. The next sign-in is of a new device, without data. */
export async function forgetDevice(): Promise<void> {
  localStorage.removeItem(DEVICE_KEY);
  const db = await openDatabase().catch(() => undefined);
  if (!db) return;
  await deleteKeyRecords(db, '', ['device']);
  db.close();
}

/**
 * Contacts the platform as this device. Renews the offline grant.
 * @param chainHead key of the newest write of the operator at this device, which the grant then names
 * @throws ApiError DEVICE_REVOKED or OPERATOR_SUSPENDED; NetworkError
 */
export async function contactDevice(chainHead?: string): Promise<Contact> {
  const answer = await bodyOf(
    api.POST('/api/v1/devices/{device}/contact', {
      params: { path: { device: await deviceId() } },
      body: chainHead === undefined ? {} : { chainHead },
    }),
  );
  offlineGrant.set(answer.offlineGrant);
  handInKey.set(answer.handInKey);
  return {
    keyShare: decodeBase64Url(answer.keyShare),
    offlineGrant: answer.offlineGrant,
    validForMs: Date.parse(answer.expireTime) - Date.parse(answer.serverTime),
  };
}

/** Destroys the caller's key share at the platform. @returns whether the platform has done it */
export async function deleteKeyShare(): Promise<boolean> {
  offlineGrant.set(undefined);
  return api.DELETE('/api/v1/devices/{device}', { params: { path: { device: await deviceId() } } }).then(
    () => true,
    () => false,
  );
}

/** Returns the operator of a grant. Its signature is for the platform; here it comes from the platform itself. */
export function operatorOf(grant: string): unknown {
  try {
    const [, payload = ''] = grant.split('.');
    return (JSON.parse(new TextDecoder().decode(decodeBase64Url(payload))) as { sub?: unknown }).sub;
  } catch {
    return undefined;
  }
}

export type RevocationReason = 'DEVICE_REVOKED' | 'OPERATOR_SUSPENDED';

/** Whether the operator's work on this device has ended: its local data is destroyed. */
export const isRevocation = (error: unknown): error is ApiError & { reason: RevocationReason } =>
  error instanceof ApiError && (error.reason === 'DEVICE_REVOKED' || error.reason === 'OPERATOR_SUSPENDED');
