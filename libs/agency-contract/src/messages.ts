import type { PersonV2, SubmissionContent } from './content-types.ts';
import type { Handling } from './refusals.ts';

export type { PersonV2 } from './content-types.ts';

/** `ce_type` of the platform's messages: requests, and refusals of replies. */
export const REQUEST_TYPES = {
  submitted: 'md.cups.application.submitted.v1',
  documentsSupplied: 'md.cups.application.documents-supplied.v1',
  /** For people without IDNP; sent to agencies that accept them. */
  submittedV2: 'md.cups.application.submitted.v2',
  documentsSuppliedV2: 'md.cups.application.documents-supplied.v2',
  /** Sent to agencies that accept corrections. Since 1.4. */
  corrected: 'md.cups.application.corrected.v1',
  /** The agency is late. Sent to agencies that accept reminders. Since 1.5. */
  reminded: 'md.cups.application.reminded.v1',
  /** Sent to agencies that accept messages. Since 1.5. */
  messageSent: 'md.cups.application.message-sent.v1',
  withdrawn: 'md.cups.application.withdrawn.v1',
  expired: 'md.cups.application.expired.v1',
  /** What became of a reply that was refused, recorded or changed. May be about no delivery. */
  replyRefused: 'md.cups.reply.refused.v1',
} as const;

/** `ce_type` of an agency's replies. */
export const REPLY_TYPES = {
  acknowledged: 'md.cups.reply.acknowledged.v1',
  progressed: 'md.cups.reply.progressed.v1',
  documentsRequested: 'md.cups.reply.documents-requested.v1',
  decided: 'md.cups.reply.decided.v1',
  resultCorrected: 'md.cups.reply.result-corrected.v1',
  resultRevoked: 'md.cups.reply.result-revoked.v1',
  /** Another agency is competent. Since 1.5. */
  passedOn: 'md.cups.reply.passed-on.v1',
  /** Since 1.5. */
  messageSent: 'md.cups.reply.message-sent.v1',
} as const;

/** `ce_type` of reference data, which is the same for every agency. */
export const REFERENCE_TYPES = {
  centreChanged: 'md.cups.centre.changed.v1',
  /** Since 1.4. */
  journalCheckpoint: 'md.cups.journal.checkpoint.v1',
} as const;

export type RequestType = (typeof REQUEST_TYPES)[keyof typeof REQUEST_TYPES];
export type ReplyType = (typeof REPLY_TYPES)[keyof typeof REPLY_TYPES];
export type ReferenceType = (typeof REFERENCE_TYPES)[keyof typeof REFERENCE_TYPES];
/** Types of messages about deliveries, in either direction. */
export type MessageType = RequestType | ReplyType;

/** `ce_source` of the platform's messages about deliveries; that of a reply is `sourceOf(agency)`. */
export const PLATFORM_SOURCE = '/cups/agency-bridge';

/** Maximum sizes in bytes of JSON: form answers, request, reply. */
export const MAX_ANSWERS_BYTES = 64 * 1024;
export const MAX_REQUEST_BYTES = 256 * 1024;
const MAX_REPLY_BYTES = 64 * 1024;

/** Path of the agency API under which copies are fetched, followed by the ID of a document. */
export const COPY_PATH = '/agency/v1/documents/';

/** Maximum characters of a text for a person in one language: `text` and `message` of the definitions. */
export const MAX_TEXT_LENGTH = 2000;

/** Language of a text that was written in one. */
export type Language = 'ro' | 'ru' | 'en';

/** Text for a person; Romanian is required. */
export type Text = { ro: string; ru?: string; en?: string };
export type Result = {
  kind: 'paper' | 'electronic' | 'payment';
  number?: string;
  verificationCode?: string;
  validUntil?: string;
  /** IDs of documents that were uploaded for this delivery, at most 5. Since 1.3. */
  documents?: string[];
  /** https address at which anybody can verify the result. Since 1.3. */
  verificationUrl?: string;
};

