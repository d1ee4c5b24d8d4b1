import { parseResourceName } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import { isErased } from '../domain/data-end.ts';
import { detachDocument } from '../domain/documents.ts';
import { toChange } from '../event-encoder.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

/** RPC handlers for the service documents. */
export function documentRpcs({
  applications,
  hashes,
  now,
}: Pick<RpcDeps, 'applications' | 'hashes' | 'now'>): Pick<IntakeRpcs, 'DetachDocument'> {
  return {
    async DetachDocument({ application, document }, { requestId, traceparent }) {
      const id = parseResourceName('applications', application, '/application');
      parseResourceName('documents', document, '/document');
      const options = { scope: 'service' as const, cause: { requestId, traceparent }, now: now() };
      await applications
        .update(id, options, (app) =>
          // An erased application names nothing any longer.
          isErased(app)
            ? { document: app, events: [] }
            : toChange(app, { document: detachDocument(app, document), events: [] }, hashes),
        )
        .catch((error: unknown) => {
          if (!isProblem(error) || error.kind !== 'NOT_FOUND') throw error;
        });
      return {};
    },
  };
}
