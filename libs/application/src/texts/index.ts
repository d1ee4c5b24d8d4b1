/** Texts of the desk in its three languages, one for every code that the API returns. */
export { BUCKET_TEXTS } from './buckets.ts';
export { accessKindText } from './access-kinds.ts';
export { ACTOR_TEXTS, describeActor } from './actors.ts';
export {
  ACTION_TEXTS,
  HISTORY_TEXTS,
  MESSAGE_CHANGE_TEXTS,
  NO_DUE_DATE_TEXTS,
  RESULT_KIND_TEXTS,
  STATE_TEXTS,
  NOTIFICATION_METHOD_TEXTS,
} from './application.ts';
export {
  DELIVERY_CAUSE_TEXTS,
  DELIVERY_STATE_TEXTS,
  NOTICE_CAUSE_TEXTS,
  NOTICE_KIND_TEXTS,
} from './deliveries-and-notices.ts';
export { DESK_ALERT_TEXTS } from './desk-alerts.ts';
export { DOCUMENT_REFUSAL_TEXTS } from './document-refusals.ts';
export type { DocumentRefusal } from './document-refusals.ts';
export { explainErasureRefusal } from './erasure.ts';
export { COMPLAINT_OUTCOME_TEXTS, COMPLAINT_WAY_TEXTS, ESCALATION_STEP_TEXTS } from './escalation.ts';
export { MANDATE_GROUND_TEXTS, MANDATE_TERM_TEXTS, THEME_TEXTS } from './mandates.ts';
export { REASON_TEXTS } from './reasons.ts';
export { RULE_TEXTS } from './rules.ts';
export { interpolateText } from './text.ts';
export type { Text } from './text.ts';
