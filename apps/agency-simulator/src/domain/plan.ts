import { deliveryIdOf, REPLY_TYPES, sourceOf, toMessage } from '@cups/agency-contract';
import type {
  ApplicationSubmitted,
  DocumentsSupplied,
  OutgoingMessage,
  ReplyEvent,
  RequestEvent,
  Result,
} from '@cups/agency-contract';
import { decodeTime } from 'ulid';
import { behaviourOf } from './behaviour.ts';
import type { Behaviour, Rules } from './behaviour.ts';
import { chance, digits, idOf, pick, symbols } from './chance.ts';
import { DOCUMENT_WANTED, PROGRESS, REFUSALS, RESULT_CORRECTED, RESULT_REVOKED } from './wording.ts';

type Kind = keyof typeof REPLY_TYPES | 'rejected' | 'bytes' | 'halfMessage' | 'brokenReply';
type Step = readonly [kind: Kind, hours: number];

/** A message to send `afterMs` after the request came in. */
export type PlannedReply = { kind: Kind; afterMs: number; message: OutgoingMessage };
/** What an agency will do about one request, in order; what is left of it when the application is withdrawn or expires. */
export type Plan = { replies: PlannedReply[]; afterEnd: 'stop' | 'hurry' };
/** `hourMs`: how long one working hour of the agency lasts here; `answerDays`: for `answerBy`. */
export type PlanOptions = { seed: string; hourMs: number; answerDays: number };
export type SubmissionEvent = Extract<RequestEvent, { data: ApplicationSubmitted }>;

const DECIDES: readonly Step[] = [
  ['acknowledged', 0.1],
  ['decided', 1],
];
const ASKS: readonly Step[] = [
  ['acknowledged', 0.1],
  ['documentsRequested', 1],
];

/** The course of each behaviour in working hours of the agency, one row for each submission; the last row repeats. */
const COURSES: Record<Behaviour, readonly (readonly Step[])[]> = {
  quick: [DECIDES],
  slow: [
    [
      ['acknowledged', 4],
      ['progressed', 16],
      ['decided', 40],
    ],
  ],
  'asks-for-documents': [ASKS, DECIDES],
  'asks-twice': [ASKS, ASKS, DECIDES],
  rejects: [
    [
      ['acknowledged', 0.1],
      ['rejected', 1],
    ],
  ],
  silent: [[]],
  rubbish: [[['bytes', 0.02], ['halfMessage', 0.04], ['brokenReply', 0.06], ...DECIDES]],
  'sends-twice': [
    [
      ['acknowledged', 0.1],
      ['acknowledged', 0.2],
      ['decided', 1],
      ['decided', 1.1],
    ],
  ],
  'out-of-order': [
    [
      ['decided', 0.5],
      ['acknowledged', 1],
    ],
  ],
  'decides-anyway': [
    [
      ['acknowledged', 0.1],
      ['decided', 1000],
    ],
  ],
  'corrects-result': [[...DECIDES, ['resultCorrected', 3]]],
  'revokes-result': [[...DECIDES, ['resultRevoked', 3]]],
};

const civilDate = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Chisinau', dateStyle: 'short' });

/** The agency's own number of a case, such as `ASP-2026-000123`: the same for every message of a delivery. */
export function referenceOf(application: string, agency: string): string {
  const year = new Date(decodeTime(application.slice('applications/'.length))).getUTCFullYear();
  return `${agency.toUpperCase()}-${year}-${digits(6, 'reference', deliveryIdOf(application, agency))}`;
}

/** So long an extract or a certificate is accepted. */
const VALID_DAYS = 90;

function resultOf(data: ApplicationSubmitted, agency: string, issue: string, sent: Date): Result {
  const delivery = deliveryIdOf(data.application, agency);
  const number = `${agency.toUpperCase()}-R-${digits(8, 'result', delivery, issue)}`;
  if (agency === 'cnas') return { kind: 'payment', number };
  const kind = data.delivery.kind === 'electronic' ? 'electronic' : 'paper';
  const validUntil = civilDate.format(new Date(sent.getTime() + VALID_DAYS * 86_400_000));
  return { kind, number, verificationCode: symbols(10, 'verification', delivery, issue), validUntil };
}