type Submission = {
  application: string;
  submission: number;
  centre: { code: string; name: string; kind: string };
  publicService: { code: string; version: string; title: { ro: string; ru: string; en: string } };
  submitTime: string;
  dueDate?: string;
  corrects?: string;
};
/** One immutable submission. Dates are `yyyy-MM-dd`, times RFC 3339; `application` is a resource name. */
export type ApplicationSubmitted = Submission & SubmissionContent;
/** The complete submission again. `answersRequest` is the `ce_id` or the reference of the agency's request. */
export type DocumentsSupplied = ApplicationSubmitted & Supply;
type Supply = {
  answersRequest: string;
  /** Requested documents that the applicant cannot obtain, with an optional reason. */
  unavailable?: { kind: string; reason?: string }[];
};
/** A submission with a person without IDNP. */
export type ApplicationSubmittedV2 = Submission & SubmissionContent<PersonV2>;
export type DocumentsSuppliedV2 = ApplicationSubmittedV2 & Supply;
/** Members of a submission that a correction may change. */
export type CorrectedField = 'mandate' | 'answers' | 'evidence' | 'delivery';
/** The complete submission again, after the person corrected it. People may have no IDNP. Since 1.4. */
export type ApplicationCorrected = ApplicationSubmittedV2 & { correctedFields: CorrectedField[] };
/** The agency has not acted in time. Changes no state. Since 1.5. */
export type ApplicationReminded = { application: string; step: string; dueDate?: string; remindTime: string };
/** The desk writes to the agency. Since 1.5. */
export type ApplicationMessageSent = {
  application: string;
  /** Within the application, from 1. */
  number: number;
  text: string;
  language?: Language;
  sendTime: string;
};
export type ApplicationWithdrawn = { application: string; withdrawTime: string; reason?: string };
export type ApplicationExpired = { application: string; expireTime: string };

/**
 * What the platform did with a reply, without its content. `cause` is a key of REFUSALS, or of a later version of it.
 */
export type ReplyRefused = {
  handling: Handling;
  cause: string;
  message: { id?: string; type?: string; topic: string; partition: number; offset: number };
  /** Position of the last reply, if the message covers several. */
  last?: { partition: number; offset: number };
  application?: string;
  violations: { field: string; rule: string }[];
  changes?: string[];
  /** The text of `remedy`. Version 2 drops it. */
  mend: string;
  /** What the agency does about it, one English sentence. Since 1.2. */
  remedy?: string;
  count: number;
  time: string;
};

/** The newest submission that the sender had seen. Since 1.6. */
type Seen = { submission?: number };

export type Acknowledged = { application: string; submission: number; agencyReference: string };
export type Progressed = Seen & {
  application: string;
  agencyReference?: string;
  note?: string;
  /** Day by which the agency expects to decide, `yyyy-MM-dd`. Does not change the legal term. Since 1.5. */
  expectedDecisionDate?: string;
};
export type DocumentsRequested = Seen & {
  application: string;
  agencyReference?: string;
  documents: { kind: string; note?: string }[];
  message?: { ro?: string; ru?: string; en?: string };
  answerBy: string;
};
export type Decided = Seen & {
  application: string;
  agencyReference?: string;
  outcome: 'approved' | 'rejected';
  reason?: Text;
  result?: Result;
  /** How to appeal a rejection, and until when (`yyyy-MM-dd`). */
  appeal?: { how: Text; until?: string };
  decideTime: string;
};
export type ResultCorrected = Seen & { application: string; result: Result; reason: Text };
export type ResultRevoked = Seen & { application: string; reason: Text };
/** `agency` is the code of the competent agency. Since 1.5. */
export type PassedOn = Seen & { application: string; agency: string; reason: Text };

/** The agency writes to the desk; `answersNumber` is the number of the answered message. Since 1.5. */
export type ReplyMessageSent = Seen & {
  application: string;
  agencyReference?: string;
  text: string;
  language?: Language;
  answersNumber?: number;
};

