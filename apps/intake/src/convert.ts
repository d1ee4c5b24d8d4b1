import { enumValue, enumWord, toTimestamp } from '@cups/contracts/proto';
import type { Application as ApplicationOut } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import type { ApplicationAction as ActionOut } from '@cups/contracts/gen/cups/intake/v1/ApplicationAction.ts';
import type {
  ApplicationContent as ContentOut,
  ApplicationContent__Output as ContentIn,
} from '@cups/contracts/gen/cups/intake/v1/ApplicationContent.ts';
import type { DocumentRequest as DocumentRequestOut } from '@cups/contracts/gen/cups/intake/v1/DocumentRequest.ts';
import type { Decision as DecisionOut } from '@cups/contracts/gen/cups/intake/v1/Decision.ts';
import type { Evidence__Output as EvidenceIn } from '@cups/contracts/gen/cups/intake/v1/Evidence.ts';
import type { HandOver__Output as HandOverIn } from '@cups/contracts/gen/cups/intake/v1/HandOver.ts';
import type { ResultRecord as ResultOut } from '@cups/contracts/gen/cups/intake/v1/ResultRecord.ts';
import type { Person as PersonOut, Person__Output as PersonIn } from '@cups/contracts/gen/cups/intake/v1/Person.ts';
import type { PublicServiceVersion__Output as VersionIn } from '@cups/contracts/gen/cups/catalog/v1/PublicServiceVersion.ts';
import type { LocalizedText__Output as TextIn } from '@cups/contracts/gen/cups/type/v1/LocalizedText.ts';
import { allowedActions, answersFault } from '@cups/application';
import type { Content, Evidence, HandOver, Person, State } from '@cups/application';
import { Problem } from '@cups/problem';
import { etagOf } from '@cups/store';
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { circumstancesOf } from './domain/acts.ts';
import type {
  ActionRecord,
  Application,
  Decision,
  DocumentRequest,
  Result,
  ServiceVersion,
  Text,
} from './domain/application.ts';
import type { StoredRow } from './store.ts';

/** The gRPC border of intake: the domain in proto messages and back. Events: happenings.ts and deliveries.ts. */

/** An application as a caller with these roles may see it. */
export function toApplication(app: Application, roles: readonly string[]): ApplicationOut {
  return {
    name: `applications/${app._id}`,
    centre: app.centre,
    publicService: app.publicService,
    serviceVersion: app.serviceVersion,
    serviceTitle: app.service.title,
    agency: app.agency,
    state: toState(app.state),
    etag: etagOf(app),
    createTime: toTimestamp(app.createTime),
    updateTime: toTimestamp(app.updateTime),
    submitTime: toTimestamp(app.submitTime),
    dueDate: app.dueDate ?? '',
    dueTime: toTimestamp(app.dueTime),
    trackingNumber: app.trackingNumber,
    content: toContent(app.content),
    corrects: app.corrects ?? '',
    submissionCount: app.submissions.length,
    documentRequest: toDocumentRequest(app.documentRequest),
    decision: toDecision(app.decision),
    handOver: app.handOver ? { ...app.handOver, handOverTime: toTimestamp(app.handOver.handOverTime) } : null,
    outcome: app.outcome ?? null,
    allowedActions: allowedActions(app.state, roles, circumstancesOf(app)).map((action) =>
      enumWord('ACTION_', action),
    ) as never,
    deskNotes: app.deskNotes.map(({ kind, recordTime, cause = '', count = 1 }) => {
      return { kind, recordTime: toTimestamp(recordTime), cause, count };
    }),
    agencyReference: app.agencyReference ?? '',
    openedBy: app.openedBy,
    noDueDateReason: app.noDueDateReason ?? '',
    progress: app.progress ? { note: app.progress.note, occurTime: toTimestamp(app.progress.time) } : null,
    omittedMessages: app.omittedMessages ?? 0,
  };
}

/** A row of a list: the fields of an application that it shows, all others left empty. */
export function toRow(row: StoredRow, roles: readonly string[]): ApplicationOut {
  const { givenName = '', familyName = '' } = row.content?.applicant ?? {};
  return {
    name: `applications/${row._id}`,
    centre: row.centre,
    publicService: row.publicService,
    serviceTitle: row.service.title,
    agency: row.agency,
    state: toState(row.state),
    etag: etagOf(row),
    createTime: toTimestamp(row.createTime),
    updateTime: toTimestamp(row.updateTime),
    submitTime: toTimestamp(row.submitTime),
    dueDate: row.dueDate ?? '',
    dueTime: toTimestamp(row.dueTime),
    noDueDateReason: row.noDueDateReason ?? '',
    openedBy: row.openedBy,
    content: givenName || familyName ? { applicant: { givenName, familyName } } : null,
    documentRequest: row.documentRequest ? { answerBy: row.documentRequest.answerBy } : null,
    decision: toDecisionTimes(row.decision),
    allowedActions: allowedActions(row.state, roles, circumstancesOf(row)).map((action) =>
      enumWord('ACTION_', action),
    ) as never,
    deskNotes: row.deskNotes.map(({ kind, recordTime }) => ({ kind, recordTime: toTimestamp(recordTime) })),
  };
}

