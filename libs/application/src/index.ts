export { answersFault } from './answers.ts';
export { FORMATS } from './formats.ts';
export { completenessViolations } from './completeness.ts';
export type { EvidenceRule, Requirements } from './completeness.ts';
export { CONTENT_SCHEMA, MAX_EVIDENCE } from './content-schema.ts';
export type { Content, DeliveryChoice, Evidence, ForeignDocument, Language, Mandate, Person } from './content.ts';
export { CHISINAU, civilDay, dateForPeople, isCivilDate } from './dates.ts';
export { isEmailAddress } from './email.ts';
export { formCheck } from './form.ts';
export type { AnswersCheck } from './form.ts';
export { countingAnswers, fieldsLeftOut } from './form-conditions.ts';
export { FORM_WORDS, formFaults } from './form-faults.ts';
export { handOverViolations, outcomeViolations } from './handing.ts';
export type { HandOver, HandOverGround, Outcome } from './handing.ts';
export { checkIdno, checkIdnp, idnpCheckDigit } from './idnp.ts';
export { violationsOf } from './keywords.ts';
export type { Finding } from './keywords.ts';
export {
  ACTIONS,
  AGENCIES,
  allowedActions,
  closedBy,
  DESK_ACTS,
  DESK_NOTE_KINDS,
  DESK_ROLES,
  END_STATES,
  MESSAGES,
  PERSONS,
  STATES,
  stateAfter,
  TELLING_MEANS,
  TIMED,
  TIMERS,
} from './life.ts';
export type {
  Action,
  Circumstance,
  DeskNoteKind,
  DeskAct,
  Effect,
  Message,
  State,
  TellingMeans,
  Timer,
} from './life.ts';
export { BUCKETS } from './queue.ts';
export type { Bucket } from './queue.ts';
export { isPersonName } from './person-name.ts';
export { contentBytes, MAX_CONTENT_BYTES, MAX_SUPPLIED_BYTES, shapeViolations } from './shape.ts';
export { noteViolations, receiptViolations, unavailableViolations } from './team.ts';
export { isTrackingNumber, newTrackingNumber, normalizeTrackingNumber, trackingSymbols } from './tracking.ts';
export {
  DELIVERY_CAUSES,
  DELIVERY_STATES,
  HISTORY_KINDS,
  LOOK_KINDS,
  MESSAGE_CHANGES,
  NO_DUE_DATE_REASONS,
  NOTICE_CAUSES,
  NOTICE_KINDS,
  RESULT_KINDS,
  STAFF_ACTS,
} from './vocabularies.ts';
export type {
  DeliveryCause,
  HistoryKind,
  LookKind,
  MessageChange,
  NoticeCause,
  NoticeKind,
  StaffAct,
} from './vocabularies.ts';
export { documentCode, escapeHtml, plainCode, plainWords } from './words.ts';
export { groupAccesses } from './access-groups.ts';
