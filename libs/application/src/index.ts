export { validateStorableAnswers } from './answers.ts';
export { FORMATS } from './formats.ts';
export { validateCompleteness, validateContact } from './completeness.ts';
export type { EvidenceRule, Requirements } from './completeness.ts';
export {
  AGENCY_MEMBERS,
  CONTENT_MEMBERS,
  CONTENT_SCHEMA,
  CORRECTABLE_MEMBERS,
  MAX_EVIDENCE,
  LANGUAGES,
} from './content-schema.ts';
export type {
  Contact,
  Content,
  DeliveryChoice,
  Evidence,
  ForeignDocument,
  Language,
  Mandate,
  Person,
} from './content.ts';
export {
  CHISINAU_TIME_ZONE,
  addCivilDays,
  endOfCivilDay,
  formatCivilDate,
  isCivilDate,
  toCivilDate,
  weekdayOf,
} from './dates.ts';
export {
  COMPLAINT_OUTCOMES,
  COMPLAINT_WAYS,
  MAX_COMPLAINTS,
  validateComplaintAnswer,
  validateComplaintFiling,
} from './complaint.ts';
export type { ComplaintAnswerFields, ComplaintFilingFields, ComplaintOutcome, ComplaintWay } from './complaint.ts';
export { isEmailAddress } from './email.ts';
export { createAnswersValidator } from './form.ts';
export type { AnswersValidator } from './form.ts';
export { applicableAnswers, inapplicableFields } from './form-conditions.ts';
export { FORM_KEYWORDS, validateFormSchema } from './form-schema.ts';
export { validateHandOverRecord, validateOutcome } from './hand-over.ts';
export type { HandOver, HandOverGround, Outcome } from './hand-over.ts';
export { isValidIdno, isValidIdnp, computeIdnpCheckDigit } from './idnp.ts';
export { toViolations } from './schema-violations.ts';
export type { SchemaError } from './schema-violations.ts';
export {
  ACTIONS,
  AGENCY_EFFECTS,
  allowedActions,
  findBlockingGuard,
  CASEWORK_ACTIONS,
  DATA_END_STATES,
  DATA_EVENTS,
  DESK_ALERT_KINDS,
  DESK_ROLES,
  END_STATES,
  GENERAL_GUARDS,
  MANDATED_ACTIONS,
  MESSAGES,
  OPERATOR_TRANSITIONS,
  STATES,
  stateAfter,
  NOTIFICATION_METHODS,
  TIMER_TRANSITIONS,
  TIMERS,
} from './lifecycle.ts';
export type {
  Action,
  Guard,
  DeskAlertKind,
  CaseworkAction,
  AgencyEffect,
  DataEvent,
  Message,
  ReleaseEvent,
  State,
  NotificationMethod,
  Timer,
} from './lifecycle.ts';
export {
  isTheme,
  MANDATE_GROUNDS,
  MANDATE_TERM_DAYS,
  MANDATE_TERMS,
  MANDATE_TEXT_VERSION,
  THEMES,
} from './mandates.ts';
export type { MandateGround, MandateTerm, Theme } from './mandates.ts';
export { BUCKETS } from './queue.ts';
export type { Bucket } from './queue.ts';
export { personKeyOf } from './person-key.ts';
export { isPersonName } from './person-name.ts';
export { measureContentBytes, MAX_CONTENT_BYTES, MAX_SUPPLIED_BYTES, validateContentShape } from './content-shape.ts';
export { MAX_MESSAGE_LENGTH, validateMessage, validateNote, validateReceipt, validateUnavailable } from './casework.ts';
export {
  isTrackingNumber,
  generateTrackingNumber,
  normalizeTrackingNumber,
  parseTrackingSymbols,
} from './tracking-number.ts';
export {
  DELIVERY_CAUSES,
  DELIVERY_STATES,
  ERASURE_REASONS,
  ERASURE_REFUSALS,
  HISTORY_KINDS,
  ACCESS_KINDS,
  MESSAGE_CHANGES,
  NO_DUE_DATE_REASONS,
  NOTICE_CAUSES,
  NOTICE_KINDS,
  RESTRICTION_REASONS,
  RESULT_KINDS,
  STAFF_HISTORY_KINDS,
} from './vocabularies.ts';
export type {
  DeliveryCause,
  ErasureReason,
  ErasureRefusal,
  HistoryKind,
  AccessKind,
  MessageChange,
  NoticeCause,
  NoticeKind,
  RestrictionReason,
  StaffHistoryKind,
} from './vocabularies.ts';
export { sanitizeDocumentNumber, escapeHtml, sanitizeCode, sanitizeText } from './sanitize.ts';
export { groupAccessLog } from './access-log-groups.ts';
