import { submissionName } from '@cups/contracts';
import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { GetNoticeContextResponse } from '@cups/contracts/gen/cups/intake/v1/GetNoticeContextResponse.ts';
import type { GetSubmissionResponse } from '@cups/contracts/gen/cups/intake/v1/GetSubmissionResponse.ts';
import type { LocalizedText } from '@cups/contracts/gen/cups/type/v1/LocalizedText.ts';
import type { FrozenMandate as FrozenMandateOut } from '@cups/contracts/gen/cups/intake/v1/FrozenMandate.ts';
import type { Application, FrozenMandate, ServiceVersion, Submission } from '../domain/application.ts';
import { expectedDateOf } from '../domain/expected-decision.ts';
import { resolveResultDelivery, UNCOLLECTED_STATES } from '../domain/result-delivery.ts';
import { toDocumentRequest, toState } from './application.ts';
import { toContent } from './content.ts';
import { toDecision, toResultLocation } from './result.ts';

/** Converts applications for other services, each with only the fields it needs. */

/**
 * Returns the submission that the bridge sends to the agency.
 * @param version under which the application was opened
 */
export function toSubmission(app: Application, submission: Submission, version: ServiceVersion): GetSubmissionResponse {
  const fee = version.costOptions.find(({ code }) => code === submission.content.costOption)?.fee;
  return {
    name: submissionName(app._id, submission.number),
    withdrawn: app.state === 'withdrawn' || app.state === 'expired',
    centre: app.centre,
    centreName: app.centreName,
    centreKind: app.centreKind,
    publicService: app.publicService,
    serviceVersion: app.serviceVersion,
    serviceTitle: app.service.title,
    agency: app.agency,
    content: toContent(submission.content),
    submitTime: toTimestamp(submission.submitTime),
    dueDate: resolveDueDate(app, submission) ?? '',
    corrects: app.corrects ?? '',
    answersRequest: submission.answersRequest ?? '',
    fee: fee ? { amountMinor: String(fee.amountMinor), currencyCode: fee.currency } : null,
    training: app.training ?? false,
    unavailable: submission.unavailable ?? [],
    frozenMandate: toFrozenMandate(submission.mandate),
    correctedFields: submission.correctedFields ?? [],
  };
}

/** The term of an application that was passed on may have been extended meanwhile, while documents were requested. */
const resolveDueDate = ({ firstSubmission }: Application, { number, dueDate }: Submission): string | undefined =>
  firstSubmission?.number === number ? firstSubmission.dueDate : dueDate;

const toFrozenMandate = (mandate: FrozenMandate | undefined): FrozenMandateOut | null =>
  mandate
    ? { ...mandate, grantTime: toTimestamp(mandate.grantTime), expireTime: toTimestamp(mandate.expireTime) }
    : null;

/** Returns the name of the centre that the applicant visits next: to collect a result, the one they chose. */
function resolveVisitedCentreName({ state, centreName, collectionCentreName }: Application): string {
  return UNCOLLECTED_STATES.includes(state) && collectionCentreName ? collectionCentreName : centreName;
}

/**
 * Returns the recipient, the contact and the facts of a notice.
 * @param version under which the application was opened
 * @param agencyName undefined without a file of the agency
 */
export function toNoticeContext(
  app: Application,
  version: ServiceVersion,
  agencyName: LocalizedText | undefined,
): GetNoticeContextResponse {
  const { applicant, contact, delivery } = app.content;
  return {
    language: applicant?.language ?? 'ro',
    contact: contact ?? { none: true },
    personName: [applicant?.givenName, applicant?.familyName].filter(Boolean).join(' '),
    serviceTitle: app.service.title,
    centreName: resolveVisitedCentreName(app),
    trackingNumber: app.trackingNumber,
    dueDate: app.dueDate ?? '',
    noDueDateReason: app.noDueDateReason ?? '',
    state: toState(app.state),
    documentRequest: toDocumentRequest(app.documentRequest),
    decision: toDecision(app.decision),
    training: app.training ?? false,
    resultLocation: toResultLocation(app),
    resultDelivery: toProtoEnum('RESULT_DELIVERY_', resolveResultDelivery(version.outputs ?? [], delivery)),
    agencyName: agencyName ?? null,
    expectedDecisionDate: expectedDateOf(app),
  };
}
