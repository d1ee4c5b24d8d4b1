import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createDataKeyBytes, DataKey } from '@cups/data-keys';
import { openChunk, sealChunk } from '../src/chunks.ts';
import type { ChunkPlace } from '../src/chunks.ts';

const createDataKey = (): DataKey => new DataKey(createDataKeyBytes());
const random = (below: number): number => Math.floor(Math.random() * below);
const DOCUMENTS = ['01JD7ZQ5M0X3V8K2N4P6R8T0WA', '01JD7ZQ5M0X3V8K2N4P6R8T0WB'];
const ROLES = ['upload', 'content', 'preview'] as const;

const randomPlace = (): ChunkPlace => ({
  document: DOCUMENTS[random(2)]!,
  role: ROLES[random(3)]!,
  index: random(160),
  isLast: random(2) === 0,
});

/** Returns a place that differs in one member. */
function adjacentPlace(place: ChunkPlace): ChunkPlace {
  const { document, role, index, isLast } = place;
  const changes: Partial<ChunkPlace>[] = [
    { document: DOCUMENTS.find((other) => other !== document)! },
    { role: ROLES[(ROLES.indexOf(role) + 1) % ROLES.length]! },
    { index: index + 1 },
    { isLast: !isLast },
  ];
  return { ...place, ...changes[random(changes.length)] };
}

describe('a sealed chunk', () => {
  test('opens at its place only, in 500 random exchanges', () => {
    const key = createDataKey();
    for (let round = 0; round < 500; round += 1) {
      const place = randomPlace();
      const plain = randomBytes(random(300));
      const sealed = sealChunk(key, place, plain);
      expect(openChunk(key, place, sealed).equals(plain)).toBe(true);
      expect(() => openChunk(key, adjacentPlace(place), sealed)).toThrow();
      expect(() => openChunk(createDataKey(), place, sealed)).toThrow();
    }
  });

  test('does not open after any change, in 500 random changes', () => {
    const key = createDataKey();
    for (let round = 0; round < 500; round += 1) {
      const place = randomPlace();
      const sealed = sealChunk(key, place, randomBytes(1 + random(300)));
      const flipped = Buffer.from(sealed);
      flipped[random(flipped.length)]! ^= 1 << random(8);
      const changed = [
        flipped,
        sealed.subarray(0, random(sealed.length)),
        Buffer.concat([sealed, randomBytes(1 + random(20))]),
        Buffer.concat([randomBytes(1 + random(20)), sealed]),
      ][random(4)]!;
      expect(() => openChunk(key, place, changed)).toThrow();
    }
  });

  test('is another one each time', () => {
    const [key, place] = [createDataKey(), randomPlace()];
    const plain = Buffer.from('same');
    expect(sealChunk(key, place, plain).equals(sealChunk(key, place, plain))).toBe(false);
  });
});
