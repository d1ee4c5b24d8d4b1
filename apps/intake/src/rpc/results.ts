import { handOverViolations, outcomeViolations } from '@cups/application';
import type { Outcome } from '@cups/application';
import { violation } from '@cups/problem';
import { fromHandOver } from '../convert/content.ts';
import * as results from '../domain/acts/results.ts';
import { assertNone, wrongField } from '../domain/refusals.ts';
import type { IntakeRpcs, Parts } from './parts.ts';
import { change } from './change.ts';

/** The calls that end an application at the desk: its result is handed over, and whether the need is met is recorded. */
export function resultRpcs(parts: Parts): Pick<IntakeRpcs, 'HandOverResult' | 'ConfirmOutcome'> {
  return {
    async HandOverResult(request, context) {
      const act = fromHandOver(request.handOver);
      assertNone(handOverViolations(act));
      return change(parts, request, context, { decide: (app, actor) => results.handOver(app, actor, act) });
    },

    async ConfirmOutcome(request, context) {
      if (!request.outcome) throw wrongField(violation('/needMet', 'REQUIRED'));
      const { needMet, missing } = request.outcome;
      const outcome: Outcome = missing ? { needMet, missing } : { needMet };
      assertNone(outcomeViolations(outcome));
      return change(parts, request, context, { decide: (app, actor) => results.confirmOutcome(app, actor, outcome) });
    },
  };
}
