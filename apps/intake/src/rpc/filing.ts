import { formCheck, shapeViolations, unavailableViolations } from '@cups/application';
import { violation } from '@cups/problem';
import { fromAnswers, fromEvidence } from '../convert/content.ts';
import * as filing from '../domain/acts/filing.ts';
import { supplyDocuments } from '../domain/acts/supply.ts';
import type { Supply } from '../domain/acts/supply.ts';
import type { ServiceVersion } from '../domain/application.ts';
import { assertNone, wrongField } from '../domain/refusals.ts';
import type { IntakeRpcs, Parts } from './parts.ts';
import type { StoredApplication } from '../store.ts';
import { change } from './change.ts';

/** The calls by which an application goes to its agency: filed, supplied with what was asked for, or taken back. */
export function filingRpcs(
  parts: Parts,
): Pick<IntakeRpcs, 'SubmitApplication' | 'SupplyDocuments' | 'WithdrawApplication'> {
  const { versions, workingTimes } = parts;
  // Of the copy that the application was opened under: filing asks no neighbour.
  const versionOf = (app: StoredApplication) => versions.get(app.service.versionId);
  const submitParts = (app: StoredApplication, version: ServiceVersion): filing.SubmitParts => ({
    version,
    acceptsForeignDocuments: workingTimes.acceptsForeignDocuments(app.agency),
    working: workingTimes.of(app.agency),
    answersViolations: formCheck(version.form),
  });
  return {
    async SubmitApplication(request, context) {
      return change(parts, request, context, {
        read: versionOf,
        decide: (app, actor, version) => filing.submit(app, actor, submitParts(app, version)),
      });
    },

    async SupplyDocuments(request, context) {
      const evidence = request.evidence.map(fromEvidence);
      assertNone(shapeViolations({ evidence }));
      const unavailable = request.unavailable.map(({ kind, reason }) => ({ kind, reason: reason.trim() }));
      assertNone(unavailableViolations({ unavailable }));
      const supply: Supply = { evidence, unavailable, complete: request.complete };
      if (request.answers.length > 0) supply.answers = fromAnswers(request.answers);
      return change(parts, request, context, {
        read: versionOf,
        decide: (app, actor, version) => supplyDocuments(app, actor, supply, submitParts(app, version)),
      });
    },

    async WithdrawApplication(request, context) {
      if (request.reason.length > 500) throw wrongField(violation('/reason', 'MAX_LENGTH', { most: 500 }));
      return change(parts, request, context, {
        decide: (app, actor) => filing.withdraw(app, actor, request.reason),
      });
    },
  };
}
