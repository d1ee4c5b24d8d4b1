import { allowedActions } from '@cups/application';
import type { Action, Guard, State } from '@cups/application';
import type { DeskTime } from '@cups/contracts';
import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { Application as ApplicationOut } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import type { ApplicationAction as ActionOut } from '@cups/contracts/gen/cups/intake/v1/ApplicationAction.ts';
import type { ApplicationContent as ContentOut } from '@cups/contracts/gen/cups/intake/v1/ApplicationContent.ts';
import type { DeskAlert as DeskAlertOut } from '@cups/contracts/gen/cups/intake/v1/DeskAlert.ts';
import type { Escalation as EscalationOut } from '@cups/contracts/gen/cups/intake/v1/Escalation.ts';
import type { DocumentRequest as DocumentRequestOut } from '@cups/contracts/gen/cups/intake/v1/DocumentRequest.ts';
import type { Note as NoteOut } from '@cups/contracts/gen/cups/intake/v1/Note.ts';
import type { PersonNotification as PersonNotificationOut } from '@cups/contracts/gen/cups/intake/v1/PersonNotification.ts';
import type { DeskTime as DeskTimeOut } from '@cups/contracts/gen/cups/type/v1/DeskTime.ts';
import { etagOf } from '@cups/store';
import { findActiveGuards } from '../domain/command.ts';
import type { AcceptsCorrections, AcceptsMessages, IsPartyTo } from '../domain/command.ts';
import { SHOWN_ALERTS, SHOWN_NOTIFICATIONS } from '../domain/application.ts';
import type {
  ActionRecord,
  Application,
  DeskAlert,
  DocumentRequest,
  Note,
  PersonNotification,
  WithdrawalStatement,
} from '../domain/application.ts';
import { findOpenMessage } from '../domain/conversation.ts';
import { isDataEvent } from '../domain/data-end.ts';
import type { Escalation } from '../domain/escalation.ts';
import { expectedDateOf } from '../domain/expected-decision.ts';
import { resolveBuckets } from '../domain/queue.ts';
import type { QueueViewer } from '../domain/queue.ts';
import type { StoredRow } from '../store/application-rows.ts';
import { toComplaint } from './complaint.ts';
import { toContent } from './content.ts';
import { toConversationMessage } from './conversation.ts';
import { toErasure, toRestriction } from './data-end.ts';
import { toDocumentReference } from './document.ts';
import { toFormerAgency, toPassingOn } from './passing-on.ts';
import { toPayment } from './payment.ts';
import { isSuperseded, toDecision, toDecisionTimes, toHandOver, toResult } from './result.ts';

/** Converts applications, list rows and history entries to gRPC messages. */

/** The reader of an application, who determines allowed actions and buckets. */
export interface Viewer extends QueueViewer {
  roles: readonly string[];
  isPartyTo: IsPartyTo;
  acceptsCorrections: AcceptsCorrections;
  acceptsMessages: AcceptsMessages;
}

export function toApplication(app: Application, viewer: Viewer): ApplicationOut {
  const activeGuards = findActiveGuards(app, viewer);
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
    handOver: toHandOver(app.handOver),
    outcome: app.outcome ?? null,
    allowedActions: toAllowedActions(app.state, viewer, activeGuards),
    deskAlerts: app.deskAlerts.slice(-SHOWN_ALERTS).map(toDeskAlert),
    moreDeskAlerts: app.deskAlerts.length > SHOWN_ALERTS,
    agencyReference: app.agencyReference ?? '',
    openedBy: app.openedBy,
    noDueDateReason: app.noDueDateReason ?? '',
    progress: app.progress ? { note: app.progress.note, occurTime: toTimestamp(app.progress.time) } : null,
    omittedMessages: app.omittedMessages ?? 0,
    training: app.training ?? false,
    sinceTime: toTimestamp(app.queue?.since),
    buckets: toBuckets(app, viewer),
    notes: app.notes?.map(toNote) ?? [],
    assignee: app.assignee ?? '',
    personNotifications: app.personNotifications?.slice(-SHOWN_NOTIFICATIONS).map(toPersonNotification) ?? [],
    morePersonNotifications: (app.personNotifications?.length ?? 0) > SHOWN_NOTIFICATIONS,
    payment: toPayment(app.payment),
    ownApplication: activeGuards.includes('own-application'),
    documents: app.documents?.map(toDocumentReference) ?? [],
    collectionCentre: app.collectionCentre ?? '',
    erasure: toErasure(app),
    restriction: toRestriction(app.restriction),
    deskTime: toDeskTime(app.deskTime),
    formerAgencies: (app.formerAgencies ?? []).map(toFormerAgency),
    passingOn: toPassingOn(app.passingOn),
    escalations: app.escalations?.map(toEscalation) ?? [],
    escalationMark: app.queue?.escalation?.step ?? '',
    messages: app.messages?.map(toConversationMessage) ?? [],
    complaints: app.complaints?.map(toComplaint) ?? [],
    complaintDate: app.queue?.complaintDate ?? '',
    expectedDecisionDate: expectedDateOf(app),
  };
}

const toEscalation = ({ step, time, agency, actions, dueDate = '' }: Escalation): EscalationOut => ({
  step,
  time: toTimestamp(time),
  agency,
  actions: [...actions],
  dueDate,
});

