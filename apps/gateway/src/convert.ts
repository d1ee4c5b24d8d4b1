import { canonicalJson } from '@cups/contracts/node';
import { enumValue, enumWord, fromTimestamp, toTimestamp } from '@cups/contracts/proto';
import type { Timestamp__Output } from '@cups/contracts/gen/google/protobuf/Timestamp.ts';
import type { GetRegistryResponse__Output } from '@cups/contracts/gen/cups/catalog/v1/GetRegistryResponse.ts';
import type { Application__Output } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import type { GetFiledSubmissionResponse__Output } from '@cups/contracts/gen/cups/intake/v1/GetFiledSubmissionResponse.ts';
import type { UnavailableDocument } from '@cups/contracts/gen/cups/intake/v1/UnavailableDocument.ts';
import type { ApplicationContent } from '@cups/contracts/gen/cups/intake/v1/ApplicationContent.ts';
import {
  answersFault,
  DELIVERY_CAUSES,
  DESK_NOTE_KINDS,
  HISTORY_KINDS,
  MESSAGE_CHANGES,
  NOTICE_CAUSES,
  NOTICE_KINDS,
  STAFF_ACTS,
} from '@cups/application';
import type { Content, TellingMeans } from '@cups/application';
import { Problem } from '@cups/problem';

/** The HTTP border: JSON of openapi.yaml to proto messages and back. What is empty in proto is absent in JSON. */

/** The content of an application as POST and PATCH take it, already valid against the document; null clears a field. */
export type ContentJson = { [Field in keyof Content]?: Content[Field] | null };

/** What the desk fills in, for intake. */
export function contentToProto(json: ContentJson): ApplicationContent {
  const { mandate, answers, delivery } = json;
  return {
    applicant: json.applicant,
    contact: json.contact,
    represented: json.represented,
    mandate: mandate && { ...mandate, kind: enumWord('MANDATE_KIND_', mandate.kind) },
    answers: answers ? answersToProto(answers) : undefined,
    evidence: json.evidence ?? undefined,
    costOption: json.costOption ?? undefined,
    delivery: delivery && { ...delivery, kind: enumWord('DELIVERY_KIND_', delivery.kind) },
  };
}

/** What the desk was brought, or told, of the papers that an agency asked for. */
export function supplyToProto(json: ContentJson & { unavailable?: UnavailableDocument[]; complete?: boolean }) {
  const { evidence, answers } = contentToProto(json);
  return { evidence, answers, unavailable: json.unavailable, complete: json.complete };
}

/** The names, in proto spelling, of the fields that a PATCH replaces. */
export function updateFields(json: ContentJson): string[] {
  return Object.keys(json).map((name) => (name === 'costOption' ? 'cost_option' : name));
}

/**
 * Answers as canonical JSON bytes: members sorted, so that the same answers are the same request.
 * @throws Problem INVALID_ARGUMENT for what cannot be kept
 */
export function answersToProto(answers: Record<string, unknown>): Buffer {
  const fault = answersFault(answers);
  if (fault) {
    const message = 'The answers cannot be kept as they are.';
    throw new Problem({ reason: 'INVALID_ARGUMENT', message, violations: [fault] });
  }
  return Buffer.from(canonicalJson(answers));
}

/** An RFC 3339 instant, for proto. */
export function instantToProto(text: string | undefined): Timestamp__Output | null {
  return toTimestamp(text === undefined ? undefined : new Date(text));
}

/** How the person was told, for proto. */
export function tellingToProto({ how, notice }: { how: TellingMeans; notice?: string }) {
  return { how: enumWord('TELLING_MEANS_', how), notice };
}

/** The payment of a fee as its receipt says, for proto. */
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

/** An instant of proto in RFC 3339, or undefined. */
export const instantJson = (time: Timestamp__Output | null): string | undefined => fromTimestamp(time)?.toISOString();

/** The last segment of a resource name. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

type Json = Record<string, unknown>;
type Rules = Record<string, (value: never) => unknown>;

/**
 * A message as JSON. A field goes by its rule; without one, `…Time` is an instant and the rest goes as it is. Empty strings,
 * empty lists and absent messages are left out; numbers and booleans stay.
 */
function json(wire: object | null, rules: Rules = {}): Json | undefined {
  if (wire === null) return undefined;
  const made: Json = {};
  for (const [field, value] of Object.entries(wire) as [string, never][]) {
    const item = Object.hasOwn(rules, field) ? rules[field]!(value) : plain(field, value);
    if (item === '' || item === null || item === undefined || (Array.isArray(item) && item.length === 0)) continue;
    made[field] = item;
  }
  return made;
}

function plain(field: string, value: unknown): unknown {
  if (field.endsWith('Time')) return fromTimestamp(value as Timestamp__Output | null)?.toISOString();
  if (Array.isArray(value)) return value.map((item: unknown) => plain('', item));
  return typeof value === 'object' && value !== null ? json(value) : value;
}

