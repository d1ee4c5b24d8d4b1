import { deliveryIdOf, REPLY_TYPES, sourceOf } from '@cups/agency-contract';
import type { ApplicationSubmittedV2, Attributes, ReplyEvent, RequestEvent, Result } from '@cups/agency-contract';
import { decodeTime } from 'ulid';
import { randomFraction, randomDigits, deterministicId, pickRandom, randomSymbols } from './seeded-random.ts';
import {
  APPEAL_TEXT,
  DOCUMENT_REQUEST,
  PROGRESS_NOTE,
  REJECTION_REASONS,
  CORRECTION_REASON,
  PASSING_ON_REASON,
  MESSAGE_ANSWER,
  REVOCATION_REASON,
} from './reply-texts.ts';

export type SubmissionEvent = Extract<RequestEvent, { data: ApplicationSubmittedV2 }>;
/** Reply types of the contract, with `decided` for approvals and `rejected` for rejections. */
export type ReplyKind = Exclude<keyof typeof REPLY_TYPES, 'messageSent'> | 'rejected';

/** Code of the agency to which others pass applications on. It decides them itself. */
export const COMPETENT_AGENCY = 'cnas';

/** Input for a reply. */
export type ReplyContext = {
  request: SubmissionEvent;
  agency: string;
  /** Source of all randomness. */
  seed: string;
  /** Days that the agency allows for documents. */
  answerDays: number;
};

const civilDate = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Chisinau', dateStyle: 'short' });
const DAY_MS = 86_400_000;
/** Validity of a result. */
const VALIDITY_DAYS = 90;
/** Period for an appeal. */
const APPEAL_DAYS = 30;
/** Days from a report of progress to the expected decision. */
const EXPECTED_DAYS = 14;
/** Codes of services whose result is a payment; others result in a document. */
const PAYMENT_SERVICE = /(^|-)(pension|allowance)(-|$)/;
/** Hosts at which anybody can verify results, by agency code. `verificationHosts` of the agency's file lists the same. */
const VERIFICATION_HOSTS = new Map([['asp', 'verify.example.md']]);

/** Returns the agency's case number, such as `ASP-2026-000123`; the same for all messages of a delivery. */
export function referenceOf(application: string, agency: string): string {
  const year = new Date(decodeTime(application.slice('applications/'.length))).getUTCFullYear();
  return `${agency.toUpperCase()}-${year}-${randomDigits(6, 'reference', deliveryIdOf(application, agency))}`;
}

function createResult({ request: { data }, agency }: ReplyContext, issue: string, time: string): Result {
  const delivery = deliveryIdOf(data.application, agency);
  const number = `${agency.toUpperCase()}-R-${randomDigits(8, 'result', delivery, issue)}`;
  if (PAYMENT_SERVICE.test(data.publicService.code)) return { kind: 'payment', number };
  const kind = data.delivery.kind === 'electronic' ? 'electronic' : 'paper';
  const validUntil = civilDate.format(Date.parse(time) + VALIDITY_DAYS * DAY_MS);
  const verificationCode = randomSymbols(10, 'verification', delivery, issue);
  const host = VERIFICATION_HOSTS.get(agency);
  return { kind, number, verificationCode, validUntil, ...(host && { verificationUrl: `https://${host}/${number}` }) };
}

function selectDocuments(data: ApplicationSubmittedV2, seed: string) {
  const unseen = data.evidence.filter(({ originalSeen }) => !originalSeen);
  const kind = pickRandom(unseen.length > 0 ? unseen : data.evidence, seed, 'document', data.application)?.kind;
  return [{ kind: kind ?? 'identity-document', note: DOCUMENT_REQUEST.ro }];
}

function createAttributes({ request, agency }: ReplyContext, label: string, time: string): Attributes {
  const attributes: Attributes = {
    id: deterministicId(agency, request.id, label),
    source: sourceOf(agency),
    subject: request.subject,
    time,
    causationid: request.id,
  };
  if (request.correlationid !== undefined) attributes.correlationid = request.correlationid;
  if (request.traceparent !== undefined) attributes.traceparent = request.traceparent;
  return attributes;
}

