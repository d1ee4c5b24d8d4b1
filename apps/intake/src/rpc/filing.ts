import { createAnswersValidator, validateContentShape, validateUnavailable } from '@cups/application';
import { violation } from '@cups/problem';
import { fromAnswers, fromEvidence } from '../convert/content.ts';
import * as filing from '../domain/commands/filing.ts';
import { supplyDocuments } from '../domain/commands/supply.ts';
import type { Supply } from '../domain/commands/supply.ts';
import type { ServiceVersion } from '../domain/application.ts';
import { assertNoViolations, invalidField } from '../domain/problems.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import type { StoredApplication } from '../store.ts';
import { changeApplication } from './change.ts';

/** The calls by which an application goes to its agency: filed, supplied with what was asked for, or taken back. */
export function filingRpcs(
  parts: RpcDeps,
): Pick<IntakeRpcs, 'SubmitApplication' | 'SupplyDocuments' | 'WithdrawApplication'> {
  const { versions, workingTimes } = parts;
  // Of the copy that the application was opened under: filing asks no neighbour.
  const versionOf = (app: StoredApplication) => versions.get(app.service.versionId);
  const submitParts = (app: StoredApplication, version: ServiceVersion): filing.SubmitContext => ({
    version,
    acceptsForeignDocuments: workingTimes.acceptsForeignDocuments(app.agency),
    workingTime: workingTimes.forAgency(app.agency),
    validateAnswers: createAnswersValidator(version.form),
  });
  return {
    async SubmitApplication(request, context) {
      return changeApplication(parts, request, context, {
        read: versionOf,
        decide: (app, actor, version) => filing.submitApplication(app, actor, submitParts(app, version)),
      });
    },

    async SupplyDocuments(request, context) {
      const evidence = request.evidence.map(fromEvidence);
      assertNoViolations(validateContentShape({ evidence }));
      const unavailable = request.unavailable.map(({ kind, reason }) => ({ kind, reason: reason.trim() }));
      assertNoViolations(validateUnavailable({ unavailable }));
      const supply: Supply = { evidence, unavailable, complete: request.complete };
      if (request.answers.length > 0) supply.answers = fromAnswers(request.answers);
      return changeApplication(parts, request, context, {
        read: versionOf,
        decide: (app, actor, version) => supplyDocuments(app, actor, supply, submitParts(app, version)),
      });
    },

    async WithdrawApplication(request, context) {
      if (request.reason.length > 500) throw invalidField(violation('/reason', 'MAX_LENGTH', { most: 500 }));
      return changeApplication(parts, request, context, {
        decide: (app, actor) => filing.withdrawApplication(app, actor, request.reason),
      });
    },
  };
}
