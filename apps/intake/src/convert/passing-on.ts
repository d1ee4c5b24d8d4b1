import { toTimestamp } from '@cups/contracts/proto';
import type { FormerAgency as FormerAgencyOut } from '@cups/contracts/gen/cups/intake/v1/FormerAgency.ts';
import type { PassingOn as PassingOnOut } from '@cups/contracts/gen/cups/intake/v1/PassingOn.ts';
import type { FormerAgency, PassingOn } from '../domain/application.ts';

/** Converts what is known of an application that an agency passed on. */

export const toFormerAgency = ({ agency, time }: FormerAgency): FormerAgencyOut => ({
  agency,
  passTime: toTimestamp(time),
});

export function toPassingOn(passingOn: PassingOn | undefined): PassingOnOut | null {
  if (!passingOn) return null;
  const { competentAgency, reason, cause, passTime, superviseTime } = passingOn;
  return {
    competentAgency,
    reason: reason ?? null,
    cause,
    passTime: toTimestamp(passTime),
    superviseTime: toTimestamp(superviseTime),
  };
}
