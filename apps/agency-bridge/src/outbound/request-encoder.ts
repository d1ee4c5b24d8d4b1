import {
  COPY_PATH,
  PLATFORM_SOURCE,
  REQUEST_TYPES,
  subjectOf,
  toPayload,
  topicsOf,
  trainingTopics,
  validateRequest,
} from '@cups/agency-contract';
import type { RequestType } from '@cups/agency-contract';
import { AGENCY_MEMBERS, CONTENT_MEMBERS } from '@cups/application';
import type { DeliveryCause } from '@cups/application';
import { fromProtoEnum, fromTimestamp } from '@cups/contracts/proto';
import type { GetSubmissionResponse__Output } from '@cups/contracts/gen/cups/intake/v1/GetSubmissionResponse.ts';
import type { ApplicationContent__Output } from '@cups/contracts/gen/cups/intake/v1/ApplicationContent.ts';
import type { Mandate__Output } from '@cups/contracts/gen/cups/intake/v1/Mandate.ts';
import type { NewEvent } from '@cups/store';
import { toAgencyNumber } from '../domain/delivery.ts';
import { countComing } from '../domain/copies.ts';
import type { Copies } from '../domain/copies.ts';
import type { Delivery, FetchResult, SubmissionKind, OutboundRequest } from '../domain/delivery.ts';
import { toReplyRefused } from '../inbound/reply-issue.ts';

/** Agency boundary, outbound: converts immutable submissions to requests. */

/** Returns why a submission is not sent, regardless of its content: withdrawn, or of another agency or training mark. */
export function findObstacle(
  submission: GetSubmissionResponse__Output,
  { agency, training = false }: Pick<Delivery, 'agency' | 'training'>,
): FetchResult | undefined {
  if (submission.withdrawn) return { kind: 'withdrawn' };
  if (submission.agency !== `agencies/${agency}`) return toFailure('AGENCY_MISMATCH', ['agency']);
  // The submission and the delivery each store this mark. If they differ, send nothing.
  return submission.training === training ? undefined : toFailure('TRAINING_MISMATCH', ['training']);
}

/**
 * Converts submission `number` of a delivery to a request of the agency contract.
 * @returns kind request, withdrawn or failed (CONTENT_INVALID, AGENCY_MISMATCH, TRAINING_MISMATCH) with the invalid
 * fields
 */
export function toRequest(
  submission: GetSubmissionResponse__Output,
  number: number,
  delivery: Delivery,
  copies: Copies,
): FetchResult {
  const obstacle = findObstacle(submission, delivery);
  if (obstacle) return obstacle;
  const type = resolveSubmissionKind(submission, toAgencyNumber(delivery, number));
  let data: object;
  try {
    data = toContent(submission, number, delivery, copies);
  } catch {
    return toFailure('CONTENT_INVALID', ['answers']);
  }
  const checked = validateRequest(REQUEST_TYPES[type], data);
  if (!checked.ok) return toFailure('CONTENT_INVALID', [...new Set(checked.violations.map(({ field }) => field))]);
  return { kind: 'request', type, data, coming: countComing(copies), isReleased: copies.isReleased };
}

const toFailure = (cause: DeliveryCause, fields: string[]): FetchResult => ({ kind: 'failed', cause, fields });

/**
 * Intake files no application with a person without IDNP with agencies that do not accept them. An agency that receives an
 * application from another one receives the newest submission as its first.
 */
function resolveSubmissionKind(
  { content, correctedFields }: GetSubmissionResponse__Output,
  number: number,
): SubmissionKind {
  const isFirst = number === 1;
  if (correctedFields.length > 0 && !isFirst) return 'corrected';
  const isForeign = [content?.applicant, content?.represented].some((person) => person?.foreignDocument);
  if (isFirst) return isForeign ? 'submittedV2' : 'submitted';
  return isForeign ? 'documentsSuppliedV2' : 'documentsSupplied';
}

type Value = string | boolean | number | object | null | undefined;

/** Omits values that are empty on the wire. */
function omitEmpty<T extends object>(fields: T): Partial<T> {
  const present = Object.entries(fields).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return Object.fromEntries(present) as Partial<T>;
}

/** Omits values that are empty on the wire, at any depth. */
function omitEmptyDeep(value: Value): Value {
  if (Array.isArray(value)) return value.map(omitEmptyDeep);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, omitEmptyDeep(part as Value)] as const);
  return omitEmpty(Object.fromEntries(entries));
}

const idOf = (name: string) => name.slice(name.indexOf('/') + 1);

/** Returns the members that agencies receive, or their parts; nothing of a member without a sent part. */
function selectAgencyMembers(content: ApplicationContent__Output): Partial<ApplicationContent__Output> {
  const selected = CONTENT_MEMBERS.map((member) => {
    const [parts, value] = [AGENCY_MEMBERS[member], content[member]];
    if (parts === 'whole') return [member, value];
    const sent = Object.entries(omitEmpty(Object(value) as object)).filter(([name]) => parts.includes(name));
    return [member, sent.length > 0 ? Object.fromEntries(sent) : null];
  });
  return Object.fromEntries(selected) as Partial<ApplicationContent__Output>;
}

type FrozenEvidence = ApplicationContent__Output['evidence'][number];

