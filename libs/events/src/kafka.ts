import type { BackoffOptions } from '@cups/contracts';
import { isCertificateError, isPlaintextPeerError } from '@cups/contracts/node';
import {
  patchConsumerStop,
  patchFetchLimits,
  patchFetchPace,
  patchGroupErrors,
  patchIdleTimers,
  patchProduceEncoding,
} from '@cups/kafka-driver';
import { Kafka, logLevel } from 'kafkajs';
import { explainDenial, buildSecurityConfig, type AttemptedOperation, type KafkaAccess } from './access.ts';

/**
 * Returns a client that does not log and fails fast: its user retries and logs.
 * @param access default: no TLS, anonymous
 * @throws Error, one sentence, if the access is incomplete
 */
export function connectKafka(brokers: string[], clientId: string, access?: KafkaAccess): Kafka {
  patchIdleTimers();
  patchFetchLimits();
  patchConsumerStop();
  patchFetchPace();
  patchGroupErrors();
  patchProduceEncoding();
  return new Kafka({
    ...buildSecurityConfig(access),
    brokers,
    clientId,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 15_000,
    reauthenticationThreshold: 1_000,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
}

/** The used part of a kafkajs error, which wraps the root cause in others or aggregates several. */
interface WrappedError {
  type?: string;
  name?: string;
  /** Of a socket or TLS. */
  code?: unknown;
  cause?: unknown;
  errors?: unknown[];
}

/** Returns the protocol's error name (`MESSAGE_TOO_LARGE`), the code of a TLS error, or otherwise the class. */
export function getErrorCode(error: unknown): string {
  let name = 'unknown';
  for (let at = error as WrappedError | undefined, depth = 0; at && depth < 8;) {
    if (typeof at.type === 'string') return at.type;
    if (isCertificateError(at.code) || isPlaintextPeerError(at.code)) return at.code;
    if (typeof at.name === 'string') ({ name } = at as { name: string });
    at = (at.cause ?? at.errors?.[0]) as typeof at;
    depth += 1;
  }
  return name;
}

/** Explains in one sentence what an administrator must change; undefined if a retry may succeed. */
export const explainKafkaError = (error: unknown, attempt: AttemptedOperation): string | undefined =>
  explainDenial(getErrorCode(error), attempt);

/** Backoff for retries after broker or handler errors. */
export const RETRY_BACKOFF: BackoffOptions = { initialMs: 200, maxMs: 5_000 };
