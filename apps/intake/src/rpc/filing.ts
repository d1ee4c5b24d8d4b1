import { createAnswersValidator, validateContentShape, validateUnavailable } from '@cups/application';
import type { WithdrawalStatement__Output } from '@cups/contracts/gen/cups/intake/v1/WithdrawalStatement.ts';
import { violation } from '@cups/problem';
import { fromAnswers, fromEvidence, fromMandate } from '../convert/content.ts';
import * as filing from '../domain/commands/filing.ts';
import { supplyDocuments } from '../domain/commands/supply.ts';
import type { Supply } from '../domain/commands/supply.ts';
import type { ServiceVersion, WithdrawalStatement } from '../domain/application.ts';
import { assertNoViolations, invalidField } from '../domain/problems.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import type { StoredApplication } from '../store.ts';
import { changeApplication } from './change.ts';
import type { MandateUse } from '../domain/mandates.ts';
import { findMandate, readMandateUse, toMandateUse } from './mandates.ts';
import { findNewDocuments } from './new-documents.ts';

const MAX_REASON_LENGTH = 500;

/** Returns the stored copy of the version: filing calls no upstream service. */
export const versionOf = ({ versions }: Pick<RpcDeps, 'versions'>, app: StoredApplication): Promise<ServiceVersion> =>
  versions.get(app.service.versionId);

/** Returns what freezing a submission depends on. */
export const submitContext = (
  { workingTimes }: Pick<RpcDeps, 'workingTimes'>,
  app: StoredApplication,
  version: ServiceVersion,
  mandateUse: MandateUse,
): filing.SubmitContext => ({
  version,
  mandateUse,
  acceptsForeignDocuments: workingTimes.acceptsForeignDocuments(app.agency),
  workingTime: workingTimes.forAgency(app.agency),
  validateAnswers: createAnswersValidator(version.form),
});

export function filingRpcs(
  deps: RpcDeps,
): Pick<IntakeRpcs, 'SubmitApplication' | 'SupplyDocuments' | 'WithdrawApplication'> {
  return {
    async SubmitApplication(request, context) {
      return changeApplication(deps, request, context, {
        async read(app) {
          const version = await versionOf(deps, app);
          return { version, mandateUse: await readMandateUse(deps, app, version) };
        },
        decide: (app, actor, { version, mandateUse }) =>
          filing.submitApplication(app, actor, submitContext(deps, app, version, mandateUse)),
      });
    },

    async SupplyDocuments(request, context) {
      const evidence = request.evidence.map(fromEvidence);
      assertNoViolations(validateContentShape({ evidence }));
      const unavailable = request.unavailable.map(({ kind, reason }) => ({ kind, reason: reason.trim() }));
      assertNoViolations(validateUnavailable({ unavailable }));
      const supply: Supply = { evidence, unavailable, complete: request.complete };
      if (request.answers.length > 0) supply.answers = fromAnswers(request.answers);
      if (request.mandate) supply.mandate = fromMandate(request.mandate);
      return changeApplication(deps, request, context, {
        async read(app) {
          const [version, found] = await Promise.all([
            versionOf(deps, app),
            findNewDocuments(deps, app, evidence, context),
          ]);
          const mandateUse = supply.mandate
            ? toMandateUse(deps, await findMandate(deps, supply, context), version.theme)
            : await readMandateUse(deps, app, version);
          return { version, found, mandateUse };
        },
        decide: (app, actor, { version, found, mandateUse }) =>
          supplyDocuments(app, actor, { ...supply, found }, submitContext(deps, app, version, mandateUse)),
      });
    },

    async WithdrawApplication(request, context) {
      const { reason } = request;
      if (reason.length > MAX_REASON_LENGTH) throw tooLong('/reason');
      const statement = toWithdrawalStatement(request.statement);
      return changeApplication(deps, request, context, {
        decide: (app, actor) => filing.withdrawApplication(app, actor, { reason, statement }),
      });
    },
  };
}

/** @throws Problem INVALID_ARGUMENT unless the reason is given exactly when nothing was signed */
function toWithdrawalStatement(statement: WithdrawalStatement__Output | null): WithdrawalStatement | undefined {
  if (!statement) return undefined;
  const unsignedReason = statement.unsignedReason.trim();
  const pointer = '/statement/unsignedReason';
  if (unsignedReason.length > MAX_REASON_LENGTH) throw tooLong(pointer);
  if (statement.signed) {
    if (unsignedReason) throw invalidField(violation(pointer, 'CONTRADICTION', { other: '/statement/signed' }));
    return { isSigned: true };
  }
  if (!unsignedReason) throw invalidField(violation(pointer, 'REQUIRED'));
  return { isSigned: false, unsignedReason };
}

const tooLong = (pointer: string) => invalidField(violation(pointer, 'MAX_LENGTH', { max: MAX_REASON_LENGTH }));
