import { parseResourceName } from '@cups/contracts';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { Rpcs } from '@cups/rpc';
import { toDocument } from '../convert.ts';
import type { RpcDeps } from '../deps.ts';
import { isVisible } from '../domain/document.ts';
import { expectedExpiry, findDocument, readableContent, readRange } from './reading.ts';
import { validateRange } from './requests.ts';

type ExportRpcs = Pick<Rpcs<DocumentsServiceDefinition>, 'ExportDocuments' | 'ExportContent'>;

/** Documents that a copy of a person's data lists of one application. */
const MAX_DOCUMENTS = 2_000;

/** RPCs for the copy of a person's data, of any centre. */
export function exportRpcs(deps: RpcDeps): ExportRpcs {
  const { records, applications } = deps;
  return {
    async ExportDocuments({ application: name }, context) {
      const application = parseResourceName('applications', name, '/application');
      const options = { scope: 'platform', sort: { _id: 1 }, limit: MAX_DOCUMENTS } as const;
      const [found, facts] = await Promise.all([
        records.find({ application: name }, options),
        applications.get(application, { scope: 'platform' }),
      ]);
      context.recordAccess(name);
      const documents = found.filter(isVisible);
      return { documents: documents.map((document) => toDocument(document, expectedExpiry(document, facts, deps))) };
    },

    async ExportContent({ name, offset, limit }, context) {
      const range = validateRange({ offset, limit });
      const document = await findDocument(parseResourceName('documents', name), 'platform', deps);
      return readRange(readableContent(document), range, context, deps);
    },
  };
}
