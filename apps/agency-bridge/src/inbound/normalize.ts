import { MAX_TEXT_LENGTH, maxBytesOf, REPLY_TYPES } from '@cups/agency-contract';
import type { ParsedContent, MessageType } from '@cups/agency-contract';
import { toCivilDate, isCivilDate } from '@cups/application';
import type { MessageChange } from '@cups/application';
import { instantOf } from '@cups/contracts';

/**
 * A change made to a reply before validation. Decisions are never refused for a date or a length: invalid dates are
 * replaced or dropped and texts are truncated. The desk sees the code of each change.
 */
export type Normalization = Extract<
  MessageChange,
  'CE_TIME_REPLACED' | 'DECIDE_TIME_REPLACED' | 'VALID_UNTIL_DROPPED' | 'APPEAL_UNTIL_DROPPED' | 'TEXT_CUT'
>;

type JsonObject = Record<string, unknown>;

/** Types whose meaning must arrive even if a detail is wrong. */
const NORMALIZED_TYPES: readonly string[] = [
  REPLY_TYPES.decided,
  REPLY_TYPES.resultCorrected,
  REPLY_TYPES.resultRevoked,
];
/** Maximum size of content to normalize. */
const MAX_NORMALIZED_BYTES = 1024 * 1024;

/** Returns how many bytes of a reply to parse: more than its limit if it may be normalized. */
export const maxReadBytesOf = (type: MessageType): number =>
  NORMALIZED_TYPES.includes(type) ? MAX_NORMALIZED_BYTES : maxBytesOf(type);

/**
 * Returns the content with dates and lengths normalized, and the changes; the same content if nothing changed.
 * @param time send time, which replaces an invalid decision time and defines which dates have passed
 */
export function normalizeReply(
  type: string,
  content: ParsedContent,
  time: Date,
): { content: ParsedContent; changes: Normalization[] } {
  const { value } = content;
  if (!NORMALIZED_TYPES.includes(type) || !isJsonObject(value)) return { content, changes: [] };
  const changes = new Set<Normalization>();
  // Spreading keeps `__proto__` as a property, so that the contract rejects it.
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

/** Returns the appeal without an invalid or past end date. */
function normalizeAppeal(appeal: JsonObject, time: Date, changes: Set<Normalization>): JsonObject {
  const { until, how, ...others } = appeal;
  const normalized: JsonObject = { ...others };
  if (how !== undefined) normalized['how'] = isJsonObject(how) ? normalizeText(how, changes) : how;
  if (until === undefined || isTodayOrLater(until, time))
    return until === undefined ? normalized : { ...normalized, until };
  changes.add('APPEAL_UNTIL_DROPPED');
  return normalized;
}

/** Returns the same text if nothing was truncated. */
function normalizeText(text: JsonObject, changes: Set<Normalization>): JsonObject {
  const normalized = Object.entries(text).map(([language, value]) => [language, truncateText(value)] as const);
  if (normalized.every(([language, value]) => value === text[language])) return text;
  changes.add('TEXT_CUT');
  return Object.fromEntries(normalized);
}

/** Truncates a text to the maximum length of the contract; returns other values unchanged. */
function truncateText(value: unknown): unknown {
  if (typeof value !== 'string' || [...value].length <= MAX_TEXT_LENGTH) return value;
  return `${[...value].slice(0, MAX_TEXT_LENGTH - 1).join('')}…`;
}

/** Returns whether a value is a date that had not passed when the message was sent. */
const isTodayOrLater = (value: unknown, sent: Date) =>
  typeof value === 'string' && isCivilDate(value) && value >= toCivilDate(sent);

/** Returns undefined if the content is nested too deeply to be serialized; the contract refuses such content. */
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
