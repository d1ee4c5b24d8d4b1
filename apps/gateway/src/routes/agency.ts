import { resourceName } from '@cups/contracts';
import { fromProtoEnum } from '@cups/contracts/proto';
import type { Document__Output } from '@cups/contracts/gen/cups/documents/v1/Document.ts';
import { pointer, Problem, violation, withLocation } from '@cups/problem';
import type { ServiceClients } from '../clients.ts';
import { idOf } from '../convert.ts';
import type { Handler, HandlerRequest } from '../http/handler.ts';
import { bodyTooLarge, withStatus } from '../http/problems.ts';
import { appendBody } from '../transfers/append-body.ts';
import type { ClientPace } from '../transfers/chunk-reader.ts';
import type { ChunkTurns } from '../transfers/chunk-turns.ts';
import { contentResponse } from '../transfers/content-response.ts';
import type { TransferPool } from '../transfers/transfer-pool.ts';
import { MAX_UPLOAD_BYTES } from '../transfers/uploads.ts';
import { requirePresent } from './handler-factories.ts';

export interface AgencyRouteDeps extends Pick<ServiceClients, 'documents' | 'intake'> {
  uploads: TransferPool;
  downloads: TransferPool;
  isStopping: () => boolean;
  turns: ChunkTurns;
  pace?: ClientPace | undefined;
}

/** How long an agency waits for the check of a document. Without a preceding upload it takes seconds. */
const CHECK_RETRY_MS = 30_000;

/**
 * Scanned copies and documents of results: the HTTP API for the systems of agencies, and the same for the clerks of an agency
 * without a system, below a delivery.
 */
export function agencyRoutes(deps: AgencyRouteDeps): Record<string, Handler> {
  const { documents, intake, downloads } = deps;

  async function find({ params, context }: HandlerRequest): Promise<Document__Output> {
    const name = resourceName('documents', params['document']!);
    const document = requirePresent((await documents.getAgencyDocument({ name }, context)).document);
    assertOfDelivery(document, params['delivery']);
    return document;
  }

  const readContent: Handler = async (request) => {
    const { context, client } = request;
    const document = await find(request);
    assertAvailable(document);
    const { name, application, sha256 } = document;
    await intake.recordAgencyAccess({ name: application, factsOnly: client.req.method === 'HEAD' }, context);
    return contentResponse(request, {
      document,
      pool: downloads,
      owner: ownerOf(request),
      read: (range) => documents.readAgencyContent({ name, ...range }, { ...context }),
      headers: { 'Content-Digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:` },
    });
  };

  const readStatus: Handler = async (request) => {
    const document = await find(request);
    const { application: name, purpose } = document;
    // A result is what the agency itself sent, and an unavailable document shows its state only.
    const isRead = purpose !== 'PURPOSE_RESULT' && agencyStateOf(document) === 'available';
    return {
      beforeSend: isRead ? () => intake.recordAgencyAccess({ name, factsOnly: true }, request.context) : undefined,
      body: agencyDocumentJson(document),
    };
  };

  const upload =
    (locationOf: (name: string, request: HandlerRequest) => string): Handler =>
    async (request) => {
      const end = deps.uploads.begin(ownerOf(request));
      try {
        const document = await uploadResult(request, deps);
        const headers = { Location: locationOf(document.name, request) };
        return { status: 201, headers, body: agencyDocumentJson(document) };
      } finally {
        end();
      }
    };

  return {
    getAgencyDocument: readContent,
    getAgencyDocumentStatus: readStatus,
    createResultDocument: upload((name) => `/agency/v1/${name}/status`),
    getDeliveryDocumentContent: readContent,
    getDeliveryDocument: readStatus,
    createDeliveryDocument: upload((name, { params }) => `/api/v1/deliveries/${params['delivery']}/${name}`),
  };
}

/** Whose transfers are counted. Sessions without an agency are denied by the documents service. */
const ownerOf = ({ session }: HandlerRequest): string => session!.agency ?? session!.sid;

/** @param delivery last part of deliveries/{id}; undefined in the API of systems @throws Problem NOT_FOUND */
function assertOfDelivery({ application }: Document__Output, delivery: string | undefined): void {
  if (delivery === undefined || delivery.startsWith(`${idOf(application)}-`)) return;
  throw new Problem({ reason: 'NOT_FOUND', message: 'Document not found.' });
}

/** Stores a result as its body arrives. A repeat sends the bytes again, and stored chunks stay as they are. */
async function uploadResult(
  { params, requestId, context, client }: HandlerRequest,
  { documents, isStopping, turns, pace }: AgencyRouteDeps,
): Promise<Document__Output> {
  const { req } = client;
  const size = Number(req.headers['content-length'] ?? 0);
  if (size < 1) throw invalidHeader('Content-Length');
  if (size > MAX_UPLOAD_BYTES) throw bodyTooLarge(MAX_UPLOAD_BYTES);
  const sha256 = parseContentDigest(req.get('content-digest'));
  const delivery = resourceName('deliveries', params['delivery']!);
  const opened = await documents.createResultDocument({ requestId, delivery, size, sha256 }, context);
  const document = requirePresent(opened.document);
  const { name } = document;
  if (document.state !== 'STATE_UPLOADING') return document;
  let state: Document__Output['state'] = document.state;
  await appendBody(client, {
    offset: 0,
    size,
    context,
    isStopping,
    turns,
    pace,
    append: async (chunk, callContext) => {
      const stored = await documents.appendResultContent({ name, ...chunk }, callContext);
      state = stored.state;
      return Number(stored.committedSize);
    },
  });
  return { ...document, state };
}

/** Returns the SHA-256 of a Content-Digest header (RFC 9530) in hexadecimal. */
function parseContentDigest(header = ''): string {
  const [, digest] = /^sha-256=:([A-Za-z0-9+/]{43}=):$/.exec(header.trim()) ?? [];
  if (digest === undefined) throw invalidHeader('Content-Digest');
  return Buffer.from(digest, 'base64').toString('hex');
}

function invalidHeader(name: string): Problem {
  return new Problem({
    reason: 'INVALID_ARGUMENT',
    message: `The header ${name} is missing or malformed.`,
    violations: [withLocation('header', violation(pointer([name]), 'PATTERN'))],
  });
}

/** @throws Problem DOCUMENT_NOT_READY (409), or DOCUMENT_REFUSED (410) for one that will never be available */
function assertAvailable(document: Document__Output): void {
  const state = agencyStateOf(document);
  if (state === 'available') return;
  if (state === 'coming') {
    const message = 'The document is not checked yet.';
    throw new Problem({ reason: 'DOCUMENT_NOT_READY', message, retryAfterMs: CHECK_RETRY_MS });
  }
  const message = 'The document was refused or erased.';
  throw withStatus(410, new Problem({ reason: 'DOCUMENT_REFUSED', message }));
}

/** States as the agency contract names them. */
const AGENCY_STATES: Readonly<Record<string, 'coming' | 'available' | 'refused'>> = {
  uploading: 'coming',
  checking: 'coming',
  ready: 'available',
};

const agencyStateOf = ({ state }: Document__Output) => AGENCY_STATES[fromProtoEnum('STATE_', state)] ?? 'refused';

function agencyDocumentJson(document: Document__Output) {
  const { name, mediaType, size, sha256, pages, refusal } = document;
  const state = agencyStateOf(document);
  if (state !== 'available') return { id: idOf(name), state, refusal: refusal || undefined };
  return { id: idOf(name), state, mediaType, bytes: Number(size), sha256, pages: pages || undefined };
}
