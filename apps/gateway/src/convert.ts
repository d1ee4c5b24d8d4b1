import { enumValue, enumWord, fromTimestamp, toTimestamp } from '@cups/contracts/proto';
import type { Timestamp__Output } from '@cups/contracts/gen/google/protobuf/Timestamp.ts';
import type { LocalizedText__Output } from '@cups/contracts/gen/cups/type/v1/LocalizedText.ts';
import type { Application__Output } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import type { ApplicationAction__Output } from '@cups/contracts/gen/cups/intake/v1/ApplicationAction.ts';
import type {
  ApplicationContent,
  ApplicationContent__Output,
} from '@cups/contracts/gen/cups/intake/v1/ApplicationContent.ts';
import type { TrackApplicationResponse__Output } from '@cups/contracts/gen/cups/intake/v1/TrackApplicationResponse.ts';
import type { Operator__Output } from '@cups/contracts/gen/cups/identity/v1/Operator.ts';
import type { Session__Output } from '@cups/contracts/gen/cups/identity/v1/Session.ts';
import type { Centre__Output } from '@cups/contracts/gen/cups/identity/v1/Centre.ts';
import type { Notice__Output } from '@cups/contracts/gen/cups/notifications/v1/Notice.ts';
import type { Delivery__Output } from '@cups/contracts/gen/cups/agencybridge/v1/Delivery.ts';
import type { RefusedMessage__Output } from '@cups/contracts/gen/cups/agencybridge/v1/RefusedMessage.ts';
import type { PublicService__Output } from '@cups/contracts/gen/cups/catalog/v1/PublicService.ts';
import type { PublicServiceVersion__Output } from '@cups/contracts/gen/cups/catalog/v1/PublicServiceVersion.ts';
import type { CostOption__Output } from '@cups/contracts/gen/cups/catalog/v1/CostOption.ts';
import { Problem } from '@cups/problem';

/** The HTTP border: JSON of openapi.yaml to proto messages and back. What is empty in proto is absent in JSON. */

/** The content of an application as JSON: what POST and PATCH take, already valid against the document. */
export interface ContentJson {
  applicant?: PersonJson | null;
  contact?: { email?: string; phone?: string; none?: boolean } | null;
  represented?: PersonJson | null;
  mandate?: {
    kind: 'own-presence' | 'mpower' | 'notarial' | 'kinship' | 'guardianship';
    reference?: string;
    date?: string;
  } | null;
  answers?: Record<string, unknown> | null;
  evidence?: EvidenceJson[] | null;
  costOption?: string | null;
  delivery?: { kind: 'at-centre' | 'electronic' | 'post'; note?: string } | null;
}
type PersonJson = Partial<Record<'idnp' | 'givenName' | 'familyName' | 'birthDate' | 'language', string>>;
/** A paper as JSON. */
export interface EvidenceJson {
  kind: string;
  number?: string;
  issueDate?: string;
  originalSeen?: boolean;
  copy?: string;
}

/** What the desk fills in, for intake. */
export function contentToProto(json: ContentJson): ApplicationContent {
  const { mandate, answers, evidence, delivery } = json;
  return {
    applicant: json.applicant,
    contact: json.contact,
    represented: json.represented,
    mandate: mandate && { ...mandate, kind: enumWord('MANDATE_KIND_', mandate.kind) },
    answers: answers ? answersToProto(answers) : undefined,
    evidence: evidence ?? undefined,
    costOption: json.costOption ?? undefined,
    delivery: delivery && { ...delivery, kind: enumWord('DELIVERY_KIND_', delivery.kind) },
  };
}

/** The names, in proto spelling, of the fields that a PATCH replaces. */
export function updateFields(json: ContentJson): string[] {
  return Object.keys(json).map((name) => (name === 'costOption' ? 'cost_option' : name));
}

/**
 * Answers as canonical JSON bytes: members sorted, so that the same answers are the same request.
 * @throws Problem INVALID_ARGUMENT when nested deeper than a form can be
 */
export function answersToProto(answers: Record<string, unknown>): Buffer {
  return Buffer.from(canonical(answers, 0));
}

const MAX_DEPTH = 32;

