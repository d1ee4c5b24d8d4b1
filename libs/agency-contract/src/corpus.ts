import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from './delivery-lifecycle.ts';
import type { IncomingMessage } from './kafka.ts';
import type { Handling, RefusalCause } from './refusals.ts';
import type { Violation } from './violations.ts';

/**
 * The corpus of invalid replies and the platform's reaction to each. `npm run cups -- contract` generates it into `corpus/`;
 * tests run it against the reader of this contract, the bridge and the kit.
 */

/** A message in a file. At most one of the four value members is set: JSON, text, bytes or a number of spaces. */
export type SerializedMessage = {
  topic: string;
  key: string | null;
  headers: Record<string, string>;
  value?: unknown;
  valueText?: string;
  valueBase64?: string;
  valueSpaces?: number;
};

/** A repeated header is a list. */
export type SerializedHeaders = Record<string, string | string[]>;

/** A message whose headers may be invalid too. */
export type InvalidMessage = Omit<SerializedMessage, 'headers'> & { headers: SerializedHeaders };

export type CorpusCase = {
  name: string;
  /** What is wrong, in one sentence. */
  title: string;
  /** `contract` if the message alone shows the fault, `platform` if that takes knowledge of the delivery. */
  detectedBy: 'contract' | 'platform';
  /** The value of `detectedBy`. Version 2 drops it. */
  judgedBy: 'contract' | 'platform';
  /** Stage of the delivery when the message arrives. */
  stage: Stage;
  /** Earlier accepted replies, in order. */
  before: InvalidMessage[];
  message: InvalidMessage;
  expect: {
    handling: Handling;
    cause: RefusalCause;
    /** Whether the refusal names the delivery or only the agency. */
    about: 'delivery' | 'agency';
    /** Absent where implementations differ: for a message that is not a CloudEvent. */
    violations?: Violation[];
    changes?: string[];
  };
};

/** Application ID and send time in all files; a player replaces them. */
export const CORPUS_APPLICATION = '01KAVX3Z5T8W9Q2M4N6P7R8S9T';
export const CORPUS_TIME = '2026-11-25T10:00:00.000Z';

/**
 * Returns all cases, sorted by name.
 * @param folder `corpus` of this library or of the published archive
 */
export const readCorpus = (folder: string): CorpusCase[] =>
  readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as CorpusCase);

/**
 * Returns the case with another application and send time.
 * @param application application ID, a ULID
 */
export function instantiateCase(corpusCase: CorpusCase, application: string, time: Date): CorpusCase {
  const text = JSON.stringify(corpusCase)
    .replaceAll(CORPUS_APPLICATION, application)
    .replaceAll(CORPUS_TIME, time.toISOString());
  return JSON.parse(text) as CorpusCase;
}

/** Converts a message in a file to the form that a Kafka client returns. */
export function toIncomingMessage({ key, headers, ...content }: SerializedMessage | InvalidMessage): IncomingMessage {
  return {
    key: key === null ? null : Buffer.from(key),
    headers: Object.fromEntries(Object.entries(headers).map(([name, given]) => [name, toBytes(given)])),
    value: toValue(content),
  };
}

const toBytes = (given: string | string[]) =>
  Array.isArray(given) ? given.map((text) => Buffer.from(text)) : Buffer.from(given);

function toValue({ value, valueText, valueBase64, valueSpaces }: Partial<SerializedMessage>): Buffer | null {
  if (value !== undefined) return Buffer.from(JSON.stringify(value));
  if (valueText !== undefined) return Buffer.from(valueText);
  if (valueBase64 !== undefined) return Buffer.from(valueBase64, 'base64');
  return valueSpaces === undefined ? null : Buffer.alloc(valueSpaces, ' ');
}
