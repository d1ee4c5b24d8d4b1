import { nameOf, submissionName } from '@cups/contracts';
import { enumWord, eventCodec, toTimestamp } from '@cups/contracts/proto';
import type { IntakeEvent, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { Change, NewEvent } from '@cups/store';
import { toState } from './convert/application.ts';
import type { Happening, Step } from './domain/acts.ts';
import type { Application } from './domain/application.ts';
import { withDerived } from './domain/derived.ts';
import type { NameHashes } from './domain/names.ts';
import type { StoredApplication } from './store.ts';

/** The border to cups.applications: what happened to an application, thin: names, codes, times. */

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');

/** A step of the domain as a change of the store: what follows from it is worked out, its happenings are written for cups.applications. */
export function changeOf(before: StoredApplication, step: Step, hashes: NameHashes): Change<StoredApplication> {
  // A step only replaces parts of the document that it was given: what is the store's own is still there.
  const document = withDerived(step.document as StoredApplication, before, hashes);
  const events = step.events.map((happening): NewEvent => {
    const event = toEvent(happening, document);
    return {
      topic: 'cups.applications',
      key: before._id,
      type: event.type,
      subject: nameOf('applications', before._id),
      sequenced: true,
      contentType: 'application/protobuf',
      source: '/cups/intake',
      data: intakeEvents.encode(event),
    };
  });
  return { document, events };
}

/** @param app as it is after what happened */
function toEvent(happening: Happening, app: Application): IntakeEvent {
  const ref = {
    application: nameOf('applications', app._id),
    centre: app.centre,
    agency: app.agency,
    publicService: app.publicService,
    state: toState(app.state),
    training: app.training ?? false,
  };
  switch (happening.type) {
    case 'ApplicationSubmitted': {
      const submission = submissionName(app._id, happening.submission);
      const submitTime = toTimestamp(happening.submitTime);
      return { type: 'cups.intake.v1.ApplicationSubmitted', data: { ref, submission, submitTime } };
    }
    case 'DocumentsSupplied': {
      const submission = submissionName(app._id, happening.submission);
      const { answersRequest } = happening;
      return { type: 'cups.intake.v1.DocumentsSupplied', data: { ref, submission, answersRequest } };
    }
    case 'ApplicationWithdrawn': {
      const fromState = toState(happening.fromState);
      const withdrawTime = toTimestamp(happening.withdrawTime);
      return { type: 'cups.intake.v1.ApplicationWithdrawn', data: { ref, fromState, withdrawTime } };
    }
    case 'ApplicationInProgress':
      return { type: 'cups.intake.v1.ApplicationInProgress', data: { ref } };
    case 'DocumentsRequested': {
      const { request, answerBy, askedAnswerBy = '' } = happening;
      return { type: 'cups.intake.v1.DocumentsRequested', data: { ref, request, answerBy, askedAnswerBy } };
    }
    case 'ApplicationDecided':
      return { type: 'cups.intake.v1.ApplicationDecided', data: { ref } };
    case 'ResultChanged':
      return { type: 'cups.intake.v1.ResultChanged', data: { ref, revoked: happening.revoked } };
    case 'ResultHandedOver':
      return { type: 'cups.intake.v1.ResultHandedOver', data: { ref } };
    case 'ApplicationClosed':
      return { type: 'cups.intake.v1.ApplicationClosed', data: { ref, needMet: happening.needMet } };
    case 'ApplicationExpired': {
      const fromState = toState(happening.fromState);
      const expireTime = toTimestamp(happening.expireTime);
      return { type: 'cups.intake.v1.ApplicationExpired', data: { ref, fromState, expireTime } };
    }
    case 'PersonTold': {
      const { how, notice = '' } = happening;
      return { type: 'cups.intake.v1.PersonTold', data: { ref, how: enumWord('TELLING_MEANS_', how), notice } };
    }
    case 'DeskNoted':
      return { type: 'cups.intake.v1.DeskNoted', data: { ref, kind: happening.kind } };
  }
}
