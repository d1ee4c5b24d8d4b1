import type { Evidence } from '@cups/application';
import type { Context } from '@cups/rpc';
import type { Application, DocumentReference } from '../domain/application.ts';
import { listUnknownDocuments } from '../domain/documents.ts';
import type { RpcDeps } from './deps.ts';

/**
 * Returns the documents that evidence names and the application does not know yet, as far as they exist. Calls the
 * service documents only if there are any.
 * @throws Problem UPSTREAM_UNAVAILABLE
 */
export async function findNewDocuments(
  { clients }: Pick<RpcDeps, 'clients'>,
  app: Pick<Application, '_id' | 'documents' | 'detachedDocuments'>,
  evidence: Evidence[],
  context: Context,
): Promise<DocumentReference[]> {
  const unknown = listUnknownDocuments(app, evidence);
  if (unknown.length === 0) return [];
  const listed = await clients.listDocuments(app._id, context);
  return listed.filter(({ name }) => unknown.includes(name));
}
