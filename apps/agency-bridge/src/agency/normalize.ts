import { MAX_TEXT_LENGTH, maxBytesOf, REPLY_TYPES } from '@cups/agency-contract';
import type { ParsedContent, MessageType } from '@cups/agency-contract';
import { toCivilDate, isCivilDate } from '@cups/application';
import type { MessageChange } from '@cups/application';
import { instantOf } from '@cups/contracts';

/**
 * A decision is never refused for a date or a length: what cannot be taken as it was sent is replaced or cut before the
 * contract is asked, and each change has a code, which the desk sees.
 */
export type Normalization = Extract<
  MessageChange,
  'CE_TIME_REPLACED' | 'DECIDE_TIME_REPLACED' | 'VALID_UNTIL_DROPPED' | 'APPEAL_UNTIL_DROPPED' | 'TEXT_CUT'
>;

type JsonObject = Record<string, unknown>;

/** The types whose meaning must arrive even where a detail is wrong. */
const NORMALIZED_TYPES: readonly string[] = [
  REPLY_TYPES.decided,
  REPLY_TYPES.resultCorrected,
  REPLY_TYPES.resultRevoked,
];
/** No text that was written for a person is longer. */
const MAX_NORMALIZED_BYTES = 1024 * 1024;

/** How much of a reply of this type is read, in bytes: more than its bound where it may be put right. */
export const maxReadBytesOf = (type: MessageType): number =>
  NORMALIZED_TYPES.includes(type) ? MAX_NORMALIZED_BYTES : maxBytesOf(type);

/**
 * The parsed content of a reply with its dates and lengths put right, and what was changed; the same content where nothing was.
 * @param time when the message was sent: it stands in for a time of decision that is none, and days are judged by it
 */
export function normalizeReply(
  type: string,
  content: ParsedContent,
  time: Date,
): { content: ParsedContent; changes: Normalization[] } {
  const { value } = content;
  if (!NORMALIZED_TYPES.includes(type) || !isJsonObject(value)) return { content, changes: [] };
  const changes = new Set<Normalization>();
  // A copy by spread keeps a property that is called __proto__ a property, so that the contract refuses it.
  const normalized: JsonObject = { ...value };
  if (type === REPLY_TYPES.decided && !instantOf(value['decideTime'])) {
    normalized['decideTime'] = time.toISOString();
    changes.add('DECIDE_TIME_REPLACED');
  }
  if (isJsonObject(value['result']) && value['result']['validUntil'] !== undefined) {
    const { validUntil, ...result } = value['result'];
    if (!isTodayOrLater(validUntil, time)) {
      normalized['result'] = result;
      changes.add('VALID_UNTIL_DROPPED');
    }
  }
  if (isJsonObject(value['appeal'])) normalized['appeal'] = normalizeAppeal(value['appeal'], time, changes);
  if (isJsonObject(value['reason'])) normalized['reason'] = normalizeText(value['reason'], changes);
  const bytes = changes.size > 0 && bytesOf(normalized);
  return bytes ? { content: { bytes, value: normalized }, changes: [...changes] } : { content, changes: [] };
}

/** An appeal with the day on which it ends left out where that is none, or had passed. */
function normalizeAppeal(appeal: JsonObject, time: Date, changes: Set<Normalization>): JsonObject {
  const { until, how, ...others } = appeal;
  const normalized: JsonObject = { ...others };
  if (how !== undefined) normalized['how'] = isJsonObject(how) ? normalizeText(how, changes) : how;
  if (until === undefined || isTodayOrLater(until, time))
    return until === undefined ? normalized : { ...normalized, until };
  changes.add('APPEAL_UNTIL_DROPPED');
  return normalized;
}

/** The same text where nothing of it was too long. */
function normalizeText(text: JsonObject, changes: Set<Normalization>): JsonObject {
  const normalized = Object.entries(text).map(([language, value]) => [language, truncateText(value)] as const);
  if (normalized.every(([language, value]) => value === text[language])) return text;
  changes.add('TEXT_CUT');
  return Object.fromEntries(normalized);
}

/** A text for a person, as long as the contract allows; anything else as it is. */
function truncateText(value: unknown): unknown {
  if (typeof value !== 'string' || [...value].length <= MAX_TEXT_LENGTH) return value;
  return `${[...value].slice(0, MAX_TEXT_LENGTH - 1).join('')}…`;
}

/** Whether this is a day that had not passed when the message was sent. */
const isTodayOrLater = (value: unknown, sent: Date) =>
  typeof value === 'string' && isCivilDate(value) && value >= toCivilDate(sent);

/** Undefined for what is nested too deeply to be written as JSON: the contract refuses it, since it allows nothing so deep. */
function bytesOf(content: JsonObject): number | undefined {
  try {
    return Buffer.byteLength(JSON.stringify(content));
  } catch {
    return undefined;
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
