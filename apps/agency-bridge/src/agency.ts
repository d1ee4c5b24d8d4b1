import {
  fromMessage,
  isReplyType,
  parseSubject,
  PLATFORM_SOURCE,
  REPLY_TYPES,
  REQUEST_TYPES,
  SCHEMAS,
  sourceOf,
  subjectOf,
  validateRequest,
} from '@cups/agency-contract';
import type { DocumentsSupplied, ReplyEvent, Result } from '@cups/agency-contract';
import { enumValue, fromTimestamp, messageType, toTimestamp } from '@cups/contracts/proto';
import type { GetSubmissionResponse__Output } from '@cups/contracts/gen/cups/intake/v1/GetSubmissionResponse.ts';
import type { Person__Output } from '@cups/contracts/gen/cups/intake/v1/Person.ts';
import { encode } from '@cups/events';
import type { CloudEvent } from '@cups/events';
import { canonicalJson } from '@cups/contracts/node';
import type { Change, NewEvent } from '@cups/store';
import { createHash } from 'node:crypto';
import type { Delivery, Fetched, Refusal, Reply, Said, Step } from './domain/delivery.ts';
import { mend } from './mend.ts';
import type { Mended } from './mend.ts';
import type { StoredDelivery } from './store.ts';

/** The border to agencies: a frozen submission becomes a request, a reply becomes what the domain understands. */

/**
 * Submission `number` of a delivery as the agency contract wants it, or why it can not be sent.
 * @returns kind request, withdrawn or failed (CONTENT_INVALID, AGENCY_MISMATCH), with the wrong fields' names
 */
export function toRequest(submission: GetSubmissionResponse__Output, number: number, delivery: Delivery): Fetched {
  if (submission.withdrawn) return { kind: 'withdrawn' };
  if (submission.agency !== `agencies/${delivery.agency}`) return failed('AGENCY_MISMATCH', ['agency']);
  const type = number === 1 ? 'submitted' : 'documentsSupplied';
  let data: object;
  try {
    data = contentOf(submission, number, delivery);
  } catch {
    return failed('CONTENT_INVALID', ['answers']);
  }
  const checked = validateRequest(REQUEST_TYPES[type], data);
  if (!checked.ok) return failed('CONTENT_INVALID', [...new Set(checked.violations.map(({ field }) => field))]);
  return { kind: 'request', type, data };
}

const failed = (cause: string, fields: string[]): Fetched => ({ kind: 'failed', cause, fields });

/** Without what is empty on the wire. */
function present<T extends Record<string, unknown>>(fields: T): Partial<T> {
  const kept = Object.entries(fields).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return Object.fromEntries(kept) as Partial<T>;
}

const idOf = (name: string) => name.slice(name.indexOf('/') + 1);

function toPerson(person: Person__Output | null | undefined) {
  if (!person) return undefined;
  const { idnp, givenName, familyName, birthDate, language } = person;
  return present({ idnp, givenName, familyName, birthDate, language });
}

function contentOf(submission: GetSubmissionResponse__Output, number: number, delivery: Delivery): object {
  const { content, serviceTitle, fee } = submission;
  const { ro, ru, en } = serviceTitle ?? { ro: '', ru: '', en: '' };
  const answers = content?.answers;
  return present({
    application: delivery.application,
    submission: number,
    centre: { code: idOf(submission.centre), name: submission.centreName, kind: submission.centreKind },
    publicService: { code: idOf(submission.publicService), version: submission.serviceVersion, title: { ro, ru, en } },
    applicant: toPerson(content?.applicant),
    represented: toPerson(content?.represented),
    mandate: content?.mandate
      ? present({
          kind: enumValue('MANDATE_KIND_', content.mandate.kind),
          reference: content.mandate.reference,
          date: content.mandate.date,
        })
      : undefined,
    answers: answers && answers.length > 0 ? (JSON.parse(answers.toString()) as unknown) : {},
    evidence: (content?.evidence ?? []).map(({ kind, number: paper, issueDate, originalSeen, copy }) =>
      present({ kind, number: paper, issueDate, originalSeen, copy }),
    ),
    costOption: content?.costOption
      ? present({
          code: content.costOption,
          fee: fee ? { amountMinor: Number(fee.amountMinor), currency: fee.currencyCode } : undefined,
        })
      : undefined,
    delivery: content?.delivery
      ? present({ kind: enumValue('DELIVERY_KIND_', content.delivery.kind), note: content.delivery.note })
      : undefined,
    submitTime: fromTimestamp(submission.submitTime)?.toISOString(),
    dueDate: submission.dueDate,
    corrects: submission.corrects,
    ...(number === 1 ? {} : { answersRequest: answered(submission.answersRequest, delivery) }),
  } satisfies { [Field in keyof DocumentsSupplied]?: unknown });
}

