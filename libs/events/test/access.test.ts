import { describe, expect, test } from '@jest/globals';
import { explainDenial, buildSecurityConfig, type AttemptedOperation, type KafkaAccess } from '../src/access.ts';
import { connectKafka, getErrorCode } from '../src/kafka.ts';

const secret = 'a-password-of-the-tests';
const access = { ca: () => 'PEM', username: 'intake', password: () => secret };
const attempt: AttemptedOperation = {
  brokers: ['kafka:9093'],
  access,
  operation: 'read',
  topic: 'p-cups.deliveries',
  group: 'p-intake',
};

describe('explainDenial and getErrorCode', () => {
  test.each<[cause: string, more: Partial<AttemptedOperation>, sentence: string | undefined]>([
    [
      'TOPIC_AUTHORIZATION_FAILED',
      {},
      'User intake may not read topic p-cups.deliveries: an administrator must grant the right (npm run cups -- topics).',
    ],
    [
      'TOPIC_AUTHORIZATION_FAILED',
      { operation: 'write' },
      'User intake may not write to topic p-cups.deliveries: an administrator must grant the right (npm run cups -- topics).',
    ],
    [
      'TOPIC_AUTHORIZATION_FAILED',
      { operation: 'administer' },
      'User intake may not manage topics, users and rights of Kafka: this requires an administrator.',
    ],
    [
      'TOPIC_AUTHORIZATION_FAILED',
      { access: undefined },
      'Anonymous access (no KAFKA_SASL_USERNAME) may not read topic p-cups.deliveries: an administrator must grant the right (npm run cups -- topics).',
    ],
    [
      'GROUP_AUTHORIZATION_FAILED',
      {},
      'User intake may not read in group p-intake: an administrator must grant the right (npm run cups -- topics).',
    ],
    [
      'CLUSTER_AUTHORIZATION_FAILED',
      {},
      'User intake may not manage topics, users and rights of Kafka: this requires an administrator.',
    ],
    [
      'KafkaJSSASLAuthenticationError',
      {},
      'Kafka at kafka:9093 rejects user intake with the password of KAFKA_SASL_PASSWORD_FILE.',
    ],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      {},
      'The certificate of Kafka at kafka:9093 is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT): KAFKA_TLS_CA_FILE must contain its issuing authority.',
    ],
    ['ERR_SSL_WRONG_VERSION_NUMBER', {}, 'Kafka at kafka:9093 does not use TLS: KAFKA_BROKERS must name its TLS port.'],
    ['UNKNOWN_TOPIC_OR_PARTITION', {}, undefined],
    ['KafkaJSConnectionError', {}, undefined],
  ])('explains %s %j in one sentence without the password', (cause, more, sentence) => {
    const explanation = explainDenial(cause, Object.assign({}, attempt, more));
    expect(explanation).toBe(sentence);
    expect(explanation ?? '').not.toContain(secret);
  });

  test.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('getErrorCode finds the TLS error %s in wrapped errors', (code) => {
    const error = new Error('x', { cause: { errors: [Object.assign(new Error('y'), { code })] } });
    expect(getErrorCode(error)).toBe(code);
  });

  test('getErrorCode does not report a closed connection as a TLS error', () => {
    expect(getErrorCode(Object.assign(new Error('x'), { name: 'KafkaJSConnectionError', code: 'ECONNRESET' }))).toBe(
      'KafkaJSConnectionError',
    );
  });
});

describe('buildSecurityConfig', () => {
  test('uses no TLS and no sign-in by default', () => {
    expect(buildSecurityConfig({ username: '' })).toEqual({});
    expect(buildSecurityConfig()).toEqual({});
  });

  test.each<[what: string, half: KafkaAccess, sentence: RegExp]>([
    [
      'a user without a password',
      { ca: () => '', username: 'intake' },
      /^KAFKA_SASL_USERNAME and .* must be set together/,
    ],
    ['a password without a user', { ca: () => '', password: () => secret }, /must be set together\.$/],
    ['a password without TLS', { username: 'intake', password: () => secret }, /sign-in requires TLS\.$/],
  ])('rejects %s', (_, incomplete, sentence) => {
    expect(() => connectKafka(['kafka:9093'], 'test', incomplete)).toThrow(sentence);
  });

  test('reads the files again for each connection', () => {
    let now = 'first';
    const { ssl, sasl } = buildSecurityConfig({
      ca: (): string => `ca ${now}`,
      username: 'intake',
      password: (): string => `word ${now}`,
    });
    const readSettings = () => [Object.assign({}, ssl as object), (sasl as { password: string }).password];
    expect(readSettings()).toEqual([{ ca: 'ca first' }, 'word first']);
    now = 'second';
    expect(readSettings()).toEqual([{ ca: 'ca second' }, 'word second']);
  });
});
