import { complaintName, messageName, resourceName, submissionName } from '@cups/contracts';
import { toProtoEnum, eventCodec, toTimestamp } from '@cups/contracts/proto';
import type { ApplicationRef } from '@cups/contracts/gen/cups/intake/v1/ApplicationRef.ts';
import type { IntakeEvent, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { Change, NewEvent } from '@cups/store';
import { toState } from './convert/application.ts';
import { toResultLocation } from './convert/result.ts';
import type { DomainEvent, CommandResult } from './domain/command.ts';
import type { Application } from './domain/application.ts';
import { entriesOfChange, withJournalSalt } from './journal.ts';
import type { Editor } from './journal.ts';
import { isErased } from './domain/data-end.ts';
import { isCountedAlike } from './domain/statistics.ts';
import { withDerivedFields } from './domain/derived-fields.ts';
import type { SearchHasher } from './domain/search-hasher.ts';
import type { StoredApplication } from './store.ts';

/** Encodes cups.applications. Events hold only names, codes and times. */

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');

/**
 * Converts the result of a command to a store change: computes the derived fields and encodes the events and the entries
 * for the journal.
 * @param editor who changed the content, if the history has no row of it
 */
export function toChange(
  before: StoredApplication,
  result: CommandResult,
  hashes: SearchHasher,
  editor?: Editor,
): Change<StoredApplication> {
  if (result.document === before && result.events.length === 0) return { document: before, events: [] };
  // Commands replace only parts of the document, so the store's own fields are still present.
  const derived = withMark(withDerivedFields(result.document as StoredApplication, before, hashes), before);
  const document = derived.erased || isErased(derived) ? derived : withJournalSalt(derived);
  const events = result.events.map((domainEvent): NewEvent => {
    const event = toIntakeEvent(domainEvent, document);
    return {
      topic: 'cups.applications',
      key: before._id,
      type: event.type,
      subject: resourceName('applications', before._id),
      sequenced: true,
      contentType: 'application/protobuf',
      source: '/cups/intake',
      data: intakeEvents.encode(event),
    };
  });
  // Last, so that no event waits for the topic of the journal.
  return { document, events: [...events, ...entriesOfChange(before, document, editor)] };
}

/** Marks a change that the statistics count. Each mark is new, so that a recompute removes only what it has read. */
const withMark = (app: StoredApplication, before: StoredApplication): StoredApplication =>
  isCountedAlike(before, app) && before.agency === app.agency ? app : { ...app, uncounted: before.revision + 1 };

const refOf = (app: Application): ApplicationRef => ({
  application: resourceName('applications', app._id),
  centre: app.centre,
  agency: app.agency,
  publicService: app.publicService,
  state: toState(app.state),
  training: app.training ?? false,
});

/** @param app the application after the event */
function toIntakeEvent(domainEvent: DomainEvent, app: Application): IntakeEvent {
  const ref = refOf(app);
  const resultLocation = toResultLocation(app);
  switch (domainEvent.type) {
    case 'ApplicationCorrected': {
      const submission = submissionName(app._id, domainEvent.submission);
      return { type: 'cups.intake.v1.ApplicationCorrected', data: { ref, submission } };
    }
    case 'ApplicationMessageSent':
    case 'ApplicationComplaintChanged':
      return toPartEvent(domainEvent, ref, app);
    case 'ContactChanged':
    case 'ApplicationInProgress':
    case 'ResultArrived':
    case 'ResultHandedOver':
      return { type: `cups.intake.v1.${domainEvent.type}`, data: { ref } };
    case 'ApplicationSubmitted': {
      const submission = submissionName(app._id, domainEvent.submission);
      const submitTime = toTimestamp(domainEvent.submitTime);
      return { type: 'cups.intake.v1.ApplicationSubmitted', data: { ref, submission, submitTime } };
    }
    case 'DocumentsSupplied': {
      const submission = submissionName(app._id, domainEvent.submission);
      const data = { ref, submission, answersRequest: domainEvent.answersRequest };
      return { type: 'cups.intake.v1.DocumentsSupplied', data };
    }
    case 'ApplicationWithdrawn': {
      const fromState = toState(domainEvent.fromState);
      const withdrawTime = toTimestamp(domainEvent.withdrawTime);
      return { type: 'cups.intake.v1.ApplicationWithdrawn', data: { ref, fromState, withdrawTime } };
    }
    case 'DocumentsRequested': {
      const { request, answerBy, requestedAnswerBy = '' } = domainEvent;
      return { type: 'cups.intake.v1.DocumentsRequested', data: { ref, request, answerBy, requestedAnswerBy } };
    }
    case 'ApplicationDecided': {
      const { appealDeadline = '' } = domainEvent;
      return { type: 'cups.intake.v1.ApplicationDecided', data: { ref, appealDeadline, resultLocation } };
    }
    case 'ResultChanged':
      return { type: 'cups.intake.v1.ResultChanged', data: { ref, revoked: domainEvent.revoked, resultLocation } };
    case 'CollectionCentreChosen': {
      const { collectionCentre = '' } = app;
      const data = { ref, collectionCentre, resultLocation };
      return { type: 'cups.intake.v1.CollectionCentreChosen', data };
    }
    case 'ApplicationClosed':
      return { type: 'cups.intake.v1.ApplicationClosed', data: { ref, needMet: domainEvent.needMet } };
    case 'ApplicationExpired': {
      const data = { ref, fromState: toState(domainEvent.fromState), expireTime: toTimestamp(domainEvent.expireTime) };
      return { type: 'cups.intake.v1.ApplicationExpired', data };
    }
    case 'PersonNotified': {
      const { method, notice = '' } = domainEvent;
      const data = { ref, method: toProtoEnum('NOTIFICATION_METHOD_', method), notice };
      return { type: 'cups.intake.v1.PersonNotified', data };
    }
    case 'ApplicationEscalated':
      return { type: 'cups.intake.v1.ApplicationEscalated', data: { ref, ...escalationOf(domainEvent) } };
    case 'ApplicationErased':
      return { type: 'cups.intake.v1.ApplicationErased', data: { ref, ...erasureOf(app, domainEvent.mandates) } };
    case 'ApplicationPassedOn':
    case 'AgencyUndecided':
      return toPassingOnEvent(domainEvent, ref, app);
    case 'DeskAlertRaised':
      return { type: 'cups.intake.v1.DeskAlertRaised', data: { ref, kind: domainEvent.kind } };
  }
}

/** An event about a part of the application that has a number of its own. */
function toPartEvent(
  event: Extract<DomainEvent, { type: 'ApplicationMessageSent' | 'ApplicationComplaintChanged' }>,
  ref: ApplicationRef,
  { _id }: Application,
): IntakeEvent {
  if (event.type === 'ApplicationMessageSent')
    return { type: 'cups.intake.v1.ApplicationMessageSent', data: { ref, message: messageName(_id, event.number) } };
  const data = { ref, complaint: complaintName(_id, event.number), change: event.change };
  return { type: 'cups.intake.v1.ApplicationComplaintChanged', data };
}

function toPassingOnEvent(
  event: Extract<DomainEvent, { type: 'ApplicationPassedOn' | 'AgencyUndecided' }>,
  ref: ApplicationRef,
  { _id }: Application,
): IntakeEvent {
  if (event.type === 'AgencyUndecided')
    return { type: 'cups.intake.v1.AgencyUndecided', data: { ref, cause: event.cause } };
  const { formerAgency } = event;
  const submission = submissionName(_id, event.submission);
  return { type: 'cups.intake.v1.ApplicationPassedOn', data: { ref, formerAgency, submission } };
}

const escalationOf = ({ step, actions, dueDate = '' }: Extract<DomainEvent, { type: 'ApplicationEscalated' }>) => ({
  step,
  actions: [...actions],
  dueDate,
});

function erasureOf({ erasure }: Pick<Application, 'erasure'>, mandates: string[]) {
  const { cause = '', rule = '', time } = erasure ?? {};
  return { eraseTime: toTimestamp(time), cause, rule, mandates };
}
