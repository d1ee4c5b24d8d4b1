import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from './delivery-lifecycle.ts';
import type { IncomingMessage } from './kafka.ts';
import type { Handling, RefusalCause } from './refusals.ts';
import type { Violation } from './violations.ts';

/**
 * The corpus of bad replies: what an agency may send by mistake, and what the platform makes of it. Made by `npm run contract` into
 * `corpus/`, played against the reader of this contract, the bridge and the kit by their tests.
 */

/** A message as a file holds it. The value is JSON, or else a text, bytes, or so many spaces; without any of them there is none. */
export type SerializedMessage = {
  topic: string;
  key: string | null;
  headers: Record<string, string>;
  value?: unknown;
  valueText?: string;
  valueBase64?: string;
  valueSpaces?: number;
};

/** A header that comes more than once is a list. */
export type SerializedHeaders = Record<string, string | string[]>;

/** A message whose headers may be bad as well. */
export type InvalidMessage = Omit<SerializedMessage, 'headers'> & { headers: SerializedHeaders };

export type CorpusCase = {
  name: string;
  /** What is wrong with it, one sentence. */
  title: string;
  /** Whether the contract alone shows it, or the platform must know the delivery. */
  judgedBy: 'contract' | 'platform';
  /** Where the delivery stands when the message comes. */
  stage: Stage;
  /** Replies in order that were taken before. */
  before: InvalidMessage[];
  message: InvalidMessage;
  expect: {
    handling: Handling;
    cause: RefusalCause;
    /** Whether the refusal can name the delivery, or the agency only. */
    about: 'delivery' | 'agency';
    /** Absent where what is named differs: bytes that are no CloudEvent at all are not looked at further. */
    violations?: Violation[];
    changes?: string[];
  };
};

/** The application and the moment of sending that stand in all files; a player puts others in their place. */
export const CORPUS_APPLICATION = '01KAVX3Z5T8W9Q2M4N6P7R8S9T';
export const CORPUS_TIME = '2026-11-25T10:00:00.000Z';

/**
 * All cases, by name.
 * @param folder `corpus` of this library, or of the archive
 */
export const readCorpus = (folder: string): CorpusCase[] =>
  readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as CorpusCase);

/**
 * The same case about another application, as if it were sent at another time.
 * @param application its id, a ULID
 */
export function instantiateCase(one: CorpusCase, application: string, time: Date): CorpusCase {
  const text = JSON.stringify(one)
    .replaceAll(CORPUS_APPLICATION, application)
    .replaceAll(CORPUS_TIME, time.toISOString());
  return JSON.parse(text) as CorpusCase;
}

/** A message of a file as a Kafka client hands it over. */
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