function canonical(value: unknown, depth: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth === MAX_DEPTH) {
    const violation = { field: 'answers', rule: 'TOO_DEEP', message: `at most ${MAX_DEPTH} levels` };
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'Answers nest too deep.', violations: [violation] });
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(',')}]`;
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical((value as never)[key], depth + 1)}`).join(',')}}`;
}

/** An RFC 3339 instant, for proto. */
export function instantToProto(text: string | undefined): Timestamp__Output | undefined {
  return toTimestamp(text === undefined ? undefined : new Date(text)) ?? undefined;
}

/** An application, flat, with its content when it came with one. */
export function applicationJson(wire: Application__Output) {
  const { documentRequest: asked, decision, handOver, outcome } = wire;
  return {
    ...present({
      name: wire.name,
      id: idOf(wire.name),
      centre: wire.centre,
      publicService: wire.publicService,
      serviceVersion: wire.serviceVersion,
      serviceTitle: textJson(wire.serviceTitle),
      agency: wire.agency,
      state: enumValue('STATE_', wire.state),
      etag: wire.etag,
      createTime: instantJson(wire.createTime),
      updateTime: instantJson(wire.updateTime),
      submitTime: instantJson(wire.submitTime),
      dueDate: wire.dueDate,
      dueTime: instantJson(wire.dueTime),
      noDueDateReason: wire.noDueDateReason,
      trackingNumber: wire.trackingNumber,
      openedBy: wire.openedBy,
      ...(wire.content ? contentJson(wire.content) : {}),
      corrects: wire.corrects,
      submissionCount: wire.submissionCount,
      documentRequest: asked && {
        ...present({
          id: asked.id,
          requestTime: instantJson(asked.requestTime),
          message: textJson(asked.message),
          answerBy: asked.answerBy,
        }),
        evidenceKinds: asked.evidenceKinds,
      },
      decision:
        decision &&
        present({
          approved: decision.approved,
          reason: textJson(decision.reason),
          resultKind: decision.resultKind,
          resultNumber: decision.resultNumber,
          decideTime: instantJson(decision.decideTime),
          correctTime: instantJson(decision.correctTime),
          revokeTime: instantJson(decision.revokeTime),
        }),
      handOver: handOver && present({ ...handOver, handOverTime: instantJson(handOver.handOverTime) }),
      outcome: outcome && present(outcome),
      deskNotes: wire.deskNotes.map(({ kind, recordTime }) => present({ kind, recordTime: instantJson(recordTime) })),
      agencyReference: wire.agencyReference,
    }),
    allowedActions: wire.allowedActions.map((action) => enumValue('ACTION_', action)),
  };
}

/** The content of an application. */
export function contentJson(wire: ApplicationContent__Output) {
  const { applicant, contact, represented, mandate, delivery } = wire;
  return present({
    applicant: applicant && present(applicant),
    contact: contact && present({ email: contact.email, phone: contact.phone, none: contact.none || undefined }),
    represented: represented && present(represented),
    mandate: mandate && present({ ...mandate, kind: enumValue('MANDATE_KIND_', mandate.kind) }),
    answers: bytesJson(wire.answers),
    evidence: wire.evidence.map((paper) => present(paper)),
    costOption: wire.costOption,
    delivery: delivery && present({ ...delivery, kind: enumValue('DELIVERY_KIND_', delivery.kind) }),
  });
}

/** One row of the history. */
export function actionJson(wire: ApplicationAction__Output) {
  return present({
    kind: wire.kind,
    by: wire.by,
    occurTime: instantJson(wire.occurTime),
    recordTime: instantJson(wire.recordTime),
    cause: wire.cause,
    answers: wire.answers,
    fromState: enumValue('STATE_', wire.fromState),
    toState: enumValue('STATE_', wire.toState),
    submission: wire.submission || undefined,
  });
}

/** What a tracking number tells. */
export function trackingJson(wire: TrackApplicationResponse__Output) {
  return present({
    state: enumValue('STATE_', wire.state),
    submitTime: instantJson(wire.submitTime),
    dueDate: wire.dueDate,
    updateTime: instantJson(wire.updateTime),
    answerBy: wire.answerBy,
  });
}

/** An operator. */
export function operatorJson(wire: Operator__Output) {
  return {
    ...present({ name: wire.name, displayName: wire.displayName, centre: wire.centre, agency: wire.agency }),
    ...(wire.suspended ? { suspended: true } : {}),
    roles: wire.roles.map((role) => enumValue('ROLE_', role)),
  };
}

/** A session; its id stays here. */
export function sessionJson(wire: Session__Output) {
  return present({
    operator: wire.operator && operatorJson(wire.operator),
    createTime: instantJson(wire.createTime),
    expireTime: instantJson(wire.expireTime),
  });
}

/** A centre. */
export function centreJson(wire: Centre__Output) {
  return present({
    ...wire,
    code: idOf(wire.name),
    kind: enumValue('CENTRE_KIND_', wire.kind),
    status: enumValue('CENTRE_STATUS_', wire.status),
    openApplicationLimit: wire.openApplicationLimit || undefined,
  });
}

/** A notice. */
export function noticeJson(wire: Notice__Output) {
  return present({
    ...wire,
    id: idOf(wire.name),
    channel: enumValue('CHANNEL_', wire.channel),
    state: enumValue('NOTICE_STATE_', wire.state),
    createTime: instantJson(wire.createTime),
    sendTime: instantJson(wire.sendTime),
  });
}

/** A delivery to an agency. */
export function deliveryJson(wire: Delivery__Output) {
  return present({
    ...wire,
    state: enumValue('DELIVERY_STATE_', wire.state),
    queueTime: instantJson(wire.queueTime),
    sendTime: instantJson(wire.sendTime),
    acknowledgeTime: instantJson(wire.acknowledgeTime),
    answerTime: instantJson(wire.answerTime),
    cancelTime: instantJson(wire.cancelTime),
    failTime: instantJson(wire.failTime),
  });
}

/** A message that the bridge refused. */
export function refusedMessageJson(wire: RefusedMessage__Output) {
  return present({ ...wire, refuseTime: instantJson(wire.refuseTime) });
}

/** A public service; its form and example only where they came along. */
export function publicServiceJson(wire: PublicService__Output) {
  return present({
    name: wire.name,
    code: idOf(wire.name),
    stateCode: wire.stateCode,
    fileable: wire.fileable,
    version: wire.version && versionJson(wire.version),
    versions: wire.versions.map((version) => present(version)),
  });
}

function versionJson(wire: PublicServiceVersion__Output) {
  return present({
    version: wire.version,
    validFrom: wire.validFrom,
    validTo: wire.validTo,
    title: textJson(wire.title),
    provider: wire.provider,
    centreKinds: wire.centreKinds.map((kind) => enumValue('CENTRE_KIND_', kind)),
    elsewhere: textJson(wire.elsewhere),
    evidence: wire.evidence.map(({ kind, title, required, when }) =>
      present({
        kind,
        title: textJson(title),
        required,
        when: when && (when.answer ? { answer: when.answer } : { represented: when.represented }),
      }),
    ),
    costOptions: wire.costOptions.map(costOptionJson),
    reductions: wire.reductions.map((reduction) => present({ ...reduction, title: textJson(reduction.title) })),
    outputs: wire.outputs.map(({ kind, title }) => ({ kind: enumValue('OUTPUT_KIND_', kind), title: textJson(title) })),
    legalSource: wire.legalSource,
    sourceNote: wire.sourceNote,
    ours: wire.ours,
    formSchema: bytesJson(wire.formSchema),
    example: bytesJson(wire.example),
  });
}

function costOptionJson({ code, title, fee, plusStateFee, term, centreKinds, reduction }: CostOption__Output) {
  return present({
    code,
    title: textJson(title),
    fee: fee && { amountMinor: Number(fee.amountMinor), currency: fee.currencyCode },
    plusStateFee,
    term: term && {
      amount: term.amount,
      unit: enumValue('TERM_UNIT_', term.unit),
      from: enumValue('TERM_START_', term.from),
    },
    centreKinds: centreKinds.map((kind) => enumValue('CENTRE_KIND_', kind)),
    reduction,
  });
}

/** The last segment of a resource name. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function textJson(wire: LocalizedText__Output | null) {
  return wire && present(wire);
}

function instantJson(wire: Timestamp__Output | null): string | undefined {
  return fromTimestamp(wire)?.toISOString();
}

function bytesJson(bytes: Buffer): Record<string, unknown> | undefined {
  return bytes.length === 0 ? undefined : (JSON.parse(bytes.toString('utf8')) as Record<string, unknown>);
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], '' | null | undefined> };

/** Without empty strings, empty lists, null and undefined; numbers and booleans stay. */
function present<T extends object>(fields: T): Present<T> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    if (value === '' || value === null || value === undefined) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    kept[name] = value;
  }
  return kept as Present<T>;
}
