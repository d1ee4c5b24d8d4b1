import { isCertificateError, isPlaintextPeerError } from '@cups/contracts/node';
import type { KafkaConfig } from 'kafkajs';

/** How Kafka is spoken to, and as whom. Files change while a process runs: both readers are asked for each connection. */
export interface KafkaAccess {
  /** The authorities (PEM) of the brokers' certificates; without them no TLS. */
  ca?: (() => string) | undefined;
  /** Empty: nobody. */
  username?: string;
  password?: (() => string) | undefined;
}

/**
 * What kafkajs is to be told. It keeps these objects and reads them whenever it connects, so each connection is made with
 * what the files hold by then.
 * @throws Error, one sentence, when a part is missing: a password must not travel readable, nor a sign-in be left out unnoticed
 */
export function buildSecurityConfig({ ca, username = '', password }: KafkaAccess = {}): Pick<
  KafkaConfig,
  'ssl' | 'sasl'
> {
  if ((username === '') !== (password === undefined)) {
    throw new Error('KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE belong together: one of them is not set.');
  }
  if (!ca) {
    if (password) throw new Error('KAFKA_SASL_USERNAME is set without KAFKA_TLS_CA_FILE: one signs in over TLS only.');
    return {};
  }
  const ssl = {
    get ca() {
      return ca();
    },
  };
  if (!password) return { ssl };
  return {
    ssl,
    sasl: {
      mechanism: 'scram-sha-512',
      username,
      get password() {
        return password();
      },
    },
  };
}

/** What was tried when Kafka denied it. */
export interface AttemptedOperation {
  brokers: string[];
  access?: KafkaAccess | undefined;
  /** `administer`: make topics, users and rights. */
  operation: 'read' | 'write' | 'administer';
  /** Names as Kafka knows them. */
  topic?: string;
  group?: string;
}

/**
 * What Kafka denies until somebody changes a right, a password or a certificate, as one sentence that says which. Pure; never
 * with a password.
 * @param cause as `failureOf` names it
 * @returns undefined for everything else
 */
export function explainDenial(
  cause: string,
  { brokers, access, operation, topic = '', group = '' }: AttemptedOperation,
): string | undefined {
  const user = access?.username ? `User ${access.username}` : 'Whoever does not sign in (KAFKA_SASL_USERNAME)';
  const at = brokers.join(', ');
  if (isCertificateError(cause)) {
    return `The certificate of Kafka at ${at} does not count (${cause}): KAFKA_TLS_CA_FILE must hold the authority that issued it.`;
  }
  if (isPlaintextPeerError(cause))
    return `Kafka at ${at} speaks no TLS there: KAFKA_BROKERS must name the port where it does.`;
  const administers = `${user} may not change topics, users and rights of Kafka: that takes an administrator.`;
  switch (cause) {
    case 'TOPIC_AUTHORIZATION_FAILED':
      if (operation === 'administer') return administers;
      return `${user} may not ${operation === 'read' ? 'read' : 'write to'} topic ${topic}: an administrator must give the right (npm run topics).`;
    case 'GROUP_AUTHORIZATION_FAILED':
      return `${user} may not read in group ${group}: an administrator must give the right (npm run topics).`;
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return administers;
    case 'KafkaJSSASLAuthenticationError':
    case 'SASL_AUTHENTICATION_FAILED':
      return `Kafka at ${at} does not take ${user.toLowerCase().slice(0, 1)}${user.slice(1)} with the password of KAFKA_SASL_PASSWORD_FILE.`;
    default:
      return undefined;
  }
}