/** Content of the messages by type. */
export type RequestData = {
  'md.cups.application.submitted.v1': ApplicationSubmitted;
  'md.cups.application.documents-supplied.v1': DocumentsSupplied;
  'md.cups.application.submitted.v2': ApplicationSubmittedV2;
  'md.cups.application.documents-supplied.v2': DocumentsSuppliedV2;
  'md.cups.application.corrected.v1': ApplicationCorrected;
  'md.cups.application.reminded.v1': ApplicationReminded;
  'md.cups.application.message-sent.v1': ApplicationMessageSent;
  'md.cups.application.withdrawn.v1': ApplicationWithdrawn;
  'md.cups.application.expired.v1': ApplicationExpired;
  'md.cups.reply.refused.v1': ReplyRefused;
};
export type ReplyData = {
  'md.cups.reply.acknowledged.v1': Acknowledged;
  'md.cups.reply.progressed.v1': Progressed;
  'md.cups.reply.documents-requested.v1': DocumentsRequested;
  'md.cups.reply.decided.v1': Decided;
  'md.cups.reply.result-corrected.v1': ResultCorrected;
  'md.cups.reply.result-revoked.v1': ResultRevoked;
  'md.cups.reply.passed-on.v1': PassedOn;
  'md.cups.reply.message-sent.v1': ReplyMessageSent;
};

/** CloudEvents attributes that the sender chooses; the others follow from the type. `time` is RFC 3339. */
export type Attributes = {
  id: string;
  source: string;
  subject: string;
  time: string;
  correlationid?: string;
  causationid?: string;
  /** W3C Trace Context. */
  traceparent?: string;
};
export type RequestEvent = { [T in RequestType]: Attributes & { type: T; data: RequestData[T] } }[RequestType];
export type ReplyEvent = { [T in ReplyType]: Attributes & { type: T; data: ReplyData[T] } }[ReplyType];
export type AgencyEvent = RequestEvent | ReplyEvent;

const requestTypes = new Set<string>(Object.values(REQUEST_TYPES));
const replyTypes = new Set<string>(Object.values(REPLY_TYPES));

/** Returns whether a `ce_type` is one of the platform's requests. */
export const isRequestType = (type: string): type is RequestType => requestTypes.has(type);
/** Returns whether a `ce_type` is one of an agency's replies. */
export const isReplyType = (type: string): type is ReplyType => replyTypes.has(type);

/** Returns the maximum size of a message of this type, in bytes of JSON. */
export const maxBytesOf = (type: MessageType): number => (isRequestType(type) ? MAX_REQUEST_BYTES : MAX_REPLY_BYTES);

/** Returns the two topics of an agency (code such as `asp`), with the installation's prefix. */
export const topicsOf = (agency: string, prefix = ''): { requests: string; replies: string } => ({
  requests: `${prefix}agency.${agency}.requests`,
  replies: `${prefix}agency.${agency}.replies`,
});

/**
 * Returns the two training topics: requests of training desks to any agency, and a simulator's replies. Agencies have
 * no access to them, so no published contract names them.
 */
export const trainingTopics = (prefix = ''): { requests: string; replies: string } => ({
  requests: `${prefix}training.requests`,
  replies: `${prefix}training.replies`,
});

/** Returns the agency whose replies a topic carries, or undefined for other topics. `topic` has no prefix. */
export const agencyOfReplies = (topic: string): string | undefined =>
  /^agency\.([a-z][a-z0-9-]*)\.replies$/.exec(topic)?.[1];

/** Returns the `ce_source` of an agency. */
export const sourceOf = (agency: string): string => `/agencies/${agency}`;

/** Returns the agency that a `ce_source` names, or undefined. */
export const agencyOfSource = (source: string): string | undefined =>
  /^\/agencies\/([a-z][a-z0-9-]*)$/.exec(source)?.[1];

/** Returns the delivery ID, which is the Kafka key: `applications/X` for `asp` → `X-asp`. */
export const deliveryIdOf = (application: string, agency: string): string =>
  `${application.slice('applications/'.length)}-${agency}`;

/** Returns the `ce_subject` of a delivery. */
export const subjectOf = (application: string, agency: string): string =>
  `deliveries/${deliveryIdOf(application, agency)}`;

/** Returns the `ce_subject` of a message about an agency but no delivery. */
export const agencySubjectOf = (agency: string): string => `agencies/${agency}`;

/** Parses a `ce_subject`; returns undefined if it does not name a delivery. */
export function parseSubject(subject: string): { deliveryId: string; application: string; agency: string } | undefined {
  const found = /^deliveries\/(([0-7][0-9A-HJKMNP-TV-Z]{25})-([a-z][a-z0-9-]*))$/.exec(subject);
  return found ? { deliveryId: found[1]!, application: `applications/${found[2]}`, agency: found[3]! } : undefined;
}
