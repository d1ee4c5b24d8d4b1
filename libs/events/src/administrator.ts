import { Kafka, logLevel } from 'kafkajs';
import { explainDenial, type KafkaAccess } from './access.ts';
import { withAdminConnection } from './driver/admin-connection.ts';
import { setPasswords } from './driver/scram.ts';
import { connectKafka, getErrorCode } from './kafka.ts';

/** Whether Kafka takes the user with this password. @throws Error when it cannot be asked */
export async function canSignIn(brokers: string[], access: KafkaAccess): Promise<boolean> {
  const admin = connectKafka(brokers, 'cups-topics', access).admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    return true;
  } catch (error) {
    if (getErrorCode(error) === 'KafkaJSSASLAuthenticationError') return false;
    throw error;
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/**
 * Sees to it that an embedded Kafka knows its administrator: one whose data were made while it stood open, or with another password,
 * is told through its controller, to which only this machine comes.
 * @param controller of the embedded Kafka: where it listens, and as whom one signs in there (SASL PLAIN, without TLS)
 * @throws Error, one sentence, when neither takes us
 */
export async function ensureAdministrator(options: {
  brokers: string[];
  access: KafkaAccess;
  controller: { address: string; username: string; password: string };
}): Promise<void> {
  const { brokers, access, controller } = options;
  const { username = '', password } = access;
  try {
    if (await canSignIn(brokers, access)) return;
    const kafka = new Kafka({
      brokers: [controller.address],
      clientId: 'cups-topics',
      logLevel: logLevel.NOTHING,
      sasl: { mechanism: 'plain', username: controller.username, password: controller.password },
    });
    await withAdminConnection(kafka, (sendRequest) =>
      setPasswords(sendRequest, new Map([[username, password?.() ?? '']])),
    );
  } catch (error) {
    const cause = getErrorCode(error);
    const denial = explainDenial(cause, { brokers, access, operation: 'administer' });
    throw new Error(denial ?? `Kafka could not be told of its administrator: ${cause}`, { cause: error });
  }
}
