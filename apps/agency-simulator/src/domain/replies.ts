import { deliveryIdOf, REPLY_TYPES, sourceOf } from '@cups/agency-contract';
import type { AnySubmitted, Attributes, ReplyEvent, RequestEvent, Result } from '@cups/agency-contract';
import { decodeTime } from 'ulid';
import { chance, digits, idOf, pick, symbols } from './chance.ts';
import { APPEAL, DOCUMENT_WANTED, PROGRESS, REFUSALS, RESULT_CORRECTED, RESULT_REVOKED } from './wording.ts';

export type SubmissionEvent = Extract<RequestEvent, { data: AnySubmitted }>;
/** The replies of the contract; a decision is either `decided`, in favour, or `rejected`. */
export type ReplyKind = keyof typeof REPLY_TYPES | 'rejected';

/** What an agency knows when it writes a reply. */
export type Dossier = {
  request: SubmissionEvent;
  agency: string;
  /** All chance comes from it. */
  seed: string;
  /** Days that the agency leaves for bringing documents. */
  answerDays: number;
};

const civilDate = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Chisinau', dateStyle: 'short' });
const DAY_MS = 86_400_000;
/** So long an extract or a certificate is accepted. */
const VALID_DAYS = 90;
/** So long a refusal can be appealed. */
const APPEAL_DAYS = 30;
/** What such a public service gives is money, by its code; the others give a document. */
const PAYS = /(^|-)(pension|allowance)(-|$)/;

/** The agency's own number of a case, such as `ASP-2026-000123`: the same for every message of a delivery. */
export function referenceOf(application: string, agency: string): string {
  const year = new Date(decodeTime(application.slice('applications/'.length))).getUTCFullYear();
  return `${agency.toUpperCase()}-${year}-${digits(6, 'reference', deliveryIdOf(application, agency))}`;
}

function resultOf({ request: { data }, agency }: Dossier, issue: string, time: string): Result {
  const delivery = deliveryIdOf(data.application, agency);
  const number = `${agency.toUpperCase()}-R-${digits(8, 'result', delivery, issue)}`;
  if (PAYS.test(data.publicService.code)) return { kind: 'payment', number };
  const kind = data.delivery.kind === 'electronic' ? 'electronic' : 'paper';
  const validUntil = civilDate.format(Date.parse(time) + VALID_DAYS * DAY_MS);
  return { kind, number, verificationCode: symbols(10, 'verification', delivery, issue), validUntil };
}

function documentsWanted(data: AnySubmitted, seed: string) {
  const unseen = data.evidence.filter((one) => !one.originalSeen);
  const kind = pick(unseen.length > 0 ? unseen : data.evidence, seed, 'document', data.application)?.kind;
  return [{ kind: kind ?? 'identity-document', note: DOCUMENT_WANTED.ro }];
}

function attributesOf({ request, agency }: Dossier, label: string, time: string): Attributes {
  const attributes: Attributes = {
    id: idOf(agency, request.id, label),
    source: sourceOf(agency),
    subject: request.subject,
    time,
    causationid: request.id,
  };
  if (request.correlationid !== undefined) attributes.correlationid = request.correlationid;
  return attributes;
}

/** What each reply says, by its kind; `about` is what all of them name. */
type Writer = (
  dossier: Dossier,
  about: { application: string; agencyReference: string },
  time: string,
) => Pick<ReplyEvent, 'type' | 'data'>;

const WRITERS: Record<ReplyKind, Writer> = {
  acknowledged: ({ request }, about) => ({
    type: REPLY_TYPES.acknowledged,
    data: { ...about, submission: request.data.submission },
  }),
  progressed: (_, about) => ({
    type: REPLY_TYPES.progressed,
    data: { ...about, note: PROGRESS.ro },
  }),
  documentsRequested: ({ request, seed, answerDays }, about) => ({
    type: REPLY_TYPES.documentsRequested,
    data: {
      ...about,
      documents: documentsWanted(request.data, seed),
      message: DOCUMENT_WANTED,
      answerBy: civilDate.format(Date.parse(request.time) + answerDays * DAY_MS),
    },
  }),
  decided: (dossier, about, time) => ({
    type: REPLY_TYPES.decided,
    data: { ...about, outcome: 'approved', result: resultOf(dossier, 'first', time), decideTime: time },
  }),
  rejected: ({ seed }, about, time) => ({
    type: REPLY_TYPES.decided,
    data: {
      ...about,
      outcome: 'rejected',
      reason: pick(REFUSALS, seed, 'refusal', about.application)!,
      appeal: { how: APPEAL, until: civilDate.format(Date.parse(time) + APPEAL_DAYS * DAY_MS) },
      decideTime: time,
    },
  }),
  resultCorrected: (dossier, { application }, time) => ({
    type: REPLY_TYPES.resultCorrected,
    data: { application, result: resultOf(dossier, 'corrected', time), reason: RESULT_CORRECTED },
  }),
  resultRevoked: (_, { application }) => ({
    type: REPLY_TYPES.resultRevoked,
    data: { application, reason: RESULT_REVOKED },
  }),
};

/**
 * The reply of that kind to a submission; it depends on the arguments only.
 * @param time when it is sent, RFC 3339
 * @param label what tells its id from those of the other replies to the same request
 */
export function replyOf(dossier: Dossier, kind: ReplyKind, time: string, label: string = kind): ReplyEvent {
  const { application } = dossier.request.data;
  const about = { application, agencyReference: referenceOf(application, dossier.agency) };
  return Object.assign(attributesOf(dossier, label, time), WRITERS[kind](dossier, about, time)) as ReplyEvent;
}

/** How fast the agency is with this request: from 0.5 to 1.5 times its usual hours. */
export const paceOf = ({ request, seed }: Dossier): number => 0.5 + chance(seed, 'pace', request.id);
