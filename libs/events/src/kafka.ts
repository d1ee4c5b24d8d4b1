import type { BackoffShape } from '@cups/contracts';
import { Kafka, logLevel } from 'kafkajs';
import { boundFetches } from './driver/fetch.ts';
import { calmIdleConnections } from './driver/idle.ts';

/** A client that says nothing by itself and gives up early: who uses it backs off and logs. */
export function connectKafka(brokers: string[], clientId: string): Kafka {
  calmIdleConnections();
  boundFetches();
  return new Kafka({
    brokers,
    clientId,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 15_000,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
}

/** As much as is looked at of what kafkajs throws: it wraps the first cause in others, and several into one. */
interface Failure {
  type?: string;
  name?: string;
  cause?: unknown;
  errors?: unknown[];
}

/** The protocol's name of a failure (`MESSAGE_TOO_LARGE`), else the class. */
export function failureOf(error: unknown): string {
  let name = 'unknown';
  for (let at = error as Failure | undefined, depth = 0; at && depth < 8;) {
    if (typeof at.type === 'string') return at.type;
    if (typeof at.name === 'string') ({ name } = at as { name: string });
    at = (at.cause ?? at.errors?.[0]) as typeof at;
    depth += 1;
  }
  return name;
}

/** How what the broker, or a handler, did not take is tried again (ms). */
export const RETRY: BackoffShape = { first: 200, most: 5_000 };
