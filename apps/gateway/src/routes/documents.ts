import { resourceName } from '@cups/contracts';
import type { Document__Output } from '@cups/contracts/gen/cups/documents/v1/Document.ts';
import type { CallContext } from '@cups/rpc';
import { Problem } from '@cups/problem';
import type { ServiceClients } from '../clients.ts';
import { documentJson } from '../document-json.ts';
import type { Handler, HandlerRequest, HandlerResponse } from '../http/handler.ts';
import { withStatus } from '../http/problems.ts';
import { contentResponse } from '../transfers/content-response.ts';
import type { TransferPool } from '../transfers/transfer-pool.ts';
import { applicationNameOf, requirePresent } from './handler-factories.ts';

export interface DocumentRouteDeps extends Pick<ServiceClients, 'documents' | 'intake'> {
  downloads: TransferPool;
}

/** Documents of an application for its desk. Uploads are in `transfers/uploads.ts`. */
export function documentRoutes({ documents, intake, downloads }: DocumentRouteDeps): Record<string, Handler> {
  /** Returns a checked document, after the access is stored in the access log. */
  async function open({ params, context, client }: HandlerRequest): Promise<Document__Output> {
    const document = await find(params, context);
    assertReadable(document);
    await recordRead(document.application, context, { factsOnly: client.req.method === 'HEAD' });
    return document;
  }
  async function recordRead(name: string, context: CallContext, { factsOnly }: { factsOnly: boolean }): Promise<void> {
    await intake.recordAccess({ name, kind: 'ACCESS_KIND_DOCUMENT', factsOnly }, context);
  }
  async function find(params: HandlerRequest['params'], context: CallContext): Promise<Document__Output> {
    return requirePresent((await documents.getDocument({ name: documentNameOf(params) }, context)).document);
  }

  return {
    async listDocuments({ params, context }) {
      const name = applicationNameOf(params);
      const { documents: list } = await documents.listDocuments({ application: name }, context);
      return {
        beforeSend: list.length > 0 ? () => recordRead(name, context, { factsOnly: true }) : undefined,
        body: { documents: list.map(documentJson) },
      };
    },
    async getDocument({ params, context }) {
      const document = await find(params, context);
      return {
        beforeSend: () => recordRead(document.application, context, { factsOnly: true }),
        body: documentJson(document),
      };
    },
    async deleteDocument({ params, context }) {
      await documents.deleteDocument({ name: documentNameOf(params) }, context);
      return { status: 204 };
    },
    async getDocumentContent(request) {
      const document = await open(request);
      const { name } = document;
      return contentResponse(request, {
        document,
        pool: downloads,
        owner: request.session!.sid,
        read: (range) => documents.readContent({ name, ...range }, { ...request.context }),
      });
    },
    async getDocumentPreview(request): Promise<HandlerResponse> {
      const { name } = await open(request);
      const preview = await documents.readContent(
        { name, offset: 0, limit: MAX_PREVIEW_BYTES, preview: true },
        request.context,
      );
      async function* pieces(): AsyncGenerator<Uint8Array> {
        yield preview.data;
      }
      return {
        headers: { 'Content-Type': 'image/jpeg', 'Cross-Origin-Resource-Policy': 'same-origin' },
        content: { length: preview.data.length, pieces },
      };
    },
  };
}

/** A preview is an image of at most 400 × 400. */
const MAX_PREVIEW_BYTES = 1024 * 1024;

function documentNameOf(params: HandlerRequest['params']): string {
  return resourceName('documents', params['document']!);
}

/** @throws Problem DOCUMENT_NOT_READY, DOCUMENT_REFUSED, or NOT_FOUND (410) for an erased document */
function assertReadable({ state }: Document__Output): void {
  switch (state) {
    case 'STATE_READY':
      return;
    case 'STATE_REFUSED':
      throw new Problem({ reason: 'DOCUMENT_REFUSED', message: 'The check refused the document.' });
    case 'STATE_ERASED':
      throw withStatus(410, new Problem({ reason: 'NOT_FOUND', message: 'The document is erased.' }));
    default:
      throw new Problem({ reason: 'DOCUMENT_NOT_READY', message: 'The document is not checked yet.' });
  }
}
