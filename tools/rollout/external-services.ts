import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocal } from '@cups/local';
import { SMTPServer } from 'smtp-server';

/** What stands beside the cluster: the real Kafka and the embedded store of this repository, and somebody who takes mail. */

export interface ExternalServices {
  kafka: { host: string; port: number };
  /** Where the certificate of all of them is, and who administers Kafka. */
  secure: { caFile: string; admin: { username: string; password: string } };
  store: { host: string; port: number };
  mail: { host: string; port: number; received: () => number };
  stop(): Promise<void>;
}

/**
 * @param host address by which pods reach this machine
 * @param folder of its data
 * @param mailPort 0 takes a free one; those of Kafka and the store stay as they were in this folder
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
  // Whoever looks whether the port is open hangs up before the greeting.
  server.on('error', () => {});
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The mail server has no port.');
  return {
    port: address.port,
    received: () => received,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
