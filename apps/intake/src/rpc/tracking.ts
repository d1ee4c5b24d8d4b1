import { normalizeTrackingNumber } from '@cups/application';
import type { State } from '@cups/application';
import type { TrackApplicationResponse } from '@cups/contracts/gen/cups/intake/v1/TrackApplicationResponse.ts';
import { toTimestamp } from '@cups/contracts/proto';
import { toState } from '../convert/application.ts';
import { toResultLocation } from '../convert/result.ts';
import { expectedDateOf, isUndecided } from '../domain/expected-decision.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { findByTrackingNumber } from '../store.ts';
import type { TrackedFields } from '../store.ts';

/** RPC handler for the public: the holder of a tracking number gets the state, dates and where the result is. */
export function trackingRpcs({ applications }: Pick<RpcDeps, 'applications'>): Pick<IntakeRpcs, 'TrackApplication'> {
  return {
    async TrackApplication(request) {
      const found = await findByTrackingNumber(applications, normalizeTrackingNumber(request.trackingNumber));
      return toTracked(found);
    },
  };
}

/** Converts an application for somebody who holds a number or code, and may not be the applicant. */
export function toTracked(app: TrackedFields): TrackApplicationResponse {
  // The rest was erased with the personal data.
  if (app.erasure) {
    const { state, submitTime, updateTime, training = false, erasure } = app;
    const eraseTime = toTimestamp(erasure.time ?? erasure.startTime);
    const times = { submitTime: toTimestamp(submitTime), updateTime: toTimestamp(updateTime), eraseTime };
    return { state: toState(state), training, ...times };
  }
  return {
    state: toState(app.state),
    submitTime: toTimestamp(app.submitTime),
    dueDate: isUndecided(app.state) ? (app.dueDate ?? '') : '',
    updateTime: toTimestamp(app.updateTime),
    answerBy: app.state === 'documents-requested' ? (app.documentRequest?.answerBy ?? '') : '',
    training: app.training ?? false,
    resultLocation: toResultLocation(app),
    passOnTime: toTimestamp(passOnTimeOf(app)),
    expectedDecisionDate: expectedDateOf(app),
    appealDeadline: DECIDED_STATES.includes(app.state) ? (app.decision?.appeal?.deadline ?? '') : '',
  };
}

/** States in which the decision of the agency stands. */
const DECIDED_STATES: readonly State[] = ['ready', 'rejected', 'handed-over', 'closed'];

/**
 * Returns when the present agency got an application that another one passed on. Which one it is says the notice to the
 * person, not the number. An application that returned to the same agency was not passed on.
 */
function passOnTimeOf({ agency, formerAgencies = [], passingOn, firstSubmission }: TrackedFields): Date | undefined {
  const former = formerAgencies.at(-1);
  return passingOn || !former || former.agency === agency ? undefined : firstSubmission?.time;
}