const by = (rules: Rules) => (wire: object | null) => json(wire, rules);
const each = (rules: Rules) => (list: object[]) => list.map((item) => json(item, rules));
const word = (prefix: string) => (value: string) => enumValue(prefix, value);
const words = (prefix: string) => (list: string[]) => list.map((value) => enumValue(prefix, value));
/** A word of a closed list; one of a later release than ours becomes the general one. */
const oneOf =
  <Word extends string>(list: readonly Word[], general: Word) =>
  (value: string): Word | undefined =>
    value === '' ? undefined : (list as readonly string[]).includes(value) ? (value as Word) : general;
const orAbsent = (value: number | boolean) => value || undefined;
const absent = () => undefined;
const bytes = (value: Buffer): unknown => (value.length === 0 ? undefined : JSON.parse(value.toString('utf8')));

const money = (wire: { amountMinor: string; currencyCode: string } | null) =>
  wire && { amountMinor: Number(wire.amountMinor), currency: wire.currencyCode };

const CONTENT: Rules = {
  contact: by({ none: orAbsent }),
  mandate: by({ kind: word('MANDATE_KIND_') }),
  answers: bytes,
  delivery: by({ kind: word('DELIVERY_KIND_') }),
};
const deskNoteKind = oneOf(DESK_NOTE_KINDS, 'other');
const deliveryCause = oneOf(DELIVERY_CAUSES, 'OTHER');
const messageChange = oneOf(MESSAGE_CHANGES, 'OTHER');
/** What was changed stands in a note of its own kind; every other cause is one of a delivery. */
const noteCause = ({ kind, cause }: { kind: string; cause: string }) =>
  kind === 'agency-message-changed' ? messageChange(cause) : deliveryCause(cause);
const deskNote = (note: { kind: string; cause: string }) =>
  Object.assign({}, json(note, { kind: deskNoteKind, cause: absent }), { cause: noteCause(note) });
const APPLICATION: Rules = {
  deskNotes: (notes: { kind: string; cause: string }[]) => notes.map(deskNote),
  state: word('STATE_'),
  buckets: words('BUCKET_'),
  allowedActions: absent,
  content: absent,
  omittedMessages: orAbsent,
  ownApplication: orAbsent,
  tellings: each({ how: word('TELLING_MEANS_') }),
  payment: by({ amount: money }),
};
const VERSION: Rules = {
  publicService: absent,
  centreKinds: words('CENTRE_KIND_'),
  evidence: each({ when: by({ condition: absent }), accepts: words('EVIDENCE_PROOF_') }),
  costOptions: each({
    fee: money,
    term: by({ unit: word('TERM_UNIT_'), from: word('TERM_START_') }),
    centreKinds: words('CENTRE_KIND_'),
  }),
  outputs: each({ kind: word('OUTPUT_KIND_') }),
  formSchema: bytes,
  example: bytes,
};
const OPERATOR: Rules = { roles: words('ROLE_'), suspended: orAbsent };

/** A message without the fields that are not named. */
const only =
  (...fields: string[]) =>
  (wire: object | null): Json | undefined =>
    json(wire && Object.fromEntries(Object.entries(wire).filter(([field]) => fields.includes(field))));
const times = ['createTime', 'updateTime', 'submitTime', 'dueDate', 'dueTime', 'noDueDateReason'];
const rowFields = only(
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
  ...times,
);
const rowNote = ({ kind, recordTime }: { kind: string; recordTime: Timestamp__Output | null }) =>
  json({ kind, recordTime }, { kind: deskNoteKind });
const rowDecision = only('approved', 'decideTime', 'correctTime', 'revokeTime');

/** A row of a list: named fields only, whatever else intake might say of the application. */
export function applicationRowJson(wire: Application__Output): Json {
  const { name, state, content, documentRequest, decision, deskNotes, allowedActions, buckets } = wire;
  const parts = {
    applicant: only('givenName', 'familyName')(content?.applicant ?? null),
    buckets: buckets.length > 0 ? words('BUCKET_')(buckets) : undefined,
    documentRequest: only('answerBy')(documentRequest),
    decision: rowDecision(decision),
    deskNotes: deskNotes.length > 0 ? deskNotes.map(rowNote) : undefined,
  };
  const there = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
  const row = { id: idOf(name), ...rowFields(wire), state: enumValue('STATE_', state), ...there };
  return { ...row, allowedActions: words('ACTION_')(allowedActions) };
}

/** A row of the list of those to ring, with the number to ring. */
export function rowToRingJson(wire: Application__Output): Json {
  const phone = wire.content?.contact?.phone;
  return Object.assign(applicationRowJson(wire), phone ? { contact: { phone } } : {});
}

/** An application, flat, with its content when it came with one. */
export function applicationJson(wire: Application__Output): Json {
  const allowedActions = words('ACTION_')(wire.allowedActions);
  return { id: idOf(wire.name), ...json(wire, APPLICATION), ...json(wire.content, CONTENT), allowedActions };
}

