import { resourceName } from '@cups/contracts';
import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { QuarantinedAct as ActOut } from '@cups/contracts/gen/cups/intake/v1/QuarantinedAct.ts';
import { isDeskTimeBounded } from '../domain/quarantine.ts';
import type { StoredQuarantinedAct } from '../store/quarantined-acts.ts';

/**
 * Converts an act without its content.
 * @param trackingNumber of its application; empty if that does not exist at the centre of the act, and after a
 * decision, which needs no second read
 */
export function toQuarantinedAct(act: StoredQuarantinedAct, trackingNumber = ''): ActOut {
  const { decision, refusal } = act;
  return {
    name: resourceName('quarantinedActs', act._id),
    application: resourceName('applications', act.application),
    kind: act.kind,
    operator: act.operator,
    device: act.device,
    centre: act.centre,
    deskTime: toTimestamp(act.deskTime),
    deskTimeBounded: isDeskTimeBounded(act),
    sequence: act.sequence,
    handInTime: toTimestamp(act.handInTime),
    state: toProtoEnum('QUARANTINE_STATE_', act.state),
    decidedBy: decision?.operator ?? '',
    decideTime: toTimestamp(decision?.time),
    rejectReason: decision?.reason ?? '',
    alreadyApplied: decision?.isAlreadyApplied ?? false,
    refusal: refusal ? { ...refusal, time: toTimestamp(refusal.time) } : null,
    erased: act.erased ?? false,
    anchorTime: toTimestamp(act.anchorTime),
    trackingNumber,
  };
}
