import { isCertificateError, isPlaintextPeerError } from '@cups/contracts/node';
import type { KafkaConfig } from 'kafkajs';

/** Transport security and credentials. Each connection reads both functions, because files change at run time. */
export interface KafkaAccess {
  /** Returns the trusted authorities (PEM); without it no TLS. */
  ca?: (() => string) | undefined;
  /** Empty for anonymous access. */
  username?: string;
  password?: (() => string) | undefined;
}

/**
 * Builds the kafkajs security settings. Getters read the files again for each connection.
 * @throws Error, one sentence, if a part is missing: a password must not travel unencrypted, and no sign-in may be
 * skipped silently
 */
export function buildSecurityConfig({ ca, username = '', password }: KafkaAccess = {}): Pick<
  KafkaConfig,
  'ssl' | 'sasl'
> {
  if ((username === '') !== (password === undefined)) {
    throw new Error('KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE must be set together.');
  }
  if (!ca) {
    if (password) throw new Error('KAFKA_SASL_USERNAME is set without KAFKA_TLS_CA_FILE: sign-in requires TLS.');
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

/** The operation that Kafka denied. */
export interface AttemptedOperation {
  brokers: string[];
  access?: KafkaAccess | undefined;
  /** `administer`: manage topics, users and rights. */
  operation: 'read' | 'write' | 'administer';
  /** Full Kafka names. */
  topic?: string;
  group?: string;
}

/**
 * Explains in one sentence which right, password or certificate an administrator must change. Pure; never contains a
 * password.
 * @param cause as returned by `getErrorCode`
 * @returns undefined for any other cause
 */
export function explainDenial(
  cause: string,
  { brokers, access, operation, topic = '', group = '' }: AttemptedOperation,
): string | undefined {
  const user = access?.username ? `User ${access.username}` : 'Anonymous access (no KAFKA_SASL_USERNAME)';
  const at = brokers.join(', ');
  if (isCertificateError(cause)) {
    return `The certificate of Kafka at ${at} is not trusted (${cause}): KAFKA_TLS_CA_FILE must contain its issuing authority.`;
  }
  if (isPlaintextPeerError(cause)) return `Kafka at ${at} does not use TLS: KAFKA_BROKERS must name its TLS port.`;
  const administers = `${user} may not manage topics, users and rights of Kafka: this requires an administrator.`;
  switch (cause) {
    case 'TOPIC_AUTHORIZATION_FAILED':
      if (operation === 'administer') return administers;
      return `${user} may not ${operation === 'read' ? 'read' : 'write to'} topic ${topic}: an administrator must grant the right (npm run cups -- topics).`;
    case 'GROUP_AUTHORIZATION_FAILED':
      return `${user} may not read in group ${group}: an administrator must grant the right (npm run cups -- topics).`;
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return administers;
    case 'KafkaJSSASLAuthenticationError':
    case 'SASL_AUTHENTICATION_FAILED':
      return `Kafka at ${at} rejects ${user.toLowerCase().slice(0, 1)}${user.slice(1)} with the password of KAFKA_SASL_PASSWORD_FILE.`;
    default:
      return undefined;
  }
}