function toDecisionTimes(decision: StoredRow['decision']): DecisionOut | null {
  if (!decision) return null;
  return {
    approved: decision.approved,
    decideTime: toTimestamp(decision.decideTime),
    correctTime: toTimestamp(decision.correctTime),
    revokeTime: toTimestamp(decision.revokeTime),
  };
}

/** Content for the wire; answers travel as JSON bytes. */
export function toContent(content: Content): ContentOut {
  return {
    applicant: toPerson(content.applicant),
    contact: content.contact ?? null,
    represented: toPerson(content.represented),
    mandate: content.mandate
      ? { ...content.mandate, kind: enumWord('MANDATE_KIND_', content.mandate.kind) as never }
      : null,
    answers: content.answers ? Buffer.from(JSON.stringify(content.answers)) : Buffer.alloc(0),
    evidence: content.evidence ?? [],
    costOption: content.costOption ?? '',
    delivery: content.delivery
      ? { ...content.delivery, kind: enumWord('DELIVERY_KIND_', content.delivery.kind) as never }
      : null,
  };
}

/** Content from the wire: what is empty there is absent here. */
export function fromContent(wire: ContentIn | null): Content {
  if (!wire) return {};
  const content: Content = {};
  if (wire.applicant) content.applicant = fromPerson(wire.applicant);
  if (wire.contact) {
    const { email, phone, none } = wire.contact;
    content.contact = present({ email, phone, ...(none ? { none } : {}) });
  }
  if (wire.represented) content.represented = fromPerson(wire.represented);
  if (wire.mandate) {
    const kind = enumValue('MANDATE_KIND_', wire.mandate.kind) as never;
    content.mandate = { kind, ...present({ reference: wire.mandate.reference, date: wire.mandate.date }) };
  }
  if (wire.answers.length > 0) content.answers = fromAnswers(wire.answers);
  if (wire.evidence.length > 0) content.evidence = wire.evidence.map(fromEvidence);
  if (wire.costOption) content.costOption = wire.costOption;
  if (wire.delivery) {
    const kind = enumValue('DELIVERY_KIND_', wire.delivery.kind) as never;
    content.delivery = { kind, ...present({ note: wire.delivery.note }) };
  }
  return content;
}

/** The fields of content by the names that an edit gives them. */
const FIELD_OF = new Map<string, keyof Content>([
  ['applicant', 'applicant'],
  ['contact', 'contact'],
  ['represented', 'represented'],
  ['mandate', 'mandate'],
  ['answers', 'answers'],
  ['evidence', 'evidence'],
  ['cost_option', 'costOption'],
  ['delivery', 'delivery'],
]);

/**
 * The fields of content that an edit replaces.
 * @throws Problem INVALID_ARGUMENT when it names none, or what is no field of content
 */
export function fromUpdateFields(names: readonly string[]): (keyof Content)[] {
  const refused = (rule: string, message: string): Problem => {
    const violations = [{ field: 'updateFields', rule, message }];
    return new Problem({ reason: 'INVALID_ARGUMENT', message, violations });
  };
  if (names.length === 0) throw refused('REQUIRED', 'Name what the edit replaces.');
  return names.map((name) => {
    const field = FIELD_OF.get(name);
    if (!field) throw refused('UNKNOWN', 'Not a field of content.');
    return field;
  });
}

/** @throws Problem INVALID_ARGUMENT or ANSWERS_TOO_LARGE */
export function fromAnswers(bytes: Buffer): Record<string, unknown> {
  if (bytes.length > 64 * 1024) {
    throw new Problem({
      reason: 'ANSWERS_TOO_LARGE',
      message: 'Answers are over 64 KiB.',
      violations: [{ field: 'answers', rule: 'TOO_LARGE', message: 'At most 64 KiB.' }],
    });
  }
  const answers = parsedObject(bytes);
  if (!answers) {
    throw new Problem({
      reason: 'INVALID_ARGUMENT',
      message: 'Answers are not a JSON object.',
      violations: [{ field: 'answers', rule: 'JSON_OBJECT', message: 'A JSON object is needed.' }],
    });
  }
  // Whoever called: what a document cannot hold is refused before a draft is kept.
  const fault = answersFault(answers);
  if (fault) {
    const message = 'The answers cannot be kept as they are.';
    throw new Problem({ reason: 'INVALID_ARGUMENT', message, violations: [fault] });
  }
  return answers;
}

function parsedObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = isUtf8(bytes) ? JSON.parse(bytes.toString('utf8')) : undefined;
    return typeof value === 'object' && !Array.isArray(value) ? ((value ?? undefined) as never) : undefined;
  } catch {
    return undefined;
  }
}

export function fromEvidence(wire: EvidenceIn): Evidence {
  const { kind, number, issueDate, originalSeen, copy } = wire;
  return { kind, originalSeen, ...present({ number, issueDate, copy }) };
}

export function fromHandOver(wire: HandOverIn | null): HandOver {
  return {
    collectedBy: (wire?.collectedBy ?? '') as HandOver['collectedBy'],
    paperKind: wire?.paperKind ?? '',
    ...present({ paperNumber: wire?.paperNumber ?? '' }),
  };
}

export function toDocumentRequest(request: DocumentRequest | undefined): DocumentRequestOut | null {
  return request
    ? { ...request, message: request.message ?? null, requestTime: toTimestamp(request.requestTime) }
    : null;
}

export function toDecision(decision: Decision | undefined): DecisionOut | null {
  if (!decision) return null;
  const { decideTime, correctTime, revokeTime, reason, correctReason, revokeReason } = decision;
  return {
    ...decision,
    reason: reason ?? null,
    correctReason: correctReason ?? null,
    revokeReason: revokeReason ?? null,
    decideTime: toTimestamp(decideTime),
    correctTime: toTimestamp(correctTime),
    revokeTime: toTimestamp(revokeTime),
  };
}

export function toAction(row: ActionRecord): ActionOut {
  return {
    kind: row.kind,
    by: row.by,
    occurTime: toTimestamp(row.occurTime),
    recordTime: toTimestamp(row.recordTime),
    cause: row.cause,
    answers: row.answers ?? '',
    fromState: toState(row.fromState),
    toState: toState(row.toState),
    submission: row.submission ?? 0,
    words: row.words ?? null,
    result: row.result ? toResult(row.result) : null,
    documents: row.documents ?? [],
    changes: row.changes ?? [],
    code: row.code ?? '',
    fields: row.fields ?? [],
  };
}

function toResult({ resultKind, resultNumber, verificationCode, validUntil }: Result): ResultOut {
  return present({ kind: resultKind, number: resultNumber, verificationCode, validUntil });
}

export function toState(state: State) {
  return enumWord('STATE_', state) as ApplicationOut['state'];
}

/** The copy that intake keeps of a version; `_id` ends in the hash of its content. */
export function fromVersion(wire: VersionIn): ServiceVersion {
  const version: Omit<ServiceVersion, '_id'> = {
    publicService: wire.publicService,
    version: wire.version,
    title: fromText(wire.title),
    agency: wire.provider,
    ...present({ validTo: wire.validTo }),
    evidence: wire.evidence.map((rule) => ({
      kind: rule.kind,
      required: rule.required,
      ...(rule.when?.represented ? { whenRepresented: true } : {}),
      ...(rule.when?.answer ? { whenAnswer: { field: rule.when.answer.field, values: rule.when.answer.values } } : {}),
    })),
    costOptions: wire.costOptions.map((option) => ({
      code: option.code,
      centreKinds: option.centreKinds.map((kind) => enumValue('CENTRE_KIND_', kind)),
      ...(option.fee
        ? { fee: { amountMinor: Number(option.fee.amountMinor), currency: option.fee.currencyCode } }
        : {}),
      ...(option.term
        ? {
            term: {
              amount: option.term.amount,
              unit: enumValue('TERM_UNIT_', option.term.unit) as 'hours',
              from: enumValue('TERM_START_', option.term.from) as 'submission',
            },
          }
        : {}),
    })),
    form: JSON.parse(wire.formSchema.toString('utf8') || '{}') as Record<string, unknown>,
  };
  const hash = createHash('sha256').update(JSON.stringify(version)).digest('hex').slice(0, 16);
  return {
    _id: `${wire.publicService.slice(wire.publicService.indexOf('/') + 1)}@${wire.version}:${hash}`,
    ...version,
  };
}

function toPerson(person: Person | undefined): PersonOut | null {
  return person ?? null;
}

function fromPerson(wire: PersonIn): Person {
  const { idnp, givenName, familyName, birthDate, language } = wire;
  return present({ idnp, givenName, familyName, birthDate, language }) as Person;
}

function fromText(wire: TextIn | null): Text {
  return wire ? present({ ro: wire.ro, ru: wire.ru, en: wire.en }) : {};
}

/** Without the fields that are empty: proto3 has no absent string. */
export function present<T extends Record<string, unknown>>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], '' | undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined)) as never;
}
