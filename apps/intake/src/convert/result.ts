import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { Decision as DecisionOut } from '@cups/contracts/gen/cups/intake/v1/Decision.ts';
import type { HandOver as HandOverOut } from '@cups/contracts/gen/cups/intake/v1/HandOver.ts';
import type { ResultLocation as LocationOut } from '@cups/contracts/gen/cups/intake/v1/ResultLocation.ts';
import type { ResultRecord as ResultOut } from '@cups/contracts/gen/cups/intake/v1/ResultRecord.ts';
import type { ActionRecord, Application, ApplicationRow, Decision, Result } from '../domain/application.ts';
import { isRevoked, resolveResultLocation } from '../domain/result-delivery.ts';

/** Converts decisions, results and hand-overs to gRPC messages. */

export function toDecision(decision: Decision | undefined): DecisionOut | null {
  if (!decision) return null;
  const { decideTime, correctTime, revokeTime, arrivalTime, reason, correctReason, revokeReason, appeal } = decision;
  return {
    ...decision,
    reason: reason ?? null,
    correctReason: correctReason ?? null,
    revokeReason: revokeReason ?? null,
    appeal: appeal ?? null,
    decideTime: toTimestamp(decideTime),
    correctTime: toTimestamp(correctTime),
    revokeTime: toTimestamp(revokeTime),
    arrivalTime: toTimestamp(arrivalTime),
  };
}

/** Returns the part of a decision that a list row has. */
export function toDecisionTimes(decision: ApplicationRow['decision']): DecisionOut | null {
  if (!decision) return null;
  return {
    approved: decision.approved,
    decideTime: toTimestamp(decision.decideTime),
    correctTime: toTimestamp(decision.correctTime),
    revokeTime: toTimestamp(decision.revokeTime),
    awaitsArrival: decision.awaitsArrival ?? false,
  };
}

export function toHandOver(handOver: Application['handOver']): HandOverOut | null {
  if (!handOver) return null;
  const { ground, handOverTime, ...rest } = handOver;
  return { ...rest, ground: ground ?? null, handOverTime: toTimestamp(handOverTime) };
}

export function toResult(result: Result, superseded: boolean): ResultOut {
  const { resultKind, resultNumber, ...others } = result;
  return { ...others, kind: resultKind ?? '', number: resultNumber ?? '', superseded };
}

/** Whether a later message of the agency replaced or revoked the result of a history entry. */
export function isSuperseded({ recordTime }: ActionRecord, { decision }: Pick<Application, 'decision'>): boolean {
  if (!decision) return false;
  return isRevoked(decision) || (decision.correctTime !== undefined && recordTime < decision.correctTime);
}

export function toResultLocation(app: Parameters<typeof resolveResultLocation>[0]): LocationOut {
  const location = resolveResultLocation(app);
  return location ? toProtoEnum('RESULT_LOCATION_', location) : 'RESULT_LOCATION_UNSPECIFIED';
}
