import { MAX_TEXT, maxBytesOf, REPLY_TYPES } from '@cups/agency-contract';
import type { Content, MessageType } from '@cups/agency-contract';
import { civilDay, isCivilDate } from '@cups/application';
import type { MessageChange } from '@cups/application';
import { instantOf } from '@cups/contracts';

/**
 * A decision is never refused for a date or a length: what cannot be taken as it was sent is replaced or cut before the
 * contract is asked, and each change has a code, which the desk sees.
 */
export type Mended = Extract<
  MessageChange,
  'CE_TIME_REPLACED' | 'DECIDE_TIME_REPLACED' | 'VALID_UNTIL_DROPPED' | 'APPEAL_UNTIL_DROPPED' | 'TEXT_CUT'
>;

type Members = Record<string, unknown>;

/** The types whose meaning must arrive even where a detail is wrong. */
const MENDED: readonly string[] = [REPLY_TYPES.decided, REPLY_TYPES.resultCorrected, REPLY_TYPES.resultRevoked];
/** No text that was written for a person is longer. */
const MAX_MENDED_BYTES = 1024 * 1024;

/** How much of a reply of this type is read, in bytes: more than its bound where it may be put right. */
export const maxReadBytesOf = (type: MessageType): number =>
  MENDED.includes(type) ? MAX_MENDED_BYTES : maxBytesOf(type);

/**
 * The parsed content of a reply with its dates and lengths put right, and what was changed; the same content where nothing was.
 * @param time when the message was sent: it stands in for a time of decision that is none, and days are judged by it
 */
export function mend(type: string, content: Content, time: Date): { content: Content; changes: Mended[] } {
  const { value } = content;
  if (!MENDED.includes(type) || !isMembers(value)) return { content, changes: [] };
  const changes = new Set<Mended>();
  // A copy by spread keeps a property that is called __proto__ a property, so that the contract refuses it.
  const mended: Members = { ...value };
  if (type === REPLY_TYPES.decided && !instantOf(value['decideTime'])) {
    mended['decideTime'] = time.toISOString();
    changes.add('DECIDE_TIME_REPLACED');
  }
  if (isMembers(value['result']) && value['result']['validUntil'] !== undefined) {
    const { validUntil, ...result } = value['result'];
    if (!isToCome(validUntil, time)) {
      mended['result'] = result;
      changes.add('VALID_UNTIL_DROPPED');
    }
  }
  if (isMembers(value['appeal'])) mended['appeal'] = mendedAppeal(value['appeal'], time, changes);
  if (isMembers(value['reason'])) mended['reason'] = mendedText(value['reason'], changes);
  const bytes = changes.size > 0 && bytesOf(mended);
  return bytes ? { content: { bytes, value: mended }, changes: [...changes] } : { content, changes: [] };
}

/** An appeal with the day on which it ends left out where that is none, or had passed. */
function mendedAppeal(appeal: Members, time: Date, changes: Set<Mended>): Members {
  const { until, how, ...others } = appeal;
  const mended: Members = { ...others };
  if (how !== undefined) mended['how'] = isMembers(how) ? mendedText(how, changes) : how;
  if (until === undefined || isToCome(until, time)) return until === undefined ? mended : { ...mended, until };
  changes.add('APPEAL_UNTIL_DROPPED');
  return mended;
}

/** The same text where nothing of it was too long. */
function mendedText(text: Members, changes: Set<Mended>): Members {
  const mended = Object.entries(text).map(([language, words]) => [language, cut(words)] as const);
  if (mended.every(([language, words]) => words === text[language])) return text;
  changes.add('TEXT_CUT');
  return Object.fromEntries(mended);
}

/** A text for a person, as long as the contract allows; anything else as it is. */
function cut(words: unknown): unknown {
  if (typeof words !== 'string' || [...words].length <= MAX_TEXT) return words;
  return `${[...words].slice(0, MAX_TEXT - 1).join('')}…`;
}

/** Whether this is a day that had not passed when the message was sent. */
const isToCome = (value: unknown, sent: Date) =>
  typeof value === 'string' && isCivilDate(value) && value >= civilDay(sent);

/** Undefined for what is nested too deeply to be written as JSON: the contract refuses it, since it allows nothing so deep. */
function bytesOf(content: Members): number | undefined {
  try {
    return Buffer.byteLength(JSON.stringify(content));
  } catch {
    return undefined;
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