function documentsWanted(
  data: ApplicationSubmitted | DocumentsSupplied,
  seed: string,
): { kind: string; note: string }[] {
  const unseen = data.evidence.filter((one) => !one.originalSeen);
  const kind = pick(unseen.length > 0 ? unseen : data.evidence, seed, 'document', data.application)?.kind;
  return [{ kind: kind ?? 'identity-document', note: DOCUMENT_WANTED.ro }];
}

/**
 * What an agency that behaves so will answer to a submission. It depends on the arguments only: a request that comes
 * again, even after a restart, gives the same messages with the same ids and times.
 */
export function planReplies(
  request: SubmissionEvent,
  agency: string,
  behaviour: Behaviour,
  options: PlanOptions,
): Plan {
  const { seed, hourMs, answerDays } = options;
  const { data } = request;
  const { application } = data;
  const agencyReference = referenceOf(application, agency);
  const pace = 0.5 + chance(seed, 'pace', request.id);

  const replyOf = (kind: Kind, time: string): ReplyEvent => {
    const attributes = {
      id: idOf(agency, request.id, kind),
      source: sourceOf(agency),
      subject: request.subject,
      time,
      causationid: request.id,
      ...(request.correlationid === undefined ? {} : { correlationid: request.correlationid }),
    };
    switch (kind) {
      case 'acknowledged':
        return {
          ...attributes,
          type: REPLY_TYPES.acknowledged,
          data: { application, submission: data.submission, agencyReference },
        };
      case 'progressed':
        return {
          ...attributes,
          type: REPLY_TYPES.progressed,
          data: { application, agencyReference, note: PROGRESS.ro },
        };
      case 'documentsRequested': {
        const answerBy = civilDate.format(new Date(Date.parse(request.time) + answerDays * 86_400_000));
        const documents = documentsWanted(data, seed);
        return {
          ...attributes,
          type: REPLY_TYPES.documentsRequested,
          data: { application, agencyReference, documents, message: DOCUMENT_WANTED, answerBy },
        };
      }
      case 'rejected': {
        const reason = pick(REFUSALS, seed, 'refusal', application)!;
        return {
          ...attributes,
          type: REPLY_TYPES.decided,
          data: { application, agencyReference, outcome: 'rejected', reason, decideTime: time },
        };
      }
      case 'resultCorrected':
        return {
          ...attributes,
          type: REPLY_TYPES.resultCorrected,
          data: { application, result: resultOf(data, agency, 'corrected', new Date(time)), reason: RESULT_CORRECTED },
        };
      case 'resultRevoked':
        return { ...attributes, type: REPLY_TYPES.resultRevoked, data: { application, reason: RESULT_REVOKED } };
      default:
        return {
          ...attributes,
          type: REPLY_TYPES.decided,
          data: {
            application,
            agencyReference,
            outcome: 'approved',
            result: resultOf(data, agency, 'first', new Date(time)),
            decideTime: time,
          },
        };
    }
  };

  const messageOf = (kind: Kind, time: string): OutgoingMessage => {
    const good = toMessage(replyOf(kind, time));
    if (kind === 'bytes') return { key: good.key, headers: {}, value: Buffer.from([0xff, 0xfe, 0x00, 0x13, 0x37]) };
    if (kind === 'halfMessage') return { ...good, value: good.value.subarray(0, good.value.length >> 1) };
    if (kind === 'brokenReply')
      return { ...good, value: Buffer.from(JSON.stringify({ application, outcome: 'maybe' })) };
    return good;
  };

  const courses = COURSES[behaviour];
  const steps = courses[Math.min(data.submission, courses.length) - 1]!;
  // A repeat is the same message: one id never has two contents.
  const made = new Map<Kind, OutgoingMessage>();
  const replies = steps.map(([kind, hours]): PlannedReply => {
    const afterMs = Math.round(hours * pace * hourMs);
    const message = made.get(kind) ?? messageOf(kind, new Date(Date.parse(request.time) + afterMs).toISOString());
    made.set(kind, message);
    return { kind, afterMs, message };
  });
  return { replies, afterEnd: behaviour === 'decides-anyway' ? 'hurry' : 'stop' };
}

/** The plan for a submission, with the behaviour that the rules give to its delivery. */
export function planByRules(request: SubmissionEvent, agency: string, options: PlanOptions & { rules: Rules }): Plan {
  const { application, publicService } = request.data;
  const delivery = { application, agency, publicService: publicService.code };
  return planReplies(request, agency, behaviourOf(options.rules, options.seed, delivery), options);
}
