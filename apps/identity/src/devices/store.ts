import type { Documents, SealedFields, Store, StoredDocument } from '@cups/store';

/** The collection of devices: one document for each browser profile and operator. */

/** `ended`: the key share is destroyed, and the document ends with the next sweep. */
type DeviceState = 'active' | 'ended' | 'revoked';

/** The ID is a ULID of identity; the data key of the share has the same. */
export interface StoredDevice extends StoredDocument {
  /** ID that the page generated, a ULID. */
  device: string;
  /** ID of the operator. */
  operator: string;
  /** Code of the centre of the last contact. */
  centre: string;
  /** Codes of all centres at which the operator used this key share. */
  centres: string[];
  state: DeviceState;
  /** 32 bytes, base64url. Absent unless active. */
  keyShare?: string | undefined;
  /** When the key share was created. */
  firstContactTime: Date;
  lastContactTime: Date;
  /** operators/{id} */
  revokedBy?: string | undefined;
  revokeTime?: Date | undefined;
  /** When the document ends without a further contact. */
  expireTime: Date;
}
export type DeviceDocuments = Documents<StoredDevice>;

/** A revocation is the only request that a document records. */
const MAX_REQUEST_RECORDS = 5;

export function openDevices(store: Store, keys: SealedFields['keys']): DeviceDocuments {
  return store.documents<StoredDevice>({
    collection: 'devices',
    schema: {
      device: { type: String, required: true },
      operator: { type: String, required: true },
      centre: { type: String, required: true },
      centres: [String],
      state: { type: String, required: true },
      keyShare: String,
      firstContactTime: { type: Date, required: true },
      lastContactTime: { type: Date, required: true },
      revokedBy: String,
      revokeTime: Date,
      expireTime: { type: Date, required: true },
    },
    sealed: { keys, fields: ['keyShare'] },
    schemaVersion: 1,
    indexes: [
      {
        fields: { operator: 1, device: 1 },
        unique: true,
        query: 'the device of an operator at each contact, and all of them at a suspension',
      },
      { fields: { centre: 1, _id: -1 }, query: 'the devices of a centre, newest first' },
      { fields: { expireTime: 1 }, query: 'the sweep of devices.ts' },
    ],
    keepRequests: () => MAX_REQUEST_RECORDS,
    existsReason: 'ALREADY_EXISTS',
    absentMessage: 'Device not found.',
  });
}
