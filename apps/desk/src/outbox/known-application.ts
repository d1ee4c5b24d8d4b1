import { CONTENT_MEMBERS } from '@cups/application';
import type { Application } from '../api/types.ts';
import type { Write } from './write.ts';

/** Actions that change no content. They are sent without an ETag. */
const CASEWORK_KINDS: readonly Write['kind'][] = [
  'notes',
  'assign',
  'person-notifications',
  'desk-alerts/mark-seen',
  'renew',
];

/**
 * Returns the application as this page has it after the answer to a write. The answer to casework in a draft may have
 * the content of a colleague, which this page has not merged: it keeps the content and the ETag that it has, so that the
 * platform refuses the next edit instead of losing the colleague's.
 */
export function applyAnswer(known: Application | undefined, { kind }: Pick<Write, 'kind'>, answer: Application) {
  if (!known || answer.state !== 'draft' || !CASEWORK_KINDS.includes(kind)) return answer;
  if (CONTENT_MEMBERS.every((name) => JSON.stringify(answer[name]) === JSON.stringify(known[name]))) return answer;
  const content = Object.fromEntries(CONTENT_MEMBERS.map((name) => [name, known[name]]));
  return Object.assign({}, answer, content, { etag: known.etag });
}
