import { canonicalJson } from '@cups/contracts/node';
import { fromProtoEnum, toProtoEnum, toSnakeCase, fromTimestamp, toTimestamp } from '@cups/contracts/proto';
import type { AgencyWorkload__Output } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyWorkload.ts';
import type { Timestamp__Output } from '@cups/contracts/gen/google/protobuf/Timestamp.ts';
import type { Collection__Output } from '@cups/contracts/gen/cups/intake/v1/Collection.ts';
import type { MandateApplication__Output } from '@cups/contracts/gen/cups/intake/v1/MandateApplication.ts';
import type { Application__Output } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import type { GetFiledSubmissionResponse__Output } from '@cups/contracts/gen/cups/intake/v1/GetFiledSubmissionResponse.ts';
import type { UnavailableDocument } from '@cups/contracts/gen/cups/intake/v1/UnavailableDocument.ts';
import type { ApplicationContent } from '@cups/contracts/gen/cups/intake/v1/ApplicationContent.ts';
import {
  CONTENT_MEMBERS,
  validateStorableAnswers,
  DELIVERY_CAUSES,
  DESK_ALERT_KINDS,
  HISTORY_KINDS,
  MESSAGE_CHANGES,
  NOTICE_CAUSES,
  NOTICE_KINDS,
  STAFF_HISTORY_KINDS,
} from '@cups/application';
import type { Content, NotificationMethod } from '@cups/application';
import { Problem } from '@cups/problem';
import { escalationActions, escalationStep } from './escalation-json.ts';

/** Converts between the JSON of openapi.yaml and proto messages. Empty proto fields are absent in JSON. */

/** Content of an application in POST and PATCH, already validated. `null` clears a field. */
export type ContentJson = { [Field in keyof Content]?: Content[Field] | null };

/** Members without a conversion of their own have the same shape in both: see the check `content`. */
export function contentToProto(json: ContentJson): ApplicationContent {
  const given = CONTENT_MEMBERS.filter((member) => json[member] !== undefined && json[member] !== null);
  const { mandate, answers, delivery, ...others } = Object.fromEntries(
    given.map((member) => [member, json[member]]),
  ) as Content;
  return {
    ...others,
    mandate: mandate && { ...mandate, kind: toProtoEnum('MANDATE_KIND_', mandate.kind) },
    answers: answers && answersToProto(answers),
    delivery: delivery && { ...delivery, kind: toProtoEnum('DELIVERY_CHOICE_KIND_', delivery.kind) },
  };
}

/** Converts the documents supplied, or reported unavailable, in response to an agency's request. */
export function documentSupplyToProto(json: ContentJson & { unavailable?: UnavailableDocument[]; complete?: boolean }) {
  const { evidence, answers, mandate } = contentToProto(json);
  return { evidence, answers, mandate, unavailable: json.unavailable, complete: json.complete };
}

/** Returns the proto names of the fields that a PATCH replaces. */
export function updateFields(json: ContentJson): string[] {
  return Object.keys(json).map(toSnakeCase);
}

/**
 * Returns answers as canonical JSON: members are sorted, so that equal answers make equal requests.
 * @throws Problem INVALID_ARGUMENT for answers that cannot be stored
 */
export function answersToProto(answers: Record<string, unknown>): Buffer {
  const error = validateStorableAnswers(answers);
  if (error) {
    const message = 'The answers cannot be stored.';
    throw new Problem({ reason: 'INVALID_ARGUMENT', message, violations: [error] });
  }
  return Buffer.from(canonicalJson(answers));
}

/** Converts an RFC 3339 instant; `undefined` becomes null. */
export function instantToProto(text: string | undefined): Timestamp__Output | null {
  return toTimestamp(text === undefined ? undefined : new Date(text));
}

export function personNotificationToProto({ method, notice }: { method: NotificationMethod; notice?: string }) {
  return { method: toProtoEnum('NOTIFICATION_METHOD_', method), notice };
}

export function paymentToProto({ receiptNumber, amount, payTime }: PaymentJson) {
  const { amountMinor, currency: currencyCode } = amount;
  return {
    payment: {
      receiptNumber,
      amount: { amountMinor: String(amountMinor), currencyCode },
      payTime: instantToProto(payTime),
    },
  };
}

interface PaymentJson {
  receiptNumber: string;
  amount: { amountMinor: number; currency: string };
  payTime?: string;
}

/** Returns the instant in RFC 3339, or undefined. */
export const instantJson = (time: Timestamp__Output | null): string | undefined => fromTimestamp(time)?.toISOString();

