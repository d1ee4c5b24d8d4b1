import { resourceName } from '@cups/contracts';
import { Problem } from '@cups/problem';
import { centresOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import type { Scope } from '@cups/store';
import { DamagedContentError } from '../content-store.ts';
import type { StoredContent } from '../content-store.ts';
import type { RpcDeps } from '../deps.ts';
import { isVisible } from '../domain/document.ts';
import { expiryOf } from '../domain/retention.ts';
import type { ApplicationRecord, DocumentRecord } from '../store.ts';

export const notFound = (): Problem => new Problem({ reason: 'NOT_FOUND', message: 'Document not found.' });

/** @throws Problem NOT_FOUND, also for a document outside the scope or after its deletion */
export async function findDocument(id: string, scope: Scope, { records }: RpcDeps): Promise<DocumentRecord> {
  const document = await records.get(id, { scope });
  if (!document || !isVisible(document)) throw notFound();
  return document;
}

/**
 * Returns a document of the caller's centre, or a result that a decision names and that the caller's centre hands over
 * for another one.
 * @throws Problem NOT_FOUND, also for scans of an application that another centre filed
 */
export async function findDeskDocument(id: string, context: Context, deps: RpcDeps): Promise<DocumentRecord> {
  const centres = centresOf(context);
  const document = await findDocument(id, 'service', deps);
  if (document.centre !== undefined && centres.includes(document.centre)) return document;
  if (document.purpose !== 'result' || !document.acceptTime) throw notFound();
  const facts = await findFacts(document, deps);
  if (!facts?.collectionCentre || facts.endTime || !centres.includes(facts.collectionCentre)) throw notFound();
  return document;
}

/** Returns when the document is erased; undefined if nothing ends it yet. */
export async function findExpiry(document: DocumentRecord, deps: RpcDeps): Promise<Date | undefined> {
  return document.state === 'ready' ? expectedExpiry(document, await findFacts(document, deps), deps) : undefined;
}

/** Returns what {@link findExpiry} does, with what is known of the application. */
export function expectedExpiry(
  document: DocumentRecord,
  facts: ApplicationRecord | undefined,
  { terms }: Pick<RpcDeps, 'terms'>,
): Date | undefined {
  return document.state !== 'ready' || facts?.hold ? undefined : expiryOf(document, facts, terms);
}

/** Returns what events told about the application of a document. */
export function findFacts(
  { application }: Pick<DocumentRecord, 'application'>,
  { applications }: Pick<RpcDeps, 'applications'>,
): Promise<ApplicationRecord | undefined> {
  return applications.get(application.slice('applications/'.length), { scope: 'service' });
}

/** Returns the content of a checked document. @throws Problem DOCUMENT_NOT_READY, DOCUMENT_REFUSED, NOT_FOUND */
export function readableContent(document: DocumentRecord): StoredContent & { mediaType: string } {
  const { _id, state, content, uploadChunks } = document;
  if (state === 'uploading' || state === 'checking')
    throw new Problem({ reason: 'DOCUMENT_NOT_READY', message: 'The document is not checked yet.' });
  if (state === 'refused')
    throw new Problem({
      reason: 'DOCUMENT_REFUSED',
      message: 'The check refused the document.',
      metadata: { refusal: document.refusal ?? '' },
    });
  if (state === 'erased' || !content) throw notFound();
  const { role, chunks, size, mediaType } = content;
  return { document: _id, role, chunks: role === 'upload' ? uploadChunks : chunks, size, mediaType };
}

/** Returns the preview of a checked document. @throws Problem as `readableContent`, NOT_FOUND without a preview */
export function readablePreview(document: DocumentRecord): StoredContent & { mediaType: string } {
  readableContent(document);
  if (!document.preview) throw new Problem({ reason: 'NOT_FOUND', message: 'The document has no preview.' });
  return { document: document._id, role: 'preview', ...document.preview, mediaType: 'image/jpeg' };
}

/** Reads a range and records the access. */
export async function readRange(
  content: StoredContent & { mediaType: string },
  { offset, limit }: { offset: number; limit: number },
  context: Context,
  { content: store, metrics }: RpcDeps,
): Promise<{ data: Buffer; size: string; mediaType: string }> {
  context.recordAccess(resourceName('documents', content.document));
  try {
    const data = await store.read(content, offset, limit);
    return { data, size: String(content.size), mediaType: content.mediaType };
  } catch (error) {
    if (error instanceof DamagedContentError) metrics.recordDamage(error.document);
    throw error;
  }
}
