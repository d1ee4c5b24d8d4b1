import type { Handling } from './refusals.ts';

/** What the platform sends to an agency is called (`ce_type`): requests, and what became of its replies. */
export const REQUEST_TYPES = {
  submitted: 'md.cups.application.submitted.v1',
  documentsSupplied: 'md.cups.application.documents-supplied.v1',
  /** Of people without IDNP, for agencies that take them. */
  submittedV2: 'md.cups.application.submitted.v2',
  documentsSuppliedV2: 'md.cups.application.documents-supplied.v2',
  withdrawn: 'md.cups.application.withdrawn.v1',
  expired: 'md.cups.application.expired.v1',
  /** What became of a reply that was not taken as it was sent: of a delivery, or of none. */
  replyRefused: 'md.cups.reply.refused.v1',
} as const;

/** What the replies of an agency are called (`ce_type`). */
export const REPLY_TYPES = {
  acknowledged: 'md.cups.reply.acknowledged.v1',
  progressed: 'md.cups.reply.progressed.v1',
  documentsRequested: 'md.cups.reply.documents-requested.v1',
  decided: 'md.cups.reply.decided.v1',
  resultCorrected: 'md.cups.reply.result-corrected.v1',
  resultRevoked: 'md.cups.reply.result-revoked.v1',
} as const;

/** What reference data is called (`ce_type`): about no delivery, the same for every agency. */
export const REFERENCE_TYPES = {
  centreChanged: 'md.cups.centre.changed.v1',
} as const;

export type RequestType = (typeof REQUEST_TYPES)[keyof typeof REQUEST_TYPES];
export type ReplyType = (typeof REPLY_TYPES)[keyof typeof REPLY_TYPES];
export type ReferenceType = (typeof REFERENCE_TYPES)[keyof typeof REFERENCE_TYPES];
/** What is said about a delivery, in either direction. */
export type MessageType = RequestType | ReplyType;

/** `ce_source` of everything that the platform sends about deliveries; a reply has `sourceOf(agency)`. */
export const PLATFORM_SOURCE = '/cups/agency-bridge';

/** Bounds, in bytes of JSON: the answers of a form, a whole request, a whole reply. */
export const MAX_ANSWERS_BYTES = 64 * 1024;
export const MAX_REQUEST_BYTES = 256 * 1024;
const MAX_REPLY_BYTES = 64 * 1024;

/** Bound of a text for a person in one language, in letters: `text` and `message` of the definitions. */
export const MAX_TEXT_LENGTH = 2000;

export type Language = 'ro' | 'ru' | 'en';
/** Text for a person: Romanian always. */
export type Text = { ro: string; ru?: string; en?: string };
export type Person = {
  idnp: string;
  givenName: string;
  familyName: string;
  birthDate: string;
  language?: Language;
};
export type Evidence = {
  kind: string;
  number?: string;
  issueDate?: string;
  originalSeen: boolean;
  copy?: string;
  verificationCode?: string;
};
export type Result = {
  kind: 'paper' | 'electronic' | 'payment';
  number?: string;
  verificationCode?: string;
  validUntil?: string;
};

/** One frozen submission. Dates are `yyyy-MM-dd`, times RFC 3339; `application` is a resource name. */
export type ApplicationSubmitted = {
  application: string;
  submission: number;
  centre: { code: string; name: string; kind: string };
  publicService: { code: string; version: string; title: { ro: string; ru: string; en: string } };
  applicant: Person & { language: Language };
  represented?: Person;
  mandate: {
    kind: 'own-presence' | 'mpower' | 'notarial' | 'kinship' | 'guardianship';
    reference?: string;
    date?: string;
  };
  answers: Record<string, unknown>;
  evidence: Evidence[];
  costOption?: { code: string; fee?: { amountMinor: number; currency: 'MDL' | 'USD' | 'EUR' } };
  delivery: { kind: 'at-centre' | 'electronic' | 'post'; note?: string };
  submitTime: string;
  dueDate?: string;
  corrects?: string;
};
/** The whole submission again; `answersRequest` is the `ce_id` or the reference of the agency's request. */
export type DocumentsSupplied = ApplicationSubmitted & {
  answersRequest: string;
  /** Papers asked for that the person cannot get, with the reason where there is one. */
  unavailable?: { kind: string; reason?: string }[];
};
/** A person who has an IDNP, or is known by a document of another state: one of the two is there. */
export type PersonV2 = Omit<Person, 'idnp'> & {
  idnp?: string;
  foreignDocument?: {
    /** ISO 3166-1 alpha-2 */
    country: string;
    kind: 'passport' | 'identity-card' | 'birth-certificate' | 'residence-permit';
    number: string;
  };
};
type WithPersonV2<T extends ApplicationSubmitted> = Omit<T, 'applicant' | 'represented'> & {
  applicant: PersonV2 & { language: Language };
  represented?: PersonV2;
};
/** The same of people of whom one has no IDNP. */
export type ApplicationSubmittedV2 = WithPersonV2<ApplicationSubmitted>;
export type DocumentsSuppliedV2 = WithPersonV2<DocumentsSupplied>;
export type ApplicationWithdrawn = { application: string; withdrawTime: string; reason?: string };
export type ApplicationExpired = { application: string; expireTime: string };

