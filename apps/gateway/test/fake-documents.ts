import { createHash } from 'node:crypto';
import type { Document } from '@cups/contracts/gen/cups/documents/v1/Document.ts';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import { Problem } from '@cups/problem';
import type { Rpcs } from '@cups/rpc';

/** A documents service in memory: it stores chunks as the real one does, and its check accepts everything at once. */

interface StoredDocument extends Document {
  name: string;
  application: string;
  bytes: Buffer;
}

const CHUNK_BYTES = 65_536;

const notFound = () => new Problem({ reason: 'NOT_FOUND', message: 'Document not found.' });

export function createFakeDocuments() {
  const stored = new Map<string, StoredDocument>();
  const byRequest = new Map<string, string>();
  let count = 0;

  function find(name: string): StoredDocument {
    const document = stored.get(name);
    if (!document) throw notFound();
    return document;
  }
  const withoutBytes = ({ bytes: _bytes, ...document }: StoredDocument): Document => document;

  function create(
    request: { requestId: string; size: string; sha256: string; documentId?: string },
    fields: Partial<Document>,
  ): StoredDocument {
    const known = byRequest.get(request.requestId);
    if (known !== undefined) return find(known);
    const name = `documents/${request.documentId || `01JDZ3V7Q8R9S0T1V2W3X${String(++count).padStart(5, '0')}`}`;
    const document: StoredDocument = {
      ...fields,
      application: fields.application ?? '',
      name,
      state: 'STATE_UPLOADING',
      createTime: { seconds: String(Math.floor(Date.now() / 1000)), nanos: 0 },
      uploadSize: request.size,
      uploadSha256: request.sha256,
      committedSize: '0',
      bytes: Buffer.alloc(0),
    };
    byRequest.set(request.requestId, name);
    stored.set(name, document);
    return document;
  }

  function append({ name, offset, data }: { name: string; offset: string; data: Buffer }) {
    const document = find(name);
    const [at, committed, size] = [Number(offset), document.bytes.length, Number(document.uploadSize)];
    if (at > committed) throw new Problem({ reason: 'UPLOAD_OFFSET_MISMATCH', message: 'Not the stored size.' });
    if (data.length !== Math.min(CHUNK_BYTES, size - at)) {
      throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'Not a whole chunk.' });
    }
    if (at === committed) document.bytes = Buffer.concat([document.bytes, data]);
    document.committedSize = String(document.bytes.length);
    if (document.state === 'STATE_UPLOADING' && document.bytes.length === size) complete(document);
    return {
      committedSize: document.committedSize,
      state: document.state === 'STATE_UPLOADING' ? document.state : ('STATE_CHECKING' as const),
    };
  }

  function complete(document: StoredDocument): void {
    if (createHash('sha256').update(document.bytes).digest('hex') !== document.uploadSha256) {
      throw new Problem({ reason: 'UPLOAD_DIGEST_MISMATCH', message: 'Another digest than declared.' });
    }
    Object.assign(document, {
      state: 'STATE_READY',
      mediaType: 'application/pdf',
      size: document.uploadSize,
      sha256: document.uploadSha256,
      pages: 1,
      scan: 'SCAN_NOT_SCANNED',
    });
  }

  function read({ name, offset, limit }: { name: string; offset: string; limit: number }) {
    const { bytes, mediaType } = find(name);
    return { data: bytes.subarray(Number(offset), Number(offset) + limit), size: String(bytes.length), mediaType };
  }

  const rpcs: Partial<Rpcs<DocumentsServiceDefinition>> = {
    CreateDocument: (request) => {
      const { application, kind, training } = request;
      const document = create(request, { application, kind, training, purpose: 'PURPOSE_EVIDENCE' });
      return Promise.resolve({ document: withoutBytes(document) });
    },
    AppendContent: (request) => Promise.resolve(append(request)),
    GetDocument: ({ name }) => Promise.resolve({ document: withoutBytes(find(name)) }),
    ExportDocuments: async ({ application }) => ({
      documents: [...stored.values()].filter((one) => one.application === application).map(withoutBytes),
    }),
    ListDocuments: ({ application }) =>
      Promise.resolve({
        documents: [...stored.values()].filter((one) => one.application === application).map(withoutBytes),
      }),
    CreateResultDocument: (request, context) => {
      const [, application = '', agency = ''] = /^deliveries\/(\w{26})-(.+)$/.exec(request.delivery)!;
      if (context.session?.agency !== `agencies/${agency}`) throw notFound();
      const fields = { application: `applications/${application}`, delivery: request.delivery, kind: 'result' };
      const document = create(request, { ...fields, purpose: 'PURPOSE_RESULT' });
      return Promise.resolve({ document: withoutBytes(document) });
    },
    AppendResultContent: (request) => Promise.resolve(append(request)),
    GetAgencyDocument: ({ name }, context) => {
      const document = find(name);
      if (!document.delivery?.endsWith(`-${context.session?.agency?.slice('agencies/'.length)}`)) throw notFound();
      return Promise.resolve({ document: withoutBytes(document) });
    },
    ReadAgencyContent: (request) => Promise.resolve(read(request)),
    ReadContent: (request) => Promise.resolve(read(request)),
    DeleteDocument: ({ name }) => {
      stored.delete(find(name).name);
      return Promise.resolve({});
    },
  };
  return {
    rpcs,
    /** Adds a document, as if its upload had ended. */
    add(bytes: Buffer, fields: Partial<Document> = {}): StoredDocument {
      const request = {
        requestId: String(count),
        size: String(bytes.length),
        sha256: createHash('sha256').update(bytes).digest('hex'),
      };
      const document = create(request, { kind: 'identity-document', purpose: 'PURPOSE_EVIDENCE' });
      document.bytes = bytes;
      document.committedSize = request.size;
      complete(document);
      return Object.assign(document, fields);
    },
    stored,
  };
}

export type FakeDocuments = ReturnType<typeof createFakeDocuments>;
