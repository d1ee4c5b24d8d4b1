import { parseResourceName, resourceName } from '@cups/contracts';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import { toProtoEnum } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { centreOf, centresOf } from '@cups/rpc';
import type { Context, Rpcs } from '@cups/rpc';
import { toDocument } from '../convert.ts';
import type { RpcDeps } from '../deps.ts';
import { isLive, isVisible, requestDeletion } from '../domain/document.ts';
import { MAX_EVIDENCE_DOCUMENTS, MAX_LISTED_DOCUMENTS } from '../domain/limits.ts';
import { toChange } from '../event-encoder.ts';
import { actOfCaller } from '../journal.ts';
import type { ApplicationRecord, DocumentRecord } from '../store.ts';
import { appendChunk } from '../uploads.ts';
import { openUpload } from './open-upload.ts';
import {
  expectedExpiry,
  findDeskDocument,
  findExpiry,
  findFacts,
  notFound,
  readableContent,
  readablePreview,
  readRange,
} from './reading.ts';
import { parseOffset, toCause, toCreateCause, validateDeclaration, validateRange } from './requests.ts';

type DeskRpcs = Pick<
  Rpcs<DocumentsServiceDefinition>,
  'CreateDocument' | 'AppendContent' | 'GetDocument' | 'ListDocuments' | 'ReadContent' | 'DeleteDocument'
>;

const scopeOf = (context: Context) => ({ centre: centresOf(context) });

/** RPCs of desks. Documents of other centres are NOT_FOUND, except results that the caller's centre hands over. */
export function deskRpcs(deps: RpcDeps): DeskRpcs {
  const { records, applications } = deps;
  return {
    async CreateDocument(request, context) {
      const application = parseResourceName('applications', request.application, '/application');
      const { size, pageSizes } = validateDeclaration(request, deps.now());
      const { documentId, ...declared } = request;
      // Without an ID, the content is that of releases that did not know it: a repeat over an upgrade is recognised.
      const cause = toCreateCause(context, documentId ? request : declared);
      assertOpen(await applications.get(application, { scope: 'service' }), context);
      const draft = {
        ...(documentId && { id: documentId }),
        application: resourceName('applications', application),
        centre: centreOf(context),
        purpose: 'evidence' as const,
        kind: request.kind,
        uploadSize: size,
        uploadSha256: request.sha256,
        pageSizes,
        training: request.training,
      };
      const options = { scope: scopeOf(context), cause, maxLive: MAX_EVIDENCE_DOCUMENTS };
      const { document, replayed } = await openUpload(draft, { ...options, context }, deps);
      return { document: toDocument(document), replayed };
    },

    async AppendContent({ name, offset, data }, context) {
      const id = parseResourceName('documents', name);
      const chunk = { id, scope: scopeOf(context), cause: toCause(context), offset: parseOffset(offset), data };
      const { committed, state } = await appendChunk(chunk, deps);
      return { committedSize: String(committed), state: toProtoEnum('STATE_', state) };
    },

    async GetDocument({ name }, context) {
      const document = await findDeskDocument(parseResourceName('documents', name), context, deps);
      context.recordAccess(name);
      return { document: toDocument(document, await findExpiry(document, deps)) };
    },

    async ListDocuments({ application: name }, context) {
      const application = parseResourceName('applications', name, '/application');
      const found = await records.find({ application: name }, { scope: scopeOf(context), sort: { _id: 1 } });
      const listed = selectListed(found.filter(isVisible));
      if (listed.length === 0) return { documents: [] };
      context.recordAccess(name);
      const facts = await applications.get(application, { scope: 'service' });
      return { documents: listed.map((document) => toDocument(document, expectedExpiry(document, facts, deps))) };
    },

    async ReadContent({ name, offset, limit, preview }, context) {
      const range = validateRange({ offset, limit });
      const document = await findDeskDocument(parseResourceName('documents', name), context, deps);
      return readRange(preview ? readablePreview(document) : readableContent(document), range, context, deps);
    },

    async DeleteDocument({ name }, context) {
      await deleteDocument(parseResourceName('documents', name), context, deps);
      return {};
    },
  };
}

/**
 * Checks what is known of the application. A draft is not known yet.
 * @throws Problem NOT_FOUND for another centre's application, ACTION_NOT_ALLOWED for an ended one
 */
function assertOpen(facts: ApplicationRecord | undefined, context: Context): void {
  if (!facts?.centre) return;
  if (!centresOf(context).includes(facts.centre))
    throw new Problem({ reason: 'NOT_FOUND', message: 'Application not found.' });
  if (facts.endTime) throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message: 'The application has ended.' });
}

/** Returns all documents with bytes, and the newest of the others up to the maximum, oldest first. */
function selectListed(documents: DocumentRecord[]): DocumentRecord[] {
  const others = documents.filter((document) => !isLive(document));
  const room = Math.max(0, MAX_LISTED_DOCUMENTS - (documents.length - others.length));
  const dropped = new Set(others.slice(0, Math.max(0, others.length - room)));
  return documents.filter((document) => !dropped.has(document));
}

/**
 * Deletes a document that no submission contains. Intake decides that in a commit of the application, after which no
 * submission can contain it. From the write here on it does not exist for callers; its timer finishes what fails now.
 * @throws Problem NOT_FOUND, DOCUMENT_IN_USE, UPSTREAM_UNAVAILABLE
 */
async function deleteDocument(id: string, context: Context, deps: RpcDeps): Promise<void> {
  const { records, erasure, quota, detach, now } = deps;
  const time = now();
  const scope = scopeOf(context);
  const found = await records.get(id, { scope });
  if (!found) throw notFound();
  assertDeletable(found, await findFacts(found, deps));
  await detach(found, context);
  const options = { scope, cause: toCause(context), now: time };
  const { document } = await records.update(id, options, {
    read: (before) => findFacts(before, deps),
    decide(before, facts: ApplicationRecord | undefined) {
      assertDeletable(before, facts);
      return toChange(requestDeletion(before, time), { before, ...actOfCaller('delete-document', context) });
    },
  });
  if (document.centre) quota.forget(document.centre);
  await erasure.erase(id, 'requested').catch(() => {});
}

/**
 * @throws Problem NOT_FOUND for a deleted document; DOCUMENT_IN_USE for a result, for one of a delivery, and while a hold
 * keeps it
 */
function assertDeletable(document: DocumentRecord, facts: ApplicationRecord | undefined): void {
  if (!isVisible(document) || document.state === 'erased') throw notFound();
  const { purpose, delivery } = document;
  if (purpose === 'result' || delivery !== undefined || facts?.hold)
    throw new Problem({ reason: 'DOCUMENT_IN_USE', message: 'The document must be kept.' });
}
