import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocal } from '@cups/local';
import { SMTPServer } from 'smtp-server';

/** Services outside the cluster: Kafka, the embedded store, and a mail server. */

export interface ExternalServices {
  kafka: { host: string; port: number };
  /** Certificate of all of them, and Kafka's administrator. */
  secure: { caFile: string; admin: { username: string; password: string } };
  store: { host: string; port: number };
  mail: { host: string; port: number; received: () => number };
  stop(): Promise<void>;
}

/**
 * @param host address of this machine for pods
 * @param folder data folder
 * @param mailPort 0 takes a free one; Kafka and the store keep their ports in this folder
 */
export async function startExternalServices(
  host: string,
  folder: string,
  onProgress: (line: string) => void,
  mailPort = 0,
): Promise<ExternalServices> {
  const dataDir = join(folder, 'beside');
  const local = await startLocal({ dataDir, host: '0.0.0.0', advertisedHost: host, onProgress, secure: true });
  const { caFile, admin, server } = local.secure!;
  const mail = await startMailServer({ host, port: mailPort }, server).catch(async (error: unknown) => {
    await local.stop();
    throw error;
  });
  const stop = async () => {
    await mail.stop();
    await local.stop();
  };
  return {
    secure: { caFile, admin },
    kafka: { host, port: Number(local.kafkaBrokers.split(':').at(-1)) },
    store: { host, port: Number(new URL(local.mongoUri).port) },
    mail: { host, port: mail.port, received: mail.received },
    stop,
  };
}

async function startMailServer(
  { host, port }: { host: string; port: number },
  { keyFile, keyPassword }: { keyFile: string; keyPassword: string },
) {
  let received = 0;
  const server = new SMTPServer({
    secure: true,
    pfx: readFileSync(keyFile),
    passphrase: keyPassword,
    authOptional: true,
    disabledCommands: ['AUTH'],
    onData(stream, _session, done) {
      stream.resume().on('end', () => {
        received += 1;
        done();
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  // A port check closes the connection before the greeting.
  server.on('error', () => {});
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The mail server has no port.');
  return {
    port: address.port,
    received: () => received,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
