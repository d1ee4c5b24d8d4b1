import { MAX_TEXT_LENGTH, REPLY_TYPES } from '@cups/agency-contract';
import type { ParsedContent, RefusalCause, ReplyType } from '@cups/agency-contract';

/** Normalizes replies before schema validation, as the contract describes. */

type JsonObject = Record<string, unknown>;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const NORMALIZED_TYPES: readonly ReplyType[] = [
  REPLY_TYPES.decided,
  REPLY_TYPES.resultCorrected,
  REPLY_TYPES.resultRevoked,
];

/** Formats dates in the time zone of Moldova. */
const civilDay = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Chisinau', dateStyle: 'short' });

/** Returns the day in Moldova, `yyyy-MM-dd`. */
export const toCivilDay = (time: Date): string => civilDay.format(time);

/** Parses an RFC 3339 time with a zone, as in `ce_time` and `decideTime`; undefined if invalid. */
export function instantOf(text: unknown): Date | undefined {
  if (typeof text !== 'string' || !RFC3339.test(text)) return undefined;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/**
 * Returns whether an event of an application can have happened at `time`: from one day before submission to one hour
 * after `until`.
 */
export const isPlausible = (time: Date | undefined, submitted: Date | undefined, until: Date): time is Date =>
  time !== undefined &&
  time.getTime() <= until.getTime() + HOUR_MS &&
  (submitted === undefined || time.getTime() >= submitted.getTime() - DAY_MS);

/**
 * Returns the content with dates and lengths normalized, and the changes; the same content if nothing changed.
 * @param time send time, which replaces an implausible decision time
 * @param submitted submit time of the application, if known
 */
export function normalizeReply(
  type: ReplyType,
  content: ParsedContent,
  time: Date,
  submitted: Date | undefined,
): ParsedContent & { changes: RefusalCause[] } {
  const { value } = content;
  const unchanged = Object.assign({ changes: [] }, content);
  const changes = new Set<RefusalCause>();
  if (!NORMALIZED_TYPES.includes(type) || !isJsonObject(value)) return unchanged;
  const normalized = copyOf(value);
  if (type === REPLY_TYPES.decided && !isPlausible(instantOf(value['decideTime']), submitted, time)) {
    normalized['decideTime'] = time.toISOString();
    changes.add('DECIDE_TIME_REPLACED');
  }
  const today = toCivilDay(time);
  const { result, appeal, reason } = value;
  if (isJsonObject(result))
    normalized['result'] = dropPastDate(result, 'validUntil', today, () => changes.add('VALID_UNTIL_DROPPED'));
  if (isJsonObject(appeal)) {
    const normalizedAppeal = copyOf(dropPastDate(appeal, 'until', today, () => changes.add('APPEAL_UNTIL_DROPPED')));
    if (isJsonObject(appeal['how'])) normalizedAppeal['how'] = truncateText(appeal['how'], changes);
    normalized['appeal'] = normalizedAppeal;
  }
  if (isJsonObject(reason)) normalized['reason'] = truncateText(reason, changes);
  const bytes = changes.size > 0 ? bytesOf(normalized) : undefined;
  return bytes === undefined ? unchanged : { bytes, value: normalized, changes: [...changes] };
}

/** Returns undefined if the content is nested too deeply to be serialized; the contract allows no such content. */
function bytesOf(content: JsonObject): number | undefined {
  try {
    return Buffer.byteLength(JSON.stringify(content));
  } catch {
    return undefined;
  }
}

function dropPastDate(members: JsonObject, name: string, today: string, onDropped: () => void): JsonObject {
  const day = members[name];
  if (day === undefined || (isCivilDate(day) && day >= today)) return members;
  onDropped();
  const rest = copyOf(members);
  delete rest[name];
  return rest;
}

function isCivilDate(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

function truncateText(text: JsonObject, changes: Set<RefusalCause>): JsonObject {
  const cut = copyOf(text);
  for (const [language, value] of Object.entries(text)) {
    if (typeof value !== 'string' || [...value].length <= MAX_TEXT_LENGTH) continue;
    cut[language] = `${[...value].slice(0, MAX_TEXT_LENGTH - 1).join('')}…`;
    changes.add('TEXT_CUT');
  }
  return cut;
}

// Spreading keeps `__proto__` as a property, so that the schema rejects it.
const copyOf = (members: JsonObject): JsonObject => ({ ...members });

const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
