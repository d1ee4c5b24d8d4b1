import { CONTENT_SCHEMA } from '@cups/application';

/** The part of a JSON Schema that determines the type of a column. */
interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

const DEFS: Readonly<Record<string, SchemaNode>> = CONTENT_SCHEMA.$defs;

/** Converts a content schema to columns. Answers stay an object, since their form describes them. */
function toColumn({ $ref, type, items, properties }: SchemaNode): object {
  if ($ref) return toColumn(DEFS[$ref.slice('#/$defs/'.length)] ?? {});
  if (type === 'string') return String;
  if (type === 'boolean') return Boolean;
  if (type === 'array' && items) return [{ _id: false, ...toColumn(items) }];
  if (type !== 'object') throw new Error(`Unsupported column type: ${type}.`);
  if (!properties) return Object;
  return Object.fromEntries(Object.entries(properties).map(([name, shape]) => [name, toColumn(shape)]));
}

const contact = toColumn(DEFS['Contact'] ?? {});
const text = { ro: String, ru: String, en: String };
const mixed = Object;
const unavailable = [{ _id: false, kind: String, reason: String }];
const documents = [{ _id: false, kind: String, note: String }];

const resultDocument = {
  _id: false,
  document: String,
  mediaType: String,
  size: Number,
  sha256: String,
  pages: Number,
  erased: Boolean,
};
const result = {
  resultKind: String,
  resultNumber: String,
  verificationCode: String,
  validUntil: String,
  documents: [resultDocument],
  verificationUrl: String,
};
const deskTime = {
  time: Date,
  device: String,
  sequence: Number,
  previous: String,
  anchorTime: Date,
  isBounded: Boolean,
};
const term = { amount: Number, unit: String };

/** The columns of an application: the only fields that a document may hold. */
export const APPLICATION_SCHEMA = {
  centre: String,
  centreName: String,
  centreKind: String,
  openedBy: String,
  publicService: String,
  serviceVersion: String,
  service: { versionId: String, title: text, validTo: String },
  agency: String,
  formerAgencies: [{ _id: false, agency: String, time: Date }],
  passingOn: { competentAgency: String, reason: text, cause: String, passTime: Date, superviseTime: Date },
  firstSubmission: { number: Number, dueDate: String, time: Date },
  state: String,
  trackingNumber: String,
  corrects: String,
  deskTime,
  training: Boolean,
  content: toColumn(CONTENT_SCHEMA),
  journalSalt: String,
  documents: [
    {
      _id: false,
      name: String,
      kind: String,
      uploadSize: Number,
      uploadSha256: String,
      state: String,
      mediaType: String,
      size: Number,
      sha256: String,
      pages: Number,
      scan: String,
      refusal: String,
    },
  ],
  detachedDocuments: [String],
  collectionCentre: String,
  collectionCentreName: String,
  submitTime: Date,
  dueDate: String,
  dueTime: Date,
  noDueDateReason: String,
  termUnit: String,
  termLeft: term,
  submissions: [
    {
      _id: false,
      number: Number,
      submitTime: Date,
      content: mixed,
      answersRequest: String,
      dueDate: String,
      unavailable,
      mandate: { name: String, grantTime: Date, expireTime: Date, textVersion: String, textSha256: String },
      correctedFields: [String],
    },
  ],
  documentRequest: {
    id: String,
    requestTime: Date,
    evidenceKinds: [String],
    documents,
    message: text,
    answerBy: String,
    requestedAnswerBy: String,
    isAnswerDatePassed: Boolean,
    suppliedKinds: [String],
    unavailable,
  },
  escalations: [{ _id: false, step: String, time: Date, agency: String, actions: [String], dueDate: String }],
  agencyReference: String,
  progress: { note: String, time: Date },
  expectedDecision: { date: String, agency: String },
  decision: {
    ...result,
    approved: Boolean,
    reason: text,
    decideTime: Date,
    correctTime: Date,
    correctReason: text,
    revokeTime: Date,
    revokeReason: text,
    appeal: { instructions: text, deadline: String },
    awaitsArrival: Boolean,
    arrivalTime: Date,
  },
  handOver: {
    collectedBy: String,
    idDocumentKind: String,
    idDocumentNumber: String,
    handOverTime: Date,
    collectorName: String,
    ground: { kind: String, reference: String },
    documentSha256s: [String],
  },
  outcome: { needMet: Boolean, missing: String },
  history: [
    {
      _id: false,
      kind: String,
      actor: String,
      occurTime: Date,
      recordTime: Date,
      cause: String,
      answers: String,
      fromState: String,
      toState: String,
      submission: Number,
      reason: String,
      statement: { isSigned: Boolean, unsignedReason: String },
      agencyText: text,
      result,
      documents,
      changes: [String],
      code: String,
      fields: [String],
      agency: String,
      centre: String,
      operator: String,
      method: String,
      formerContact: contact,
      contact,
      mandate: String,
      messageNumber: Number,
      complaintNumber: Number,
      expectedDecisionDate: String,
      mandateRevoked: Boolean,
      released: { operator: String, deskTime: Date },
      deskTime,
    },
  ],
  historyArchive: { count: Number, removed: mixed, updateTime: Date },
  omittedMessages: Number,
  queue: {
    stage: String,
    since: Date,
    actionDate: String,
    deadline: String,
    agencyUpdateTime: Date,
    notifySince: Date,
    escalation: { step: String, time: Date },
    complaintDate: String,
    oversight: { time: Date, step: String },
  },
  names: [String],
  mandates: [String],
  uncounted: Number,
  deskAlerts: [
    { _id: false, kind: String, recordTime: Date, cause: String, count: Number, seenTime: Date, seenBy: String },
  ],
  assignee: String,
  seenTime: Date,
  personNotifications: [{ _id: false, notifyTime: Date, operator: String, method: String, about: String }],
  payment: {
    receiptNumber: String,
    amountMinor: Number,
    currency: String,
    payTime: Date,
    recordedBy: String,
    recordTime: Date,
  },
  notes: [{ _id: false, text: String, author: String, occurTime: Date, recordTime: Date }],
  messages: [
    {
      _id: false,
      number: Number,
      agency: String,
      author: String,
      text: String,
      language: String,
      sendTime: Date,
      recordTime: Date,
      answers: Number,
    },
  ],
  complaints: [
    {
      _id: false,
      number: Number,
      agency: String,
      step: String,
      text,
      textSha256: String,
      prepareTime: Date,
      preparedBy: String,
      filing: { date: String, way: String, registrationNumber: String, recordedBy: String, recordTime: Date },
      answer: { date: String, outcome: String, text: String, recordedBy: String, recordTime: Date },
    },
  ],
  restriction: { reason: String, operator: String, time: Date },
  erasureRequest: { reason: String, operator: String, time: Date },
  erasure: {
    rule: String,
    cause: String,
    startTime: Date,
    time: Date,
    mandates: { type: [String], default: undefined },
    topicEnds: [{ _id: false, topic: String, day: String }],
  },
};