/** What a search was taken for. */
export const searchKind = word('SEARCH_KIND_');
export const foundPersonJson = by({});
/** How many stand in each list of the queue. */
export const countsJson = each({ bucket: word('BUCKET_') });
export const lookJson = by({ kind: word('LOOK_KIND_') });
export const personJson = by({});
export const contactJson = by({ none: orAbsent });
/** A submission as it was filed, flat like an application. */
export function submissionJson(wire: GetFiledSubmissionResponse__Output): Json {
  return { ...json(wire, { content: absent, formSchema: bytes }), ...json(wire.content, CONTENT) };
}
const seconds = (value: string | undefined) => (value === undefined ? undefined : Number(value));
const STATISTICS: Rules = {
  deskSeconds: seconds,
  agencySeconds: seconds,
  citizenSeconds: seconds,
  _deskSeconds: absent,
  _agencySeconds: absent,
  _citizenSeconds: absent,
};
export const statisticsJson = by(STATISTICS);

/** One row of the history. */
export const actionJson = by({
  kind: oneOf(HISTORY_KINDS, 'other'),
  fromState: word('STATE_'),
  toState: word('STATE_'),
  submission: orAbsent,
  code: deliveryCause,
  how: word('TELLING_MEANS_'),
  changes: (changes: string[]) => changes.map(messageChange),
});
/** What a tracking number tells. */
export const trackingJson = by({ state: word('STATE_') });
/** Where somebody is suspended or gone they have no role, and the list says so. */
const withRoles = (made: Json | undefined): Json => Object.assign({ roles: [] }, made);
export const operatorJson = (wire: object) => withRoles(json(wire, OPERATOR));
const absenceJson = (wire: { fromDate: string; toDate: string; standIn: string } | null) =>
  wire && json({ from: wire.fromDate, to: wire.toDate, standIn: wire.standIn });
/** One of the staff. A colleague is told no status, and with it none of what only those see who manage. */
export const teamMemberJson = (wire: { status: string }) =>
  withRoles(
    json(wire, {
      roles: words('ROLE_'),
      status: word('STAFF_STATUS_'),
      suspended: wire.status === 'STAFF_STATUS_UNSPECIFIED' ? absent : (value: boolean) => value,
      synthetic: orAbsent,
      absence: absenceJson,
    }),
  );
export const operatorActionJson = by({
  time: instantJson,
  action: oneOf(STAFF_ACTS, 'other'),
  roles: words('ROLE_'),
});
export const deliveryJson = by({
  state: word('DELIVERY_STATE_'),
  failCause: deliveryCause,
  waitCause: deliveryCause,
});
export const refusedReplyJson = by({ time: instantJson });
export const agencyActivityJson = by({
  deliveries: each({ state: word('DELIVERY_STATE_') }),
  unreadReplies: (value: string) => (Number(value) < 0 ? undefined : Number(value)),
});
export const refusedMessageJson = by({ count: (value: string) => Number(value) || undefined });

const CENTRE: Rules = {
  kind: word('CENTRE_KIND_'),
  status: word('CENTRE_STATUS_'),
  openApplicationLimit: orAbsent,
};
export const centreJson = (wire: { name: string }) => ({ code: idOf(wire.name), ...json(wire, CENTRE) });
/** A session; its id stays here. */
export const sessionJson = by({
  id: absent,
  operator: by(OPERATOR),
  centres: (centres: { name: string }[]) => centres.map(centreJson),
});
/** A session in the list of the operator's own. */
export const ownSessionJson = by({});
export const signInProviderJson = by({});

/** Of a mail server that refuses, the code is for the log. */
const noticeCause = (cause: string) =>
  /^smtp-[0-9]+$/.test(cause) ? 'smtp-refused' : oneOf(NOTICE_CAUSES, 'other')(cause);
const NOTICE: Rules = {
  kind: oneOf(NOTICE_KINDS, 'other'),
  channel: word('CHANNEL_'),
  state: word('NOTICE_STATE_'),
  failCause: noticeCause,
};
export const noticeJson = (wire: { name: string }) => ({ id: idOf(wire.name), ...json(wire, NOTICE) });

/** A public service; its form and example only where they came along. */
export const publicServiceJson = (wire: { name: string }) => ({
  code: idOf(wire.name),
  ...json(wire, { popularity: orAbsent, version: by(VERSION) }),
});

/** What a desk needs to know before it asks for anything. */
export function registryJson({
  agencies,
  evidenceKinds,
  publicServices,
  calendars,
}: GetRegistryResponse__Output): Json {
  return {
    agencies: agencies.map((agency) => ({ code: idOf(agency.name), ...json(agency) })),
    evidenceKinds: evidenceKinds.map((kind) => json(kind)),
    publicServices: publicServices.map(publicServiceJson),
    calendars: calendars.map((calendar) => json(calendar)),
  };
}