/** What the platform did with a reply; it never repeats content. `cause`: a key of REFUSALS, or of a later platform's. */
export type ReplyRefused = {
  handling: Handling;
  cause: string;
  message: { id?: string; type?: string; topic: string; partition: number; offset: number };
  /** Of several replies that are told by one message, where the last lies. */
  last?: { partition: number; offset: number };
  application?: string;
  violations: { field: string; rule: string }[];
  changes?: string[];
  mend: string;
  count: number;
  time: string;
};

export type Acknowledged = { application: string; submission: number; agencyReference: string };
export type Progressed = { application: string; agencyReference?: string; note?: string };
export type DocumentsRequested = {
  application: string;
  agencyReference?: string;
  documents: { kind: string; note?: string }[];
  message?: { ro?: string; ru?: string; en?: string };
  answerBy: string;
};
export type Decided = {
  application: string;
  agencyReference?: string;
  outcome: 'approved' | 'rejected';
  reason?: Text;
  result?: Result;
  /** How and until when (`yyyy-MM-dd`) a rejection can be appealed. */
  appeal?: { how: Text; until?: string };
  decideTime: string;
};
export type ResultCorrected = { application: string; result: Result; reason: Text };
export type ResultRevoked = { application: string; reason: Text };

/** The content of each message by its type. */
export type RequestData = {
  'md.cups.application.submitted.v1': ApplicationSubmitted;
  'md.cups.application.documents-supplied.v1': DocumentsSupplied;
  'md.cups.application.submitted.v2': ApplicationSubmittedV2;
  'md.cups.application.documents-supplied.v2': DocumentsSuppliedV2;
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
};

/** The CloudEvents attributes that a sender chooses; the others follow from the type. `time` is RFC 3339. */
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

/** Whether a `ce_type` is one of the platform's requests. */
export const isRequestType = (type: string): type is RequestType => requestTypes.has(type);
/** Whether a `ce_type` is one of an agency's replies. */
export const isReplyType = (type: string): type is ReplyType => replyTypes.has(type);

/** Bound of a message of this type, in bytes of JSON. */
export const maxBytesOf = (type: MessageType): number => (isRequestType(type) ? MAX_REQUEST_BYTES : MAX_REPLY_BYTES);

/** The two topics of an agency (code such as `asp`), behind the installation's prefix. */
export const topicsOf = (agency: string, prefix = ''): { requests: string; replies: string } => ({
  requests: `${prefix}agency.${agency}.requests`,
  replies: `${prefix}agency.${agency}.replies`,
});

/**
 * The two topics of trainings, behind the installation's prefix: what desks that learn send to any agency goes to the one, what a
 * stand-in answers comes over the other. No agency has a right to them, so they are in no published contract.
 */
export const trainingTopics = (prefix = ''): { requests: string; replies: string } => ({
  requests: `${prefix}training.requests`,
  replies: `${prefix}training.replies`,
});

/** The agency whose replies a topic carries, without the prefix; undefined for every other topic. */
export const agencyOfReplies = (topic: string): string | undefined =>
  /^agency\.([a-z][a-z0-9-]*)\.replies$/.exec(topic)?.[1];

/** `ce_source` of what an agency sends. */
export const sourceOf = (agency: string): string => `/agencies/${agency}`;

/** The agency that a `ce_source` names; undefined for every other source. */
export const agencyOfSource = (source: string): string | undefined =>
  /^\/agencies\/([a-z][a-z0-9-]*)$/.exec(source)?.[1];

/** The id of a delivery, which is the Kafka key: `applications/X` for `asp` → `X-asp`. */
export const deliveryIdOf = (application: string, agency: string): string =>
  `${application.slice('applications/'.length)}-${agency}`;

/** `ce_subject` of everything about that delivery. */
export const subjectOf = (application: string, agency: string): string =>
  `deliveries/${deliveryIdOf(application, agency)}`;

/** `ce_subject` of what is about an agency and none of its deliveries. */
export const agencySubjectOf = (agency: string): string => `agencies/${agency}`;

/** Reads a `ce_subject`; undefined when it is not the name of a delivery. */
export function parseSubject(subject: string): { deliveryId: string; application: string; agency: string } | undefined {
  const found = /^deliveries\/(([0-7][0-9A-HJKMNP-TV-Z]{25})-([a-z][a-z0-9-]*))$/.exec(subject);
  return found ? { deliveryId: found[1]!, application: `applications/${found[2]}`, agency: found[3]! } : undefined;
}
