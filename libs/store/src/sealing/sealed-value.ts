import mongoose from 'mongoose';
import type { SealingKey } from './keys.ts';

const { BSON } = mongoose.mongo;

/** First byte of sealed values; the ID of the key follows. Another one is damage, or a later release. */
const FORMAT = 1;
const ID_BYTES = 8;

/** Encrypts a value as BSON, which keeps dates and bytes. */
export const sealValue = (key: SealingKey, place: string, value: unknown): Buffer =>
  Buffer.concat([Buffer.of(FORMAT), key.id, key.seal(place, BSON.serialize({ value }))]);

/** Whether another key sealed the value: the key was destroyed, and the ID of the document has a new one. */
export const isOfOtherKey = (key: SealingKey, bytes: Uint8Array): boolean =>
  bytes[0] === FORMAT && Buffer.compare(bytes.subarray(1, 1 + ID_BYTES), key.id) !== 0;

/** @throws Error if the bytes are damaged, or belong to another place or key */
export function openValue(key: SealingKey, place: string, bytes: Uint8Array): unknown {
  if (bytes[0] !== FORMAT) throw new Error('Sealed bytes have an unknown format.');
  return BSON.deserialize(key.open(place, bytes.subarray(1 + ID_BYTES)), { promoteBuffers: true })['value'];
}
