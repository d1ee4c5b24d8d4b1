import { sanitizeCode, validateComplaintAnswer, validateComplaintFiling } from '@cups/application';
import type { ComplaintOutcome, ComplaintWay } from '@cups/application';
import { parseResourceName } from '@cups/contracts';
import * as complaints from '../domain/commands/complaints.ts';
import { assertNoViolations } from '../domain/problems.ts';
import { changeApplication } from './change.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

type ComplaintRpcs = Pick<IntakeRpcs, 'PrepareComplaint' | 'RecordComplaint' | 'RecordComplaintAnswer'>;

/** RPC handlers of complaints about silent agencies. None of them sends anything. */
export function complaintRpcs(deps: RpcDeps): ComplaintRpcs {
  return {
    async PrepareComplaint(request, context) {
      // An agency whose file was removed is named by its code.
      const nameOf = (agency: string) =>
        deps.workingTimes.nameOf(agency) ?? { ro: parseResourceName('agencies', agency) };
      return changeApplication(deps, request, context, {
        decide: (app, actor) => complaints.prepareComplaint(app, actor, nameOf(app.agency)),
      });
    },

    async RecordComplaint(request, context) {
      const registrationNumber = sanitizeCode(request.registrationNumber, Infinity);
      const filing = {
        date: request.date,
        // Validated below.
        way: request.way as ComplaintWay,
        ...(registrationNumber && { registrationNumber }),
      };
      assertNoViolations(validateComplaintFiling(filing));
      return changeApplication(deps, request, context, {
        decide: (app, actor) => complaints.recordComplaint(app, actor, { number: request.number, ...filing }),
      });
    },

    async RecordComplaintAnswer(request, context) {
      const text = sanitizeCode(request.text, Infinity);
      // Validated below.
      const answer = { date: request.date, outcome: request.outcome as ComplaintOutcome, ...(text && { text }) };
      assertNoViolations(validateComplaintAnswer(answer));
      return changeApplication(deps, request, context, {
        decide: (app, actor) => complaints.recordComplaintAnswer(app, actor, { number: request.number, ...answer }),
      });
    },
  };
}
