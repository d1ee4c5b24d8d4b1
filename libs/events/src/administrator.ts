import { setPasswords, withAdminConnection } from '@cups/kafka-driver';
import { Kafka, logLevel } from 'kafkajs';
import { explainDenial, type KafkaAccess } from './access.ts';
import { connectKafka, getErrorCode } from './kafka.ts';

/** Whether Kafka accepts the user with this password. @throws Error if Kafka is unavailable */
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
 * Registers the administrator in an embedded Kafka whose data date from unsecured operation or another password. Uses
 * the controller, which only listens on this machine.
 * @param controller address and SASL PLAIN credentials of the controller, without TLS
 * @throws Error, one sentence, if neither accepts the sign-in
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
    throw new Error(denial ?? `The administrator could not be registered in Kafka: ${cause}`, { cause: error });
  }
}
