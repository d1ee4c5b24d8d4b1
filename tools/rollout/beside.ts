import { join } from 'node:path';
import { startLocal } from '@cups/local';
import type { LocalPlatform } from '@cups/local';
import { SMTPServer } from 'smtp-server';

/** What stands beside the cluster: the real Kafka and the embedded store of this repository, and somebody who takes mail. */

export interface Beside {
  kafka: { host: string; port: number };
  store: { host: string; port: number };
  mail: { host: string; port: number; received: () => number };
  stop(): Promise<void>;
}

/**
 * @param host address by which pods reach this machine
 * @param folder of its data
 */
export async function startBeside(host: string, folder: string, onProgress: (line: string) => void): Promise<Beside> {
  const mail = await startMail(host);
  let local: LocalPlatform | undefined;
  const stop = async () => {
    await mail.stop();
    await local?.stop();
  };
  try {
    local = await startLocal({ dataDir: join(folder, 'beside'), host: '0.0.0.0', advertisedHost: host, onProgress });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    kafka: { host, port: Number(local.kafkaBrokers.split(':').at(-1)) },
    store: { host, port: Number(new URL(local.mongoUri).port) },
    mail: { host, port: mail.port, received: mail.received },
    stop,
  };
}

async function startMail(host: string) {
  let received = 0;
  const server = new SMTPServer({
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
    server.listen(0, host, () => resolve());
  });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The mail server has no port.');
  return {
    port: address.port,
    received: () => received,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
