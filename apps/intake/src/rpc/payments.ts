import { validateReceipt } from '@cups/application';
import { fromReceipt } from '../convert/payment.ts';
import { recordPayment } from '../domain/commands/payment.ts';
import { assertNoViolations } from '../domain/problems.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { changeApplication } from './change.ts';

export function paymentRpcs(deps: RpcDeps): Pick<IntakeRpcs, 'RecordPayment'> {
  const { versions, workingTimes } = deps;
  return {
    async RecordPayment(request, context) {
      const receipt = fromReceipt(request.payment);
      const { receiptNumber, amountMinor, currency } = receipt;
      assertNoViolations(validateReceipt({ receiptNumber, amount: { amountMinor, currency } }));
      return changeApplication(deps, request, context, {
        read: (app) => versions.get(app.service.versionId),
        decide: (app, actor, version) =>
          recordPayment(app, actor, receipt, { version, workingTime: workingTimes.forAgency(app.agency) }),
      });
    },
  };
}
