import type { AgencyDeliveryDetails, ApplicationAction } from '../api/types.ts';
import { documentIdOf } from '../documents/types.ts';
import type { ReplyForm } from './reply-model.ts';

/** The result that stands, as the history of an application has it. */

type History = AgencyDeliveryDetails['history'];
export type IssuedResult = NonNullable<ApplicationAction['result']>;

/** Returns the newest result that was neither replaced nor revoked; undefined without one. */
export const findIssuedResult = (history: History): IssuedResult | undefined =>
  [...history].reverse().find(({ result }) => result && !result.superseded)?.result;

/** Whether the history already has the decision that the delivery has. It arrives a little later. */
export const hasDecision = (history: History): boolean =>
  history.some(({ kind }) => kind === 'approved' || kind === 'rejected');

/** Returns the members of a correction, which replaces everything, filled in with the result that stands. */
export function toCorrection(result: IssuedResult | undefined): Partial<ReplyForm> {
  if (!result) return {};
  const [file, ...others] = result.documents ?? [];
  return {
    ...(result.kind && { resultKind: result.kind as NonNullable<ReplyForm['resultKind']> }),
    resultNumber: result.number ?? '',
    verificationCode: result.verificationCode ?? '',
    verificationUrl: result.verificationUrl ?? '',
    validUntil: result.validUntil ?? '',
    resultFile: file && { name: '', size: file.size, state: 'available', id: documentIdOf(file.document) },
    otherDocuments: others.map(({ document }) => documentIdOf(document)),
  };
}