/** Replaces the name of a document by its path and facts. The digest of the upload is no fact of the content. */
function toEvidence({ copySha256: _uploaded, ...item }: FrozenEvidence, { byDocument }: Copies): object {
  const copy = byDocument.get(item.copy);
  if (!copy) return item;
  const { state, sha256, bytes, mediaType, pages, scan } = copy;
  return {
    ...item,
    copy: `${COPY_PATH}${idOf(item.copy)}`,
    copyState: state,
    copySha256: sha256,
    copyBytes: bytes,
    copyMediaType: mediaType,
    copyPages: pages,
    copyScan: scan,
  };
}

/** Returns the mandate with its facts. Submissions of earlier releases have none. */
function toMandate(
  { kind, reference, date }: Mandate__Output,
  frozen: GetSubmissionResponse__Output['frozenMandate'],
): object {
  return {
    kind: fromProtoEnum('MANDATE_KIND_', kind),
    reference,
    date,
    id: frozen?.name,
    granted: fromTimestamp(frozen?.grantTime ?? null)?.toISOString(),
    expires: fromTimestamp(frozen?.expireTime ?? null)?.toISOString(),
    textVersion: frozen?.textVersion,
    textSha256: frozen?.textSha256,
  };
}

function toContent(
  submission: GetSubmissionResponse__Output,
  number: number,
  delivery: Delivery,
  copies: Copies,
): object {
  const { serviceTitle, fee } = submission;
  const { ro, ru, en } = serviceTitle ?? { ro: '', ru: '', en: '' };
  const content = submission.content ? selectAgencyMembers(submission.content) : {};
  const { answers, mandate, evidence, costOption, delivery: choice, ...others } = content;
  const sent = {
    ...others,
    mandate: mandate && toMandate(mandate, submission.frozenMandate),
    evidence: (evidence ?? []).map((item) => toEvidence(item, copies)),
    costOption: costOption
      ? {
          code: costOption,
          fee: fee ? { amountMinor: Number(fee.amountMinor), currency: fee.currencyCode } : undefined,
        }
      : undefined,
    delivery: choice && { ...choice, kind: fromProtoEnum('DELIVERY_CHOICE_KIND_', choice.kind) },
  };
  return omitEmpty({
    application: delivery.application,
    submission: toAgencyNumber(delivery, number),
    centre: { code: idOf(submission.centre), name: submission.centreName, kind: submission.centreKind },
    publicService: { code: idOf(submission.publicService), version: submission.serviceVersion, title: { ro, ru, en } },
    ...(omitEmptyDeep(sent) as object),
    answers: answers && answers.length > 0 ? (JSON.parse(answers.toString()) as unknown) : {},
    submitTime: fromTimestamp(submission.submitTime)?.toISOString(),
    dueDate: submission.dueDate,
    corrects: submission.corrects,
    ...(toAgencyNumber(delivery, number) === 1 ? {} : toLaterFields(submission, delivery)),
  });
}

/** Returns what a correction changed, or which request a later submission answers and which documents are missing. */
function toLaterFields(
  { answersRequest, unavailable, correctedFields }: GetSubmissionResponse__Output,
  delivery: Delivery,
) {
  if (correctedFields.length > 0) return { correctedFields };
  const missing = unavailable.map((document) => omitEmpty(document));
  return {
    answersRequest: resolveAnsweredRequest(answersRequest, delivery),
    ...(missing.length > 0 ? { unavailable: missing } : {}),
  };
}

/**
 * Returns the ID of the agency's request for documents. Intake may name the bridge's event instead, which no agency
 * knows.
 */
function resolveAnsweredRequest(request: string, delivery: Delivery): string {
  const messageId = delivery.messages.includes(request) ? request : delivery.documentsRequest;
  return messageId ?? request;
}

/** Converts a request or a refusal to an unsequenced event of the store. Trainings use the training topics. */
export function toRequestEvent(delivery: Delivery, request: OutboundRequest): NewEvent {
  const { application } = delivery;
  const data = request.type === 'replyRefused' ? toReplyRefused(Object.assign({ application }, request)) : request.data;
  const subject = subjectOf(application, delivery.agency);
  const topics = delivery.training ? trainingTopics() : topicsOf(delivery.agency);
  const event = toStoreEvent(REQUEST_TYPES[request.type], subject, topics.requests, data);
  if (request.type === 'replyRefused') return event;
  const { submission, submitTime, step } = data as { submission?: number; submitTime?: string; step?: string };
  // A deterministic ID, so that a replay has the same one.
  const round = delivery.returns ? `return-${delivery.returns}-` : '';
  event.id = `${delivery._id}-${round}${labelOf(request, submission)}${step === undefined ? '' : `-${step}`}`;
  if (request.replay) event.time = request.replay.time;
  else if (submitTime !== undefined) event.since = new Date(submitTime);
  return event;
}

function labelOf(request: Exclude<OutboundRequest, { type: 'replyRefused' }>, submission: number | undefined): string {
  if ('number' in request) return `message-${request.number}`;
  return submission === undefined ? request.type : `submission-${submission}`;
}

/** Converts a message of the contract to an event of the store. */
export function toStoreEvent(type: RequestType, subject: string, topic: string, data: object): NewEvent {
  const { key, dataschema, datacontenttype, value } = toPayload(type, subject, data as never);
  return {
    topic,
    key,
    type,
    subject,
    sequenced: false,
    source: PLATFORM_SOURCE,
    contentType: datacontenttype,
    extra: { dataschema },
    data: value,
  };
}