/** Returns the last segment of a resource name. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

type Json = Record<string, unknown>;
type FieldRules = Record<string, (value: never) => unknown>;

/**
 * Converts a message to JSON by the rule of each field. Without a rule, a message `…Time` is an instant and other values stay.
 * Omits empty strings, empty lists and absent messages; keeps numbers and booleans.
 */
function messageToJson(wire: object | null, rules: FieldRules = {}): Json | undefined {
  if (wire === null) return undefined;
  const result: Json = {};
  const fields = wire as Record<string, never>;
  for (const field of Object.keys(fields)) {
    const value = fields[field]!;
    const item = Object.hasOwn(rules, field) ? rules[field]!(value) : convertPlainField(field, value);
    if (item === '' || item === null || item === undefined || (Array.isArray(item) && item.length === 0)) continue;
    result[field] = item;
  }
  return result;
}

function convertPlainField(field: string, value: unknown): unknown {
  const isInstant = field.endsWith('Time') && typeof value === 'object';
  if (isInstant) return fromTimestamp(value as Timestamp__Output | null)?.toISOString();
  if (Array.isArray(value)) return value.map((item: unknown) => convertPlainField('', item));
  return typeof value === 'object' && value !== null ? messageToJson(value) : value;
}

const convertWith = (rules: FieldRules) => (wire: object | null) => messageToJson(wire, rules);
const convertEach = (rules: FieldRules) => (list: object[]) => list.map((item) => messageToJson(item, rules));
const enumField = (prefix: string) => (value: string) => fromProtoEnum(prefix, value);
const enumFields = (prefix: string) => (list: string[]) => list.map((value) => fromProtoEnum(prefix, value));
/** Returns a converter for a closed list of values. It maps values of later releases to `general`. */
const oneOf =
  <Word extends string>(list: readonly Word[], general: Word) =>
  (value: string): Word | undefined =>
    value === '' ? undefined : (list as readonly string[]).includes(value) ? (value as Word) : general;
const orUndefined = (value: number | boolean) => value || undefined;
const omitField = () => undefined;
const jsonFromBytes = (value: Buffer): unknown => (value.length === 0 ? undefined : JSON.parse(value.toString('utf8')));

const moneyJson = (wire: { amountMinor: string; currencyCode: string } | null) =>
  wire && { amountMinor: Number(wire.amountMinor), currency: wire.currencyCode };

const CONTENT: FieldRules = {
  contact: convertWith({ none: orUndefined }),
  mandate: convertWith({ kind: enumField('MANDATE_KIND_') }),
  answers: jsonFromBytes,
  // For the bridge only.
  evidence: convertEach({ copySha256: omitField }),
  delivery: convertWith({ kind: enumField('DELIVERY_CHOICE_KIND_') }),
};
const countOrUndefined = (value: string) => Number(value) || undefined;
const resultDocuments = convertEach({ size: Number, pages: orUndefined, erased: orUndefined });
const DECISION: FieldRules = { documents: resultDocuments, awaitsArrival: orUndefined };
const deskAlertKind = oneOf(DESK_ALERT_KINDS, 'other');
const deliveryCause = oneOf(DELIVERY_CAUSES, 'OTHER');
const messageChange = oneOf(MESSAGE_CHANGES, 'OTHER');
const deskAlertCause = ({ kind, cause }: { kind: string; cause: string }) =>
  kind === 'agency-message-changed' ? messageChange(cause) : deliveryCause(cause);
const deskAlertJson = (alert: { kind: string; cause: string }) =>
  Object.assign({}, messageToJson(alert, { kind: deskAlertKind, cause: omitField }), { cause: deskAlertCause(alert) });
const escalationsJson = (list: Application__Output['escalations']) =>
  list
    .filter(({ step }) => escalationStep(step))
    .map(({ step, time, agency, actions, dueDate }) => ({
      step,
      time: instantJson(time),
      agency,
      actions: escalationActions(actions),
      ...(dueDate === '' ? {} : { dueDate }),
    }));

/** Returns the desk time of an act without a line. */
export const deskTimeJson = convertWith({ time: instantJson });

