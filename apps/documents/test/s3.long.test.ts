import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, temporaryDir } from '@cups/testing';
import { CHUNK_BYTES } from '../src/domain/limits.ts';
import type { Storage } from '../src/storage/port.ts';
import { openS3Storage } from '../src/storage/s3.ts';
import { append, createUpload, refused, someBytes, startDocuments, upload } from './harness.ts';
import { startS3Server } from './s3-server.ts';
import type { S3Server } from './s3-server.ts';

const { dir, remove } = temporaryDir();
const credentials = () => JSON.stringify({ accessKeyId: 'test', secretAccessKey: 'test' });
let server: S3Server;
beforeAll(async () => void (server = await startS3Server(dir)), 500_000);
afterAll(async () => {
  await server?.stop();
  remove();
});

const open = (): Storage =>
  openS3Storage({ endpoint: server.endpoint, bucket: server.bucket, region: 'us-east-1', credentials });

async function keysOf(storage: Storage): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list()) keys.push(key);
  return keys;
}

describe('an S3 server', () => {
  test('stores, lists and removes objects', async () => {
    const storage = open();
    await storage.put('A/upload/0-x', Buffer.from('one'));
    await storage.put('A/upload/1-y', Buffer.from('two'));
    await storage.put('B/upload/0-z', Buffer.from('three'));
    expect((await storage.get('A/upload/1-y'))?.toString()).toBe('two');
    expect(await storage.get('A/upload/9-y')).toBeUndefined();
    expect(await keysOf(storage)).toEqual(['A/upload/0-x', 'A/upload/1-y', 'B/upload/0-z']);
    for await (const { time } of storage.list()) expect(Math.abs(Date.now() - time.getTime())).toBeLessThan(60_000);
    await storage.remove('A/upload/0-x');
    await storage.remove('A/upload/0-x');
    await storage.removeDocument('A');
    await storage.removeDocument('A');
    expect(await keysOf(storage)).toEqual(['B/upload/0-z']);
    await storage.removeDocument('B');
    await storage.close();
  });

  test('removes and lists more than one page', async () => {
    const storage = open();
    for (let start = 0; start < 1_050; start += 50)
      await Promise.all(Array.from({ length: 50 }, (_, n) => storage.put(`C/upload/${start + n}-x`, Buffer.from([n]))));
    expect(await keysOf(storage)).toHaveLength(1_050);
    await storage.removeDocument('C');
    expect(await keysOf(storage)).toEqual([]);
    await storage.close();
  }, 120_000);

  test('reports a bucket that does not exist as unavailable', async () => {
    const storage = openS3Storage({ endpoint: server.endpoint, bucket: 'none', region: 'us-east-1', credentials });
    await expect(storage.put('A/upload/0-x', Buffer.from('x'))).rejects.toEqual(refused('STORE_UNAVAILABLE'));
    await storage.close();
  });
});

test('documents uploads, returns and erases with an S3 server, and answers 503 while it is unavailable', async () => {
  const harness = await startDocuments({
    storage: {
      kind: 's3',
      folder: '',
      endpoint: server.endpoint,
      bucket: server.bucket,
      region: 'us-east-1',
      credentials,
    },
  });
  const storage = open();
  try {
    const bytes = someBytes(5 * CHUNK_BYTES + 1);
    const name = await upload(harness, bytes);
    const { data } = await harness.desk().readContent({ name, offset: 0, limit: 1_048_576 });
    expect(data.equals(bytes)).toBe(true);
    expect(await keysOf(storage)).toHaveLength(6);
    await harness.desk().deleteDocument({ name });
    await eventually(async () => (await keysOf(storage)).length === 0);

    const next = await createUpload(harness, bytes);
    await server.stop();
    await expect(append(harness.desk(), next, bytes)).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
  } finally {
    await storage.close();
    await harness.stop();
  }
}, 120_000);
