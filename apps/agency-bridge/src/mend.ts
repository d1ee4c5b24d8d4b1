import { MAX_TEXT, REPLY_TYPES } from '@cups/agency-contract';
import { isCivilDate } from '@cups/application';
import { instantOf } from '@cups/contracts';

/**
 * A decision is never refused for a date or a length: what cannot be taken as it was sent is replaced or cut before the
 * contract is asked, and each change has a code, which the desk sees.
 */
export type Mended = 'CE_TIME_REPLACED' | 'DECIDE_TIME_REPLACED' | 'VALID_UNTIL_DROPPED' | 'TEXT_CUT';

type Members = Record<string, unknown>;

/** The types whose meaning must arrive even where a detail is wrong. */
const MENDED: readonly string[] = [REPLY_TYPES.decided, REPLY_TYPES.resultCorrected, REPLY_TYPES.resultRevoked];
/** What is longer is no text that was written for a person. */
const MAX_MENDED_BYTES = 1024 * 1024;

/**
 * The content of a reply with its dates and lengths put right, and what was changed; the same bytes where nothing was.
 * @param time when the message was sent: it stands in for a time of decision that is none
 */
export function mend(type: string, value: Buffer, time: Date): { value: Buffer; changes: Mended[] } {
  const content = MENDED.includes(type) && value.length <= MAX_MENDED_BYTES ? membersOf(value) : undefined;
  if (!content) return { value, changes: [] };
  const changes = new Set<Mended>();
  if (type === REPLY_TYPES.decided && !instantOf(content['decideTime'])) {
    content['decideTime'] = time.toISOString();
    changes.add('DECIDE_TIME_REPLACED');
  }
  const { result, reason } = content;
  if (isMembers(result) && result['validUntil'] !== undefined && !isDate(result['validUntil'])) {
    delete result['validUntil'];
    changes.add('VALID_UNTIL_DROPPED');
  }
  for (const [language, words] of isMembers(reason) ? Object.entries(reason) : []) {
    if (typeof words !== 'string' || [...words].length <= MAX_TEXT) continue;
    (reason as Members)[language] = `${[...words].slice(0, MAX_TEXT - 1).join('')}…`;
    changes.add('TEXT_CUT');
  }
  const mended = changes.size > 0 && bytesOf(content);
  return mended ? { value: mended, changes: [...changes] } : { value, changes: [] };
}

const isDate = (value: unknown) => typeof value === 'string' && isCivilDate(value);

/** Undefined for what is nested too deeply to be written: the contract refuses it, since nothing in it is deep. */
function bytesOf(content: Members): Buffer | undefined {
  try {
    return Buffer.from(JSON.stringify(content));
  } catch {
    return undefined;
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function membersOf(value: Buffer): Members | undefined {
  try {
    const content: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
    return isMembers(content) ? content : undefined;
  } catch {
    // The contract says what is wrong with it.
    return undefined;
  }
}