const APPLICATION: FieldRules = {
  deskTime: deskTimeJson,
  deskAlerts: (alerts: { kind: string; cause: string }[]) => alerts.map(deskAlertJson),
  state: enumField('STATE_'),
  buckets: enumFields('BUCKET_'),
  allowedActions: omitField,
  content: omitField,
  omittedMessages: orUndefined,
  moreDeskAlerts: orUndefined,
  morePersonNotifications: orUndefined,
  ownApplication: orUndefined,
  restriction: convertWith({ reason: enumField('RESTRICTION_REASON_') }),
  erasure: convertWith({ cause: orUndefined, rule: orUndefined }),
  personNotifications: convertEach({ method: enumField('NOTIFICATION_METHOD_') }),
  payment: convertWith({ amount: moneyJson }),
  messages: convertEach({ answers: orUndefined }),
  documents: convertEach({
    state: enumField('STATE_'),
    scan: enumField('SCAN_'),
    uploadSize: Number,
    size: countOrUndefined,
    pages: orUndefined,
  }),
  decision: convertWith(DECISION),
  escalations: escalationsJson,
  escalationMark: escalationStep,
};
const VERSION: FieldRules = {
  publicService: omitField,
  // For intake only.
  escalation: omitField,
  centreKinds: enumFields('CENTRE_KIND_'),
  evidence: convertEach({ when: convertWith({ condition: omitField }), accepts: enumFields('EVIDENCE_PROOF_') }),
  costOptions: convertEach({
    fee: moneyJson,
    term: convertWith({ unit: enumField('TERM_UNIT_'), from: enumField('TERM_START_') }),
    centreKinds: enumFields('CENTRE_KIND_'),
  }),
  outputs: convertEach({ kind: enumField('OUTPUT_KIND_') }),
  formSchema: jsonFromBytes,
  example: jsonFromBytes,
};
const OPERATOR: FieldRules = { roles: enumFields('ROLE_'), suspended: orUndefined };

/** Returns a converter that keeps only the named fields. */
const pickFields =
  (...fields: string[]) =>
  (wire: object | null): Json | undefined =>
    messageToJson(wire && Object.fromEntries(Object.entries(wire).filter(([field]) => fields.includes(field))));
const TIME_FIELDS = ['createTime', 'updateTime', 'submitTime', 'dueDate', 'dueTime', 'noDueDateReason'];
const rowFields = pickFields(
  'name',
  'centre',
  'publicService',
  'serviceTitle',
  'agency',
  'etag',
  'openedBy',
  'assignee',
  'training',
  'sinceTime',
  ...TIME_FIELDS,
);
const rowAlertJson = ({ kind, recordTime }: { kind: string; recordTime: Timestamp__Output | null }) =>
  messageToJson({ kind, recordTime }, { kind: deskAlertKind });
const rowDecisionTimes = pickFields('approved', 'decideTime', 'correctTime', 'revokeTime');
const rowDecision = (decision: Application__Output['decision']): Json | undefined =>
  decision?.awaitsArrival
    ? Object.assign({}, rowDecisionTimes(decision), { awaitsArrival: true })
    : rowDecisionTimes(decision);

/** Returns a list row. It has an explicit field list, so that new intake fields never leak into lists. */
export function applicationRowJson(wire: Application__Output): Json {
  const { name, state, content, documentRequest, decision, deskAlerts, allowedActions, buckets } = wire;
  const parts = {
    applicant: pickFields('givenName', 'familyName')(content?.applicant ?? null),
    costOption: content?.costOption || undefined,
    buckets: buckets.length > 0 ? enumFields('BUCKET_')(buckets) : undefined,
    documentRequest: pickFields('answerBy')(documentRequest),
    decision: rowDecision(decision),
    deskAlerts: deskAlerts.length > 0 ? deskAlerts.map(rowAlertJson) : undefined,
    escalationMark: escalationStep(wire.escalationMark),
    complaintDate: wire.complaintDate || undefined,
  };
  const presentParts = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
  const row = { id: idOf(name), ...rowFields(wire), state: fromProtoEnum('STATE_', state), ...presentParts };
  return { ...row, allowedActions: enumFields('ACTION_')(allowedActions) };
}

/** Returns a list row with the applicant's telephone number. */
export function rowToNotifyJson(wire: Application__Output): Json {
  const phone = wire.content?.contact?.phone;
  return Object.assign(queueRowJson(wire), phone ? { contact: { phone } } : {});
}

/** Returns a row of the queue, with the message of the agency that the desk has not answered. */
export function queueRowJson(wire: Application__Output): Json {
  const [message] = wire.messages;
  return Object.assign(applicationRowJson(wire), message ? { agencyMessage: conversationMessageJson(message) } : {});
}

/** Returns a list row with the tracking number. */
export const rowWithNumberJson = (wire: Application__Output): Json =>
  Object.assign(applicationRowJson(wire), { trackingNumber: wire.trackingNumber || undefined });

