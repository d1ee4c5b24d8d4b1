import { normalizeTrackingNumber } from '@cups/application';
import type { TrackedAgency } from '@cups/contracts/gen/cups/intake/v1/TrackedAgency.ts';
import type { TrackApplicationResponse } from '@cups/contracts/gen/cups/intake/v1/TrackApplicationResponse.ts';
import { toTimestamp } from '@cups/contracts/proto';
import { toState } from '../convert/application.ts';
import { toResultLocation } from '../convert/result.ts';
import { expectedDateOf } from '../domain/expected-decision.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import type { WorkingTimes } from '../working-times.ts';
import { findByTrackingNumber } from '../store.ts';
import type { TrackedFields } from '../store.ts';

/** RPC handler for the public: the holder of a tracking number gets the state, dates and where the result is. */
export function trackingRpcs({
  applications,
  workingTimes,
}: Pick<RpcDeps, 'applications' | 'workingTimes'>): Pick<IntakeRpcs, 'TrackApplication'> {
  return {
    async TrackApplication(request) {
      const found = await findByTrackingNumber(applications, normalizeTrackingNumber(request.trackingNumber));
      return toTracked(found, workingTimes);
    },
  };
}

/** Converts an application for somebody who holds a number or code, and may not be the applicant. */
export function toTracked(app: TrackedFields, agencies: Pick<WorkingTimes, 'nameOf'>): TrackApplicationResponse {
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
    dueDate: app.dueDate ?? '',
    updateTime: toTimestamp(app.updateTime),
    answerBy: app.documentRequest?.answerBy ?? '',
    training: app.training ?? false,
    resultLocation: toResultLocation(app),
    passedOnTo: toPassedOn(app, agencies),
    expectedDecisionDate: expectedDateOf(app),
  };
}

/** Returns who has an application that another agency passed on. One that returned to the same agency was not passed on. */
function toPassedOn(
  { agency, formerAgencies = [], passingOn, firstSubmission }: TrackedFields,
  { nameOf }: Pick<WorkingTimes, 'nameOf'>,
): TrackedAgency | null {
  const name = nameOf(agency);
  const time = firstSubmission?.time;
  if (passingOn || !name || !time || formerAgencies.at(-1)?.agency === agency) return null;
  return { name, receiveTime: toTimestamp(time) };
}
