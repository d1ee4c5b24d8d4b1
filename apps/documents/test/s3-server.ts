import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually, findFreePort } from '@cups/testing';

/** Adobe S3Mock, an S3 server that keeps objects in a folder. Apache-2.0, for tests only. */
const ARTIFACT = 'com.adobe.testing:s3mock:4.7.0:jar:exec';
const JAR = 's3mock-4.7.0-exec.jar';

/** The server starts in 5 s, and on a busy machine in 90 s. */
const START_TIMEOUT_MS = 180_000;

export interface S3Server {
  endpoint: string;
  bucket: string;
  stop(): Promise<void>;
}

/** Starts a server with an empty bucket, which needs Maven and a JDK, as the embedded store does. */
export async function startS3Server(folder: string): Promise<S3Server> {
  execFileSync('mvn', ['-q', 'dependency:copy', `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${folder}`], {
    stdio: 'ignore',
    timeout: 300_000,
  });
  const [port, tlsPort] = [await findFreePort(), await findFreePort()];
  const bucket = 'cups-documents';
  const child = spawn(
    'java',
    [
      '-Xmx256m',
      '-XX:TieredStopAtLevel=1',
      '-jar',
      join(folder, JAR),
      `--com.adobe.testing.s3mock.http-port=${port}`,
      `--server.port=${tlsPort}`,
      `--com.adobe.testing.s3mock.store.initial-buckets=${bucket}`,
      `--com.adobe.testing.s3mock.store.root=${join(folder, 'objects')}`,
    ],
    { stdio: 'ignore' },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const isUp = async () => (await fetch(`${endpoint}/${bucket}`)).ok;
  try {
    await eventually(isUp, { timeoutMs: START_TIMEOUT_MS, everyMs: 250 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, bucket, stop };
}
