/** What people read at a desk, in its three languages: every word that an answer of the platform may hold has its text. */
export {
  ACTION_TEXTS,
  BUCKET_TEXTS,
  DESK_NOTE_TEXTS,
  HISTORY_TEXTS,
  LOOK_TEXTS,
  MESSAGE_CHANGE_TEXTS,
  NO_DUE_DATE_TEXTS,
  RESULT_KIND_TEXTS,
  STATE_TEXTS,
  TELLING_TEXTS,
} from './life.ts';
export { DELIVERY_CAUSE_TEXTS, DELIVERY_STATE_TEXTS, NOTICE_CAUSE_TEXTS, NOTICE_KIND_TEXTS } from './passage.ts';
export { REASON_TEXTS } from './reasons.ts';
export { RULE_TEXTS } from './rules.ts';
export { filledText } from './text.ts';
export type { Text } from './text.ts';
