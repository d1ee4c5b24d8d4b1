import { parseName, parseSubmissionName } from '@cups/contracts';
import { Problem } from '@cups/problem';
import { toContact, toSubmission } from '../convert/services.ts';
import { absent } from '../domain/refusals.ts';
import type { IntakeRpcs, Parts } from './parts.ts';
import type { StoredApplication } from '../store.ts';

/** The calls of other services: the bridge fetches a frozen submission, notifications the way to reach the person. */
export function serviceRpcs({
  applications,
  versions,
}: Pick<Parts, 'applications' | 'versions'>): Pick<IntakeRpcs, 'GetSubmission' | 'GetContact'> {
  /** Whatever its centre: a service acts for no desk. */
  const anyApplication = async (id: string): Promise<StoredApplication> => {
    const app = await applications.get(id, { scope: 'service' });
    if (!app) throw absent();
    return app;
  };
  return {
    async GetSubmission({ name, training }, context) {
      const { application, submission: number } = parseSubmissionName(name);
      const app = await anyApplication(application);
      const submission = app.submissions.find((frozen) => frozen.number === number);
      if (!submission) throw absent();
      if ((app.training ?? false) !== training) {
        const message = 'It is given only to whoever asks for it as what it is: of a training, or real.';
        throw new Problem({ reason: 'TRAINING_MISMATCH', message });
      }
      context.look(name);
      return toSubmission(app, submission, await versions.get(app.service.versionId));
    },

    async GetContact({ name }, context) {
      const app = await anyApplication(parseName('applications', name));
      context.look(name);
      return toContact(app, await versions.get(app.service.versionId));
    },
  };
}
