import { isDeepStrictEqual } from 'node:util';
import mongoose from 'mongoose';
import type { SealingKey } from './keys.ts';

const { BSON } = mongoose.mongo;

/** First byte of sealed values; the ID of the key follows. Another one is damage, or a later release. */
const FORMAT = 1;
const ID_BYTES = 8;

/**
 * Encrypts a value as BSON, which keeps dates and bytes.
 * @param place what the value opens at only
 * @param indexes the positions in arrays. They lie beside the value, because earlier releases open a value by its place
 * alone, and ignore what lies there
 */
export function sealValue(key: SealingKey, place: string, value: unknown, indexes: readonly number[]): Buffer {
  const content = BSON.serialize(indexes.length > 0 ? { value, indexes } : { value });
  return Buffer.concat([Buffer.of(FORMAT), key.id, key.seal(place, content)]);
}

/** Whether another key sealed the value: the key was destroyed, and the ID of the document has a new one. */
export const isOfOtherKey = (key: SealingKey, bytes: Uint8Array): boolean =>
  bytes[0] === FORMAT && Buffer.compare(bytes.subarray(1, 1 + ID_BYTES), key.id) !== 0;

export interface OpenedValue {
  value: unknown;
  /** Whether it tells its positions in arrays: those that an earlier release sealed do not. */
  isPositioned: boolean;
}

/** @throws Error if the bytes are damaged, or belong to another place, position or key */
export function openValue(key: SealingKey, place: string, bytes: Uint8Array, indexes: readonly number[]): OpenedValue {
  if (bytes[0] !== FORMAT) throw new Error('Sealed bytes have an unknown format.');
  const opened = BSON.deserialize(key.open(place, bytes.subarray(1 + ID_BYTES)), { promoteBuffers: true });
  const { value, indexes: sealedAt = [] } = opened as { value: unknown; indexes?: number[] };
  const isPositioned = sealedAt.length === indexes.length;
  if (sealedAt.length > 0 && !isDeepStrictEqual(sealedAt, indexes)) {
    throw new Error('A sealed value is at the position of another one.');
  }
  return { value, isPositioned };
}