/** The agency's own id of its request; intake may name our event that carried it, which an agency can not know. */
function answered(named: string, delivery: Delivery): string {
  const known = delivery.messages.includes(named) ? named : delivery.documentsRequest;
  return known ?? named;
}

/** What a step says, as events of the store: requests to the agency unsequenced, events to intake counted. */
export function toChange(step: Step<StoredDelivery>): Change<StoredDelivery> {
  const { delivery } = step;
  return { document: delivery, events: toEvents(delivery, step.says) };
}

/** What is said about a delivery, encoded for the two borders. */
export function toEvents(delivery: Delivery, says: Said[]): NewEvent[] {
  const subject = subjectOf(delivery.application, delivery.agency);
  return says.map((said): NewEvent => {
    if (said.to === 'agency') {
      const type = REQUEST_TYPES[said.type];
      return {
        topic: `agency.${delivery.agency}.requests`,
        key: delivery._id,
        type,
        subject,
        sequenced: false,
        source: PLATFORM_SOURCE,
        contentType: 'application/json',
        extra: { dataschema: SCHEMAS[type].$id },
        data: Buffer.from(JSON.stringify(said.data)),
      };
    }
    const type = `cups.agencybridge.v1.${said.type}`;
    const ref = {
      delivery: subject,
      application: delivery.application,
      agency: `agencies/${delivery.agency}`,
      messageId: said.messageId,
      occurTime: toTimestamp(said.occurTime),
      agencyReference: delivery.agencyReference ?? '',
      changes: said.changes ?? [],
    };
    return {
      topic: 'cups.deliveries',
      key: idOf(delivery.application),
      type,
      subject,
      sequenced: true,
      data: messageType(type).encode({ ref, ...said.fields }),
    };
  });
}

/** A message that may be taken, or why not; `deliveryId` where it is about a delivery of the agency that sent it. */
export type Read =
  | { deliveryId: string; reply: Reply; refusal?: undefined }
  | { deliveryId: string; reply?: undefined; refusal: Refusal }
  | { deliveryId?: undefined; reply?: undefined; refusal: Refusal };

/** Names of fields that a refusal lists. */
const MAX_FIELDS = 20;

/**
 * A message from the replies topic of `agency`, checked against the contract. Causes are those of the contract, and
 * FOREIGN_AGENCY (it claims another source), FOREIGN_DELIVERY (it speaks of another agency's delivery): topic, source and
 * subject must name one agency before anything of the message counts. What is wrong with a date or a length of a decision
 * is put right and told (`mend`).
 */
