import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Storage, StoredObject } from './port.ts';
import { toStorageProblem } from './storage-problem.ts';

export interface S3Options {
  /** Origin; empty for AWS. */
  endpoint: string;
  region: string;
  bucket: string;
  /** Returns JSON with `accessKeyId` and `secretAccessKey`; called for each request. */
  credentials: () => string;
}

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 3;

/** Stores objects in a bucket of a server with the S3 protocol. A put that was acknowledged is durable there. */
export function openS3Storage({ endpoint, region, bucket: Bucket, credentials }: S3Options): Storage {
  const client = new S3Client({
    region,
    ...(endpoint !== '' && { endpoint, forcePathStyle: true }),
    credentials: () => Promise.resolve(parseCredentials(credentials())),
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    // Chunks are authenticated by their encryption, and not every server knows the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return {
    async put(Key, Body) {
      await run(() => client.send(new PutObjectCommand({ Bucket, Key, Body })));
    },
    get: (Key) => run(() => getObject(client, { Bucket, Key })),
    async remove(Key) {
      await run(() => client.send(new DeleteObjectCommand({ Bucket, Key })));
    },
    async removeDocument(document) {
      for await (const keys of listKeys(client, { Bucket, Prefix: `${document}/` })) {
        const Objects = keys.map(({ key: Key }) => ({ Key }));
        const { Errors = [] } = await run(() =>
          client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } })),
        );
        if (Errors.length > 0) throw toStorageProblem({ name: Errors[0]?.Code });
      }
    },
    async *list() {
      for await (const objects of listKeys(client, { Bucket })) yield* objects;
    },
    close() {
      client.destroy();
      return Promise.resolve();
    },
  };
}

async function run<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStorageProblem(error);
  }
}

async function getObject(client: S3Client, from: { Bucket: string; Key: string }): Promise<Buffer | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand(from));
    return Body && Buffer.from(await Body.transformToByteArray());
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** Lists objects in pages of at most 1,000, in the order of their keys. */
async function* listKeys(client: S3Client, from: { Bucket: string; Prefix?: string }): AsyncGenerator<StoredObject[]> {
  let ContinuationToken: string | undefined;
  do {
    const page = await run(() => client.send(new ListObjectsV2Command({ ...from, ContinuationToken })));
    const objects = (page.Contents ?? []).flatMap(({ Key: key, LastModified: time }) =>
      key !== undefined && time ? [{ key, time }] : [],
    );
    if (objects.length > 0) yield objects;
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}

/** @throws Error, one sentence without the text */
function parseCredentials(text: string): { accessKeyId: string; secretAccessKey: string } {
  try {
    const { accessKeyId, secretAccessKey } = JSON.parse(text) as Record<string, unknown>;
    if (typeof accessKeyId === 'string' && typeof secretAccessKey === 'string') return { accessKeyId, secretAccessKey };
  } catch {
    // Reported below.
  }
  throw new Error('S3_CREDENTIALS_FILE must hold JSON with accessKeyId and secretAccessKey.');
}