/** Returns an application as one flat object, with its content if the message has it. */
export function applicationJson(wire: Application__Output): Json {
  const allowedActions = enumFields('ACTION_')(wire.allowedActions);
  return {
    id: idOf(wire.name),
    ...messageToJson(wire, APPLICATION),
    ...messageToJson(wire.content, CONTENT),
    allowedActions,
  };
}

const namesOnly = pickFields('givenName', 'familyName');
/** Returns what the collecting centre sees. It has an explicit field list, so that new intake fields never leak into it. */
export function collectionJson(wire: Collection__Output): Json {
  const { name, centre, serviceTitle, state, etag, decision, handOver, training } = wire;
  const rules = { state: enumField('STATE_'), decision: convertWith(DECISION) };
  const shown = { name, centre, serviceTitle, state, etag, decision, handOver, training };
  const represented = wire.represented && namesOnly(wire.represented);
  return {
    id: idOf(name),
    ...messageToJson(shown, rules),
    applicant: namesOnly(wire.applicant) ?? {},
    ...(represented && { represented }),
    allowedActions: enumFields('ACTION_')(wire.allowedActions),
  };
}

export const searchKind = enumField('SEARCH_KIND_');
export const foundPersonJson = convertWith({});
/** Counts of each bucket of the queue. */
export const countsJson = convertEach({ bucket: enumField('BUCKET_') });
export const accessLogEntryJson = convertWith({ kind: enumField('ACCESS_KIND_') });
export const personJson = convertWith({});
export const contactJson = convertWith({ none: orUndefined });
/** Returns a submission as filed, flat like an application. */
export function submissionJson(wire: GetFiledSubmissionResponse__Output): Json {
  return {
    ...messageToJson(wire, { content: omitField, formSchema: jsonFromBytes }),
    ...messageToJson(wire.content, CONTENT),
  };
}
const seconds = (value: string | undefined) => (value === undefined ? undefined : Number(value));
const STATISTICS: FieldRules = {
  deskSeconds: seconds,
  agencySeconds: seconds,
  citizenSeconds: seconds,
  _deskSeconds: omitField,
  _agencySeconds: omitField,
  _citizenSeconds: omitField,
};
export const statisticsJson = convertWith(STATISTICS);

/** A quarantined act, without its content. */
export const quarantinedActJson = (wire: { name: string }) => ({
  id: idOf(wire.name),
  ...messageToJson(wire, {
    state: enumField('QUARANTINE_STATE_'),
    sequence: Number,
    // Only a release needs it.
    anchorTime: omitField,
    refusal: convertWith({ time: instantJson }),
    alreadyApplied: orUndefined,
    erased: orUndefined,
  }),
});

/** A kind of break in a chain of acts without a line. */
export const chainBreakJson = convertWith({ kind: enumField('CHAIN_BREAK_KIND_'), sequence: Number });

/** A history entry. */
export const actionJson = convertWith({
  deskTime: deskTimeJson,
  kind: oneOf(HISTORY_KINDS, 'other'),
  fromState: enumField('STATE_'),
  toState: enumField('STATE_'),
  submission: orUndefined,
  code: deliveryCause,
  escalationStep,
  method: enumField('NOTIFICATION_METHOD_'),
  formerContact: contactJson,
  contact: contactJson,
  mandateRevoked: orUndefined,
  changes: (changes: string[]) => changes.map(messageChange),
  result: convertWith({ documents: resultDocuments, superseded: orUndefined }),
});
export const trackingJson = convertWith({
  state: enumField('STATE_'),
  resultLocation: enumField('RESULT_LOCATION_'),
});
/** Returns an application of a mandate for the holder of its code. */
export const trackedApplicationJson = ({ serviceTitle, tracked }: MandateApplication__Output): Json =>
  messageToJson({ serviceTitle, application: tracked }, { application: trackingJson })!;
/** Returns the member with `roles`, which is empty for suspended and former staff. */
const withRoles = (converted: Json | undefined): Json => Object.assign({ roles: [] }, converted);
export const operatorJson = (wire: object) => withRoles(messageToJson(wire, OPERATOR));
const absenceJson = (wire: { fromDate: string; toDate: string; standIn: string } | null) =>
  wire && messageToJson({ from: wire.fromDate, to: wire.toDate, standIn: wire.standIn });