/** Writes the content of a reply. `about` has the fields common to all replies. */
type ReplyWriter = (
  context: ReplyContext,
  about: { application: string; submission: number; agencyReference: string },
  time: string,
) => Pick<ReplyEvent, 'type' | 'data'>;

const REPLY_WRITERS: Record<ReplyKind, ReplyWriter> = {
  acknowledged: (_, about) => ({ type: REPLY_TYPES.acknowledged, data: about }),
  progressed: (_, about, time) => ({
    type: REPLY_TYPES.progressed,
    data: {
      ...about,
      note: PROGRESS_NOTE.ro,
      expectedDecisionDate: civilDate.format(Date.parse(time) + EXPECTED_DAYS * DAY_MS),
    },
  }),
  documentsRequested: ({ request, seed, answerDays }, about) => ({
    type: REPLY_TYPES.documentsRequested,
    data: {
      ...about,
      documents: selectDocuments(request.data, seed),
      message: DOCUMENT_REQUEST,
      answerBy: civilDate.format(Date.parse(request.time) + answerDays * DAY_MS),
    },
  }),
  decided: (context, about, time) => ({
    type: REPLY_TYPES.decided,
    data: { ...about, outcome: 'approved', result: createResult(context, 'first', time), decideTime: time },
  }),
  rejected: ({ seed }, about, time) => ({
    type: REPLY_TYPES.decided,
    data: {
      ...about,
      outcome: 'rejected',
      reason: pickRandom(REJECTION_REASONS, seed, 'refusal', about.application)!,
      appeal: { how: APPEAL_TEXT, until: civilDate.format(Date.parse(time) + APPEAL_DAYS * DAY_MS) },
      decideTime: time,
    },
  }),
  resultCorrected: (context, { application, submission }, time) => ({
    type: REPLY_TYPES.resultCorrected,
    data: { application, submission, result: createResult(context, 'corrected', time), reason: CORRECTION_REASON },
  }),
  resultRevoked: (_, { application, submission }) => ({
    type: REPLY_TYPES.resultRevoked,
    data: { application, submission, reason: REVOCATION_REASON },
  }),
  passedOn: (_, { application, submission }) => ({
    type: REPLY_TYPES.passedOn,
    data: { application, submission, agency: COMPETENT_AGENCY, reason: PASSING_ON_REASON },
  }),
};

/**
 * Creates a reply to a submission; deterministic.
 * @param time send time, RFC 3339
 * @param label distinguishes its ID from those of other replies to the request
 */
export function createReply(context: ReplyContext, kind: ReplyKind, time: string, label: string = kind): ReplyEvent {
  const { application } = context.request.data;
  const { submission } = context.request.data;
  const about = { application, submission, agencyReference: referenceOf(application, context.agency) };
  return Object.assign(createAttributes(context, label, time), REPLY_WRITERS[kind](context, about, time)) as ReplyEvent;
}

export type MessageEvent = Extract<RequestEvent, { type: 'md.cups.application.message-sent.v1' }>;

/** Creates the answer to a message of the desk, in its language; deterministic. */
export function answerMessage(request: MessageEvent, agency: string): ReplyEvent {
  const { application, number, language = 'ro' } = request.data;
  const content = { application, text: MESSAGE_ANSWER[language], language, answersNumber: number };
  const answer: ReplyEvent = {
    id: deterministicId(agency, request.id, 'message-sent'),
    source: sourceOf(agency),
    subject: request.subject,
    time: request.time,
    causationid: request.id,
    type: REPLY_TYPES.messageSent,
    data: { ...content, agencyReference: referenceOf(application, agency) },
  };
  return request.correlationid === undefined ? answer : { ...answer, correlationid: request.correlationid };
}

/** Returns the pace of the agency for this request: 0.5 to 1.5 times its usual hours. */
export const computePace = ({ request, seed }: ReplyContext): number => 0.5 + randomFraction(seed, 'pace', request.id);
