import { fromProtoEnum, fromTimestamp } from '@cups/contracts/proto';
import type { GetNoticeContextResponse__Output as NoticeContextResponse } from '@cups/contracts/gen/cups/intake/v1/GetNoticeContextResponse.ts';
import type { NoticeContext } from './domain/compose-notice.ts';
import type { ResultChange } from './domain/superseded.ts';
import { RESULT_DELIVERIES } from './domain/templates.ts';
import type { ResultDelivery } from './domain/templates.ts';

/** Converts intake's response to the context of a notice. */
export function toNoticeContext(response: NoticeContextResponse): NoticeContext {
  const lastChange = resolveLastChange(response.decision);
  return {
    language: response.language,
    email: response.contact?.email ?? '',
    phone: response.contact?.phone ?? '',
    personName: response.personName,
    serviceTitle: response.serviceTitle ?? {},
    centreName: response.centreName,
    agencyName: response.agencyName ?? {},
    trackingNumber: response.trackingNumber,
    dueDate: response.dueDate,
    expectedDecisionDate: response.expectedDecisionDate,
    awaitsPayment: response.noDueDateReason === 'awaiting-payment',
    state: fromProtoEnum('STATE_', response.state),
    training: response.training,
    resultDelivery: toResultDelivery(response.resultDelivery),
    isOnItsWay: response.resultLocation === 'RESULT_LOCATION_ON_ITS_WAY',
    answerBy: response.documentRequest?.answerBy ?? '',
    requestText: response.documentRequest?.message ?? {},
    documentTexts: response.documentRequest?.documents.map(({ note }) => note) ?? [],
    reasonText: response.decision?.reason ?? {},
    correctionText: response.decision?.correctReason ?? {},
    revocationText: response.decision?.revokeReason ?? {},
    appealText: response.decision?.appeal?.instructions ?? {},
    appealUntil: response.decision?.appeal?.deadline ?? '',
    resultNumber: response.decision?.resultNumber ?? '',
    verificationCode: response.decision?.verificationCode ?? '',
    validUntil: response.decision?.validUntil ?? '',
    ...(lastChange ? { lastChange } : {}),
  };
}

/** Unknown values become collection at the centre, where staff can help. */
function toResultDelivery(wire: NoticeContextResponse['resultDelivery']): ResultDelivery {
  const delivery = RESULT_DELIVERIES.find((known) => known === fromProtoEnum('RESULT_DELIVERY_', wire));
  return delivery ?? 'collect';
}

/** Returns the later of correction and revocation. */
function resolveLastChange(decision: NoticeContextResponse['decision']): ResultChange | undefined {
  const corrected = fromTimestamp(decision?.correctTime);
  const revoked = fromTimestamp(decision?.revokeTime);
  if (revoked && !(corrected && corrected > revoked)) return 'revoked';
  return corrected ? 'corrected' : undefined;
}