export function toReply(event: CloudEvent, agency: string): Read {
  if (event.source !== sourceOf(agency)) return { refusal: { cause: 'FOREIGN_AGENCY', fields: ['ce_source'] } };
  const named = parseSubject(event.subject);
  if (named && named.agency !== agency) return { refusal: { cause: 'FOREIGN_DELIVERY', fields: ['ce_subject'] } };
  const about: { deliveryId: string } | { deliveryId?: undefined } = named ? { deliveryId: named.deliveryId } : {};
  const { value, changes } = mend(event.type, event.data, event.time);
  const read = fromMessage(encode(asEntry(event, value)));
  if (!read.ok) {
    const fields = [...new Set(read.violations.map(({ field }) => field))].slice(0, MAX_FIELDS);
    return { ...about, refusal: { cause: read.cause, fields } };
  }
  if (!isReplyType(read.event.type)) return { ...about, refusal: { cause: 'UNKNOWN_TYPE', fields: ['ce_type'] } };
  const all: Mended[] = event.timeReplaced ? ['CE_TIME_REPLACED', ...changes] : changes;
  const reply = { ...replyOf(read.event as ReplyEvent), digest: digestOf(event), changes: all };
  return { deliveryId: read.event.subject.slice('deliveries/'.length), reply };
}

/** Of type and content as they were sent, whatever the order of properties. */
function digestOf({ type, data }: CloudEvent): string {
  const hash = createHash('sha256').update(`${type}\n`);
  try {
    hash.update(canonicalJson(JSON.parse(data.toString())));
  } catch {
    // Nested too deeply to be put in order, in what `mend` has replaced: then it is the bytes that count.
    hash.update(data);
  }
  return hash.digest('base64url').slice(0, 22);
}

/** The event with another content, as its agency would have sent it. */
function asEntry(event: CloudEvent, data: Buffer) {
  const { correlationId = '', causationId = '', dataschema } = event;
  const extra = dataschema === undefined ? {} : { dataschema };
  return { ...event, sequence: null, correlationId, causationId, extra, data };
}

function replyOf(event: ReplyEvent): Omit<Reply, 'digest' | 'changes'> {
  const common = { id: event.id, time: new Date(event.time) };
  switch (event.type) {
    case REPLY_TYPES.acknowledged: {
      const { submission, agencyReference } = event.data;
      return { ...common, type: 'DeliveryAcknowledged', submission, agencyReference, fields: {} };
    }
    case REPLY_TYPES.progressed:
      return {
        ...common,
        ...referenceOf(event.data),
        type: 'DeliveryProgressed',
        fields: { note: event.data.note ?? '' },
      };
    case REPLY_TYPES.documentsRequested: {
      const { documents, message, answerBy } = event.data;
      const evidenceKinds = [...new Set(documents.map(({ kind }) => kind))];
      const fields = { evidenceKinds, documents, message: message ? toText(message) : null, answerBy };
      return { ...common, ...referenceOf(event.data), type: 'DeliveryDocumentsRequested', fields };
    }
    case REPLY_TYPES.decided: {
      const { outcome, reason, result, decideTime } = event.data;
      const fields = {
        approved: outcome === 'approved',
        reason: reason ? toText(reason) : null,
        ...toResult(result),
        decideTime: toTimestamp(new Date(decideTime)),
      };
      return { ...common, ...referenceOf(event.data), type: 'DeliveryDecided', fields };
    }
    case REPLY_TYPES.resultCorrected: {
      const fields = { ...toResult(event.data.result), reason: toText(event.data.reason) };
      return { ...common, type: 'DeliveryResultCorrected', fields };
    }
    case REPLY_TYPES.resultRevoked:
      return { ...common, type: 'DeliveryResultRevoked', fields: { reason: toText(event.data.reason) } };
  }
}

const referenceOf = ({ agencyReference }: { agencyReference?: string }) =>
  agencyReference === undefined ? {} : { agencyReference };

/** Romanian is always there inside the platform: an agency's message in another language only stands in for it. */
const toText = ({ ro, ru, en }: { ro?: string; ru?: string; en?: string }) => ({
  ro: ro ?? ru ?? en ?? '',
  ru: ru ?? '',
  en: en ?? '',
});

const toResult = (result: Result | undefined) => ({
  resultKind: result?.kind ?? '',
  resultNumber: result?.number ?? '',
  verificationCode: result?.verificationCode ?? '',
  validUntil: result?.validUntil ?? '',
});
