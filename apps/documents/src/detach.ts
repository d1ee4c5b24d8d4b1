import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { resourceName } from '@cups/contracts';
import { isProblem, Problem } from '@cups/problem';
import type { CallContext, Client } from '@cups/rpc';
import type { DocumentRecord } from './store.ts';

/**
 * Asks intake to let go of a document before it is destroyed, because only intake knows what is submitted: after this call no
 * submission can contain it.
 * @throws Problem DOCUMENT_IN_USE; UPSTREAM_UNAVAILABLE if intake cannot decide, also while it is of an earlier release
 */
export interface Detach {
  (document: Pick<DocumentRecord, '_id' | 'application'>, context?: Partial<CallContext>): Promise<void>;
}

/** Creates the call. It acts for this service, so that it needs no session. */
export const createDetach =
  (intake: Pick<Client<IntakeServiceDefinition>, 'detachDocument'>): Detach =>
  async ({ _id, application }, context = {}) => {
    const { sessionToken: _session, ...caller } = context;
    const document = resourceName('documents', _id);
    try {
      await intake.detachDocument({ application, document }, caller);
    } catch (error) {
      if (isProblem(error) && error.reason === 'DOCUMENT_IN_USE') throw error;
      throw new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message: 'intake is unavailable.' });
    }
  };
