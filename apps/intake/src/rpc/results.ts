import { validateHandOverRecord, validateOutcome } from '@cups/application';
import type { Outcome } from '@cups/application';
import { parseResourceName } from '@cups/contracts';
import { violation } from '@cups/problem';
import { centreOf } from '@cups/rpc';
import { fromHandOver } from '../convert/content.ts';
import * as results from '../domain/commands/results.ts';
import { assertNoViolations, invalidField } from '../domain/problems.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { changeApplication } from './change.ts';

export function resultRpcs(
  deps: RpcDeps,
): Pick<IntakeRpcs, 'ConfirmArrival' | 'HandOverResult' | 'ConfirmOutcome' | 'ChooseCollectionCentre'> {
  return {
    async ConfirmArrival(request, context) {
      return changeApplication(deps, request, context, { decide: results.confirmArrival });
    },

    async HandOverResult(request, context) {
      const handOver = fromHandOver(request.handOver);
      assertNoViolations(validateHandOverRecord(handOver));
      return changeApplication(deps, request, context, {
        decide: (app, actor) => results.handOverResult(app, actor, handOver),
      });
    },

    async ChooseCollectionCentre(request, context) {
      const { centre } = request;
      parseResourceName('centres', centre, '/centre');
      return changeApplication(deps, request, context, {
        read: async (app) =>
          centre === app.centre || centre === centreOf(context)
            ? undefined
            : deps.clients.resolveCollectionCentre(centre, context),
        decide: results.chooseCollectionCentre,
      });
    },

    async ConfirmOutcome(request, context) {
      if (!request.outcome) throw invalidField(violation('/needMet', 'REQUIRED'));
      const { needMet, missing } = request.outcome;
      const outcome: Outcome = missing ? { needMet, missing } : { needMet };
      assertNoViolations(validateOutcome(outcome));
      return changeApplication(deps, request, context, {
        decide: (app, actor) => results.confirmOutcome(app, actor, outcome),
      });
    },
  };
}
