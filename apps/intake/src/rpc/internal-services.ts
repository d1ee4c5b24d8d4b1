import { parseResourceName, parseSubmissionName, resourceName } from '@cups/contracts';
import { Problem } from '@cups/problem';
import { toNoticeContext, toSubmission } from '../convert/internal-services.ts';
import { isErased } from '../domain/data-end.ts';
import { notFound } from '../domain/problems.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import type { StoredApplication } from '../store.ts';

/**
 * RPC handlers for other services. The bridge fetches a frozen submission, and notifications the data of a notice.
 */
export function internalServiceRpcs({
  applications,
  versions,
  workingTimes,
}: Pick<RpcDeps, 'applications' | 'versions' | 'workingTimes'>): Pick<
  IntakeRpcs,
  'GetSubmission' | 'GetNoticeContext' | 'GetAgencyContact'
> {
  /**
   * Reads an application of any centre, since services belong to none. Both calls usually follow a write of this
   * process within milliseconds. A withdrawal by another replica changes the revision, so its state is never missed.
   */
  const getAnyApplication = async (id: string): Promise<StoredApplication> => {
    const app = await applications.getCached(id, { scope: 'service' });
    // Neither an agency nor the person gets anything of an erased application.
    if (!app || isErased(app)) throw notFound();
    return app;
  };
  return {
    async GetSubmission({ name, training }, context) {
      const { application, submission: number } = parseSubmissionName(name);
      const app = await getAnyApplication(application);
      const submission = app.submissions.find((frozen) => frozen.number === number);
      if (!submission) throw notFound();
      if ((app.training ?? false) !== training) {
        const message = 'The training flag of the request does not match the application.';
        throw new Problem({ reason: 'TRAINING_MISMATCH', message });
      }
      context.recordAccess(name);
      return toSubmission(app, submission, await versions.get(app.service.versionId));
    },

    async GetNoticeContext({ name }, context) {
      const app = await getAnyApplication(parseResourceName('applications', name));
      context.recordAccess(name);
      return toNoticeContext(app, await versions.get(app.service.versionId), workingTimes.nameOf(app.agency));
    },

    // An agency without a contact, or without a file, gets no letter.
    GetAgencyContact({ name }) {
      const agency = resourceName('agencies', parseResourceName('agencies', name));
      const { email = '', languages = [] } = workingTimes.contactOf(agency) ?? {};
      return Promise.resolve({ email, languages });
    },
  };
}
