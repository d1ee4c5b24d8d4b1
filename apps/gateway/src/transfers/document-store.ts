import { DataStore, Upload } from '@tus/server';
import type { CallContext } from '@cups/rpc';
import { resourceName } from '@cups/contracts';
import { fromProtoEnum, fromTimestamp } from '@cups/contracts/proto';
import type { Document__Output } from '@cups/contracts/gen/cups/documents/v1/Document.ts';
import { END_STATES } from '@cups/application';
import type { State } from '@cups/application';
import { Problem } from '@cups/problem';
import type { ServiceClients } from '../clients.ts';
import type { HandlerRequest } from '../http/handler.ts';
import { withStatus } from '../http/problems.ts';
import { requirePresent } from '../routes/handler-factories.ts';
import { appendBody } from './append-body.ts';
import type { ClientPace } from './chunk-reader.ts';
import type { ChunkTurns } from './chunk-turns.ts';
import { parseUploadMetadata } from './upload-metadata.ts';

/** An incomplete upload ends after this time, counted from its creation. */
const UPLOAD_LIFETIME_MS = 96 * 3_600_000;

export interface DocumentStoreDeps extends Pick<ServiceClients, 'documents' | 'intake'> {
  isStopping: () => boolean;
  turns: ChunkTurns;
  pace?: ClientPace | undefined;
}

/** The storage of one tus request: the documents service. */
export class DocumentStore extends DataStore {
  override extensions = ['creation', 'termination', 'expiration'];
  readonly #deps: DocumentStoreDeps;
  readonly #request: HandlerRequest;
  #document: Document__Output | undefined;
  #state: Document__Output['state'] | undefined;

  constructor(deps: DocumentStoreDeps, request: HandlerRequest) {
    super();
    this.#deps = deps;
    this.#request = request;
  }

  /** State of the document after the request, as in JSON; undefined for a deleted one. */
  get state(): string | undefined {
    return this.#state && fromProtoEnum('STATE_', this.#state);
  }

  override getExpiration(): number {
    return UPLOAD_LIFETIME_MS;
  }

  /** Opens the upload of a document. Its ID replaces the temporary one of the upload. */
  override async create(upload: Upload): Promise<Upload> {
    const { requestId, context } = this.#request;
    const declared = parseUploadMetadata(upload);
    const { training } = await this.#findOpenApplication(declared.application, context);
    const request = { requestId, ...declared, size: upload.size, training };
    const { document } = await this.#deps.documents.createDocument(request, context);
    const created = this.#remember(document);
    upload.id = created.name.slice('documents/'.length);
    upload.creation_date = creationDateOf(created);
    return upload;
  }

  /** @throws Problem NOT_FOUND if the caller may not work on the upload */
  async assertReadable(id: string): Promise<void> {
    requirePresent(await this.#read(id));
  }

  override async getUpload(id: string): Promise<Upload> {
    const stored = this.#document ?? this.#remember(await this.#read(id));
    if (isGone(stored)) {
      throw withStatus(410, new Problem({ reason: 'NOT_FOUND', message: 'The upload no longer exists.' }));
    }
    return new Upload({
      id,
      size: Number(stored.uploadSize),
      offset: Number(stored.committedSize),
      metadata: { application: stored.application, kind: stored.kind, sha256: stored.uploadSha256 },
      creation_date: creationDateOf(stored),
    });
  }

  /** Reads the body from the request itself: the copy that the library passes on would be buffered three times. */
  override async write(_copy: unknown, id: string, offset: number): Promise<number> {
    const { documents, isStopping, turns, pace } = this.#deps;
    const { client, context } = this.#request;
    const name = resourceName('documents', id);
    return appendBody(client, {
      offset,
      size: Number(this.#document!.uploadSize),
      context,
      isStopping,
      turns,
      pace,
      append: async (chunk, callContext) => {
        const { committedSize, state } = await documents.appendContent({ name, ...chunk }, callContext);
        this.#state = state;
        return Number(committedSize);
      },
    });
  }

  override async remove(id: string): Promise<void> {
    await this.#deps.documents.deleteDocument({ name: resourceName('documents', id) }, this.#request.context);
    this.#state = undefined;
  }

  async #read(id: string): Promise<Document__Output | null> {
    const name = resourceName('documents', id);
    return (await this.#deps.documents.getDocument({ name }, this.#request.context)).document;
  }

  /** @throws Problem ACTION_NOT_ALLOWED for an application that has ended */
  async #findOpenApplication(name: string, context: CallContext) {
    const application = requirePresent((await this.#deps.intake.getApplication({ name }, context)).application);
    if (END_STATES.includes(fromProtoEnum('STATE_', application.state) as State)) {
      throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message: 'The application has ended.' });
    }
    return application;
  }

  #remember(document: Document__Output | null): Document__Output {
    this.#document = requirePresent(document);
    this.#state = this.#document.state;
    return this.#document;
  }
}

/** Whether the upload ended without a document. A refused document still tells its client why. */
function isGone({ state, committedSize, uploadSize }: Document__Output): boolean {
  return state === 'STATE_ERASED' || (state === 'STATE_REFUSED' && committedSize !== uploadSize);
}

const creationDateOf = ({ createTime }: Document__Output): string =>
  requirePresent(fromTimestamp(createTime)).toISOString();