/** Converts a list row; all other fields stay empty. */
export function toRow(row: StoredRow, viewer: Viewer): ApplicationOut {
  const message = findOpenMessage(row);
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
    assignee: row.assignee ?? '',
    training: row.training ?? false,
    content: toRowContent(row),
    documentRequest: row.documentRequest ? { answerBy: row.documentRequest.answerBy } : null,
    decision: toDecisionTimes(row.decision),
    allowedActions: toAllowedActions(row.state, viewer, findActiveGuards(row, viewer)),
    deskAlerts: row.deskAlerts.map(({ kind, recordTime }) => ({ kind, recordTime: toTimestamp(recordTime) })),
    sinceTime: toTimestamp(row.queue?.since),
    buckets: toBuckets(row, viewer),
    escalationMark: row.queue?.escalation?.step ?? '',
    complaintDate: row.queue?.complaintDate ?? '',
    messages: message ? [toConversationMessage(message)] : [],
  };
}

/** Returns the applicant's name, the cost option, and the phone number in the bucket of people to notify. */
function toRowContent({ content }: StoredRow): ContentOut | null {
  const { givenName = '', familyName = '' } = content?.applicant ?? {};
  const { phone } = content?.contact ?? {};
  const costOption = content?.costOption ?? '';
  const hasName = givenName !== '' || familyName !== '';
  if (!hasName && !phone && !costOption) return null;
  return { applicant: hasName ? { givenName, familyName } : null, contact: phone ? { phone } : null, costOption };
}

const toBuckets = (app: Pick<Application, 'queue' | 'assignee'>, viewer: Viewer) =>
  resolveBuckets(app, viewer).map((bucket) => toProtoEnum('BUCKET_', bucket));

/** @param app the application of the history, with its decision now */
export function toAction(row: ActionRecord, app: Pick<Application, 'decision'>): ActionOut {
  return {
    kind: row.kind,
    actor: row.actor,
    occurTime: toTimestamp(row.occurTime),
    recordTime: toTimestamp(row.recordTime),
    cause: row.cause,
    answers: row.answers ?? '',
    fromState: toState(row.fromState),
    toState: toState(row.toState),
    submission: row.submission ?? 0,
    agencyText: row.agencyText ?? null,
    result: row.result ? toResult(row.result, isSuperseded(row, app)) : null,
    documents: row.documents ?? [],
    changes: row.changes ?? [],
    // The reasons of a right of the person are with the right itself.
    code: isDataEvent(row.kind) || isEscalation(row) ? '' : (row.code ?? ''),
    escalationStep: isEscalation(row) ? (row.code ?? '') : '',
    fields: row.fields ?? [],
    agency: row.agency ?? '',
    centre: row.centre ?? '',
    operator: row.operator ?? '',
    method: row.method ? toProtoEnum('NOTIFICATION_METHOD_', row.method) : 'NOTIFICATION_METHOD_UNSPECIFIED',
    formerContact: row.formerContact ?? null,
    contact: row.contact ?? null,
    mandate: row.mandate ?? '',
    mandateRevoked: row.mandateRevoked ?? false,
    released: row.released ? { operator: row.released.operator, deskTime: toTimestamp(row.released.deskTime) } : null,
    deskTime: toDeskTime(row.deskTime),
    expectedDecisionDate: row.expectedDecisionDate ?? '',
    withdrawalStatement: toWithdrawalStatement(row.statement),
  };
}

const toWithdrawalStatement = (statement: WithdrawalStatement | undefined) =>
  statement ? { signed: statement.isSigned, unsignedReason: statement.unsignedReason ?? '' } : null;

const isEscalation = ({ kind }: ActionRecord): boolean => kind === 'agency-escalation';

function toDeskTime(deskTime: DeskTime | undefined): DeskTimeOut | null {
  if (!deskTime) return null;
  const { time, device, sequence, previous = '', anchorTime, isBounded: bounded } = deskTime;
  return { time: toTimestamp(time), device, sequence, previous, anchorTime: toTimestamp(anchorTime), bounded };
}

export function toState(state: State) {
  return toProtoEnum('STATE_', state);
}

export function toDocumentRequest(request: DocumentRequest | undefined): DocumentRequestOut | null {
  if (!request) return null;
  const { suppliedKinds = [], message, requestTime, isAnswerDatePassed: _passed, ...requested } = request;
  return {
    ...requested,
    message: message ?? null,
    requestTime: toTimestamp(requestTime),
    suppliedKinds,
  };
}

function toAllowedActions(state: State, { roles }: Viewer, activeGuards: readonly Guard[]) {
  return allowedActions(state, roles, activeGuards).map((action: Action) => toProtoEnum('ACTION_', action));
}

function toDeskAlert({ kind, recordTime, cause = '', count = 1, seenTime, seenBy = '' }: DeskAlert): DeskAlertOut {
  return { kind, recordTime: toTimestamp(recordTime), cause, count, seenTime: toTimestamp(seenTime), seenBy };
}

function toNote({ text, author, occurTime, recordTime }: Note): NoteOut {
  return { text, author, occurTime: toTimestamp(occurTime), recordTime: toTimestamp(recordTime) };
}

function toPersonNotification({ method, operator, notifyTime, about }: PersonNotification): PersonNotificationOut {
  return {
    method: toProtoEnum('NOTIFICATION_METHOD_', method),
    operator,
    notifyTime: toTimestamp(notifyTime),
    about,
  };
}
