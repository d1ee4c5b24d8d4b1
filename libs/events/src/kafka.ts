import type { BackoffOptions } from '@cups/contracts';
import { isCertificateError, isPlaintextPeerError } from '@cups/contracts/node';
import { Kafka, logLevel } from 'kafkajs';
import { explainDenial, buildSecurityConfig, type AttemptedOperation, type KafkaAccess } from './access.ts';
import { patchGroupErrors } from './driver/patch-group-errors.ts';
import { patchFetchLimits } from './driver/patch-fetch-limits.ts';
import { patchIdleTimers } from './driver/patch-idle-timers.ts';

/**
 * A client that says nothing by itself and gives up early: who uses it backs off and logs.
 * @param access default: in the open, as nobody
 * @throws Error, one sentence, when the access is not whole
 */
export function connectKafka(brokers: string[], clientId: string, access?: KafkaAccess): Kafka {
  patchIdleTimers();
  patchFetchLimits();
  patchGroupErrors();
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

/** As much as is looked at of what kafkajs throws: it wraps the first cause in others, and several into one. */
interface WrappedError {
  type?: string;
  name?: string;
  /** Of a socket, or of TLS. */
  code?: unknown;
  cause?: unknown;
  errors?: unknown[];
}

/** The protocol's name of a failure (`MESSAGE_TOO_LARGE`), the code of a certificate that does not count, else the class. */
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

/** What somebody must change before Kafka lets this pass, in one sentence; undefined where time alone may mend it. */
export const explainKafkaError = (error: unknown, attempt: AttemptedOperation): string | undefined =>
  explainDenial(getErrorCode(error), attempt);

/** How what the broker, or a handler, did not take is tried again (ms). */
export const RETRY_BACKOFF: BackoffOptions = { initialMs: 200, maxMs: 5_000 };
