import { MAX_TEXT_LENGTH, REPLY_TYPES } from '@cups/agency-contract';
import type { ParsedContent, RefusalCause, ReplyType } from '@cups/agency-contract';

/** What the platform puts right of a reply before it holds it against the schema, as the contract says it does. */

type JsonObject = Record<string, unknown>;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const NORMALIZED_TYPES: readonly ReplyType[] = [
  REPLY_TYPES.decided,
  REPLY_TYPES.resultCorrected,
  REPLY_TYPES.resultRevoked,
];

/** Days are the ones of Moldova. */
const civilDay = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Chisinau', dateStyle: 'short' });

/** A moment with its zone, as `ce_time` and `decideTime` must be; undefined for everything else. */
export function instantOf(text: unknown): Date | undefined {
  if (typeof text !== 'string' || !RFC3339.test(text)) return undefined;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** Whether something about an application can have happened then: a day before it was submitted at the earliest, and by a clock that is an hour ahead. */
export const isPlausible = (time: Date | undefined, submitted: Date | undefined, until: Date): time is Date =>
  time !== undefined &&
  time.getTime() <= until.getTime() + HOUR_MS &&
  (submitted === undefined || time.getTime() >= submitted.getTime() - DAY_MS);

/**
 * The content of a reply with its dates and lengths put right, and what was changed; the same content where nothing was.
 * @param time of sending: it stands in for a time of decision that cannot be
 * @param submitted when the application was, where that is known
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
  const today = civilDay.format(time);
  const { result, appeal, reason } = value;
  if (isJsonObject(result))
    normalized['result'] = dropPastDate(result, 'validUntil', today, () => changes.add('VALID_UNTIL_DROPPED'));
  if (isJsonObject(appeal)) {
    const kept = copyOf(dropPastDate(appeal, 'until', today, () => changes.add('APPEAL_UNTIL_DROPPED')));
    if (isJsonObject(appeal['how'])) kept['how'] = truncateText(appeal['how'], changes);
    normalized['appeal'] = kept;
  }
  if (isJsonObject(reason)) normalized['reason'] = truncateText(reason, changes);
  const bytes = changes.size > 0 ? bytesOf(normalized) : undefined;
  return bytes === undefined ? unchanged : { bytes, value: normalized, changes: [...changes] };
}

/** Undefined for what is nested too deeply to be written as JSON: the contract allows nothing so deep. */
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
  const kept = copyOf(members);
  delete kept[name];
  return kept;
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

// A copy by spread keeps a property that is called __proto__ a property, so that the schema refuses it.
const copyOf = (members: JsonObject): JsonObject => ({ ...members });

const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
