import { receiptViolations } from '@cups/application';
import { fromReceipt } from '../convert/payment.ts';
import { recordPayment } from '../domain/acts/payment.ts';
import { assertNone } from '../domain/refusals.ts';
import type { IntakeRpcs, Parts } from './parts.ts';
import { change } from './change.ts';

/** The call by which the desk notes the payment of the fee. */
export function paymentRpcs(parts: Parts): Pick<IntakeRpcs, 'RecordPayment'> {
  const { versions, workingTimes } = parts;
  return {
    async RecordPayment(request, context) {
      const receipt = fromReceipt(request.payment);
      const { receiptNumber, amountMinor, currency } = receipt;
      assertNone(receiptViolations({ receiptNumber, amount: { amountMinor, currency } }));
      return change(parts, request, context, {
        read: (app) => versions.get(app.service.versionId),
        decide: (app, actor, version) =>
          recordPayment(app, actor, receipt, { version, working: workingTimes.of(app.agency) }),
      });
    },
  };
}