/** A staff member. Colleagues receive no status, and without a status no management fields. */
export const teamMemberJson = (wire: { status: string }) =>
  withRoles(
    messageToJson(wire, {
      roles: enumFields('ROLE_'),
      status: enumField('STAFF_STATUS_'),
      suspended: wire.status === 'STAFF_STATUS_UNSPECIFIED' ? omitField : (value: boolean) => value,
      synthetic: orUndefined,
      absence: absenceJson,
    }),
  );
export const operatorActionJson = convertWith({
  time: instantJson,
  action: oneOf(STAFF_HISTORY_KINDS, 'other'),
  roles: enumFields('ROLE_'),
});
export const stateJson = enumField('STATE_');
export const agencyStageCountJson = convertWith({ stage: enumField('AGENCY_STAGE_') });
export const agencyWorkloadJson = ({ medianTenthDays, ...row }: Omit<AgencyWorkload__Output, 'assignee'>) => ({
  ...messageToJson(row),
  ...(medianTenthDays >= 0 && { medianDays: medianTenthDays / 10 }),
});
export const conversationMessageJson = convertWith({ answers: orUndefined });
/** The days of an open request; its texts are in the history. */
export const agencyDocumentRequestJson = pickFields('answerBy', 'requestedAnswerBy');

export const deliveryJson = convertWith({
  state: enumField('DELIVERY_STATE_'),
  stage: enumField('AGENCY_STAGE_'),
  failCause: deliveryCause,
  deferCause: deliveryCause,
  reminders: (reminders: { step: string; time: Timestamp__Output | null; dueDate: string }[]) =>
    reminders
      .filter(({ step }) => escalationStep(step))
      .map((reminder) => messageToJson(reminder, { time: instantJson })),
});
export const refusedReplyJson = convertWith({ time: instantJson });
export const agencyActivityJson = convertWith({
  deliveries: convertEach({ state: enumField('DELIVERY_STATE_') }),
  unreadReplies: (value: string) => (Number(value) < 0 ? undefined : Number(value)),
});
export const refusedMessageJson = convertWith({ count: (value: string) => Number(value) || undefined });
export const uncollectedResultJson = convertWith({});
export const restrictionJson = convertWith({ reason: enumField('RESTRICTION_REASON_') });
export const escalatedJson = convertWith({ step: escalationStep, time: instantJson, reminders: orUndefined });
export const undecidedAgencyJson = convertWith({ etag: omitField });
export const erasureJson = convertWith({ cause: orUndefined, rule: orUndefined });
export const dataStateJson = convertWith({
  state: enumField('STATE_'),
  restriction: restrictionJson,
  erasure: erasureJson,
});
export const documentHoldJson = convertWith({ reason: enumField('HOLD_REASON_') });

const CENTRE: FieldRules = {
  kind: enumField('CENTRE_KIND_'),
  status: enumField('CENTRE_STATUS_'),
  openApplicationLimit: orUndefined,
};
export const centreJson = (wire: { name: string }) => ({ code: idOf(wire.name), ...messageToJson(wire, CENTRE) });
/** A session without its ID. */
export const sessionJson = convertWith({
  id: omitField,
  operator: convertWith(OPERATOR),
  centres: (centres: { name: string }[]) => centres.map(centreJson),
});
export const ownSessionJson = convertWith({});
/** `keyShare` is base64url without padding. */
export const deviceContactJson = convertWith({
  keyShare: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url'),
});
export const deviceJson = convertWith({ state: enumField('DEVICE_STATE_') });
export const signInProviderJson = convertWith({});

/** Hides the SMTP status code, which only the log shows. */
const noticeCause = (cause: string) =>
  /^smtp-[0-9]+$/.test(cause) ? 'smtp-refused' : oneOf(NOTICE_CAUSES, 'other')(cause);
const NOTICE: FieldRules = {
  kind: oneOf(NOTICE_KINDS, 'other'),
  channel: enumField('CHANNEL_'),
  state: enumField('NOTICE_STATE_'),
  failCause: noticeCause,
};
export const noticeJson = (wire: { name: string }) => ({ id: idOf(wire.name), ...messageToJson(wire, NOTICE) });

/** A public service; its form and example are present only if the message has them. */
export const publicServiceJson = (wire: { name: string }) => ({
  code: idOf(wire.name),
  ...messageToJson(wire, { popularity: orUndefined, version: convertWith(VERSION) }),
});

export const agencyJson = (agency: { name: string }) => ({ code: idOf(agency.name), ...messageToJson(agency) });

/** Converts a message without fields that need a rule. */
export const plainJson = (wire: object) => messageToJson(wire);
