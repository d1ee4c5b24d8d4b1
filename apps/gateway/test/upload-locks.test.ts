import { expect, test } from '@jest/globals';
import { createUploadLocks } from '../src/transfers/upload-locks.ts';

/** Who stops the work on an upload. */

const allowed = () => Promise.resolve();

test('a stranger who knows the ID of an upload does not stop its owner', async () => {
  const locks = createUploadLocks();
  let stops = 0;
  const release = await locks.acquire('A', () => void (stops += 1), allowed);
  const refused = () => Promise.reject(new Error('not found'));
  await expect(locks.acquire('A', () => {}, refused)).rejects.toThrow('not found');
  expect(stops).toBe(0);
  release();
});

test('a client that comes back stops its old connection, and waits for it', async () => {
  const locks = createUploadLocks();
  const release = await locks.acquire('A', () => release(), allowed);
  const again = await locks.acquire('A', () => {}, allowed);
  again();
  let asked = 0;
  await locks.acquire(
    'A',
    () => {},
    () => Promise.resolve((asked += 1)),
  );
  expect(asked).toBe(0);
});

test('a connection that does not stop in time refuses the next one', async () => {
  const locks = createUploadLocks(1);
  await locks.acquire('A', () => {}, allowed);
  await expect(locks.acquire('A', () => {}, allowed)).rejects.toMatchObject({ reason: 'CONTENTION' });
});
