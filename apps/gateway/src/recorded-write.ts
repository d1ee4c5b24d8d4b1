import { Problem } from '@cups/problem';
import type { CallContext } from '@cups/rpc';
import type { Handler, HandlerRequest, Operation } from './http/handler.ts';
import { parseBody } from './http/json-body.ts';
import type { ServiceClients } from './clients.ts';

/**
 * Converts writes that a desk made earlier to the calls that their operations would make now. The operations are those of
 * the API: their paths, their validation and their handlers, with clients that record a call instead of sending it.
 */

/** A write as the desk stores it. */
export interface DeskWrite {
  /** Its Idempotency-Key. */
  key: string;
  /** ULID of the application. */
  application: string;
  /** `create`, `edit`, `mandates`, or the path of the write below its application or collection. */
  kind: string;
  /** A JSON text. */
  body: string;
  etag: string;
}

/** The call of a write. */
export interface RecordedCall {
  /** `submitApplication` */
  method: string;
  request: object;
}

/** Clients of services whose calls change something. */
type WriteClients = Pick<ServiceClients, 'intake' | 'identity'>;

export interface RecordedWrites {
  /**
   * @throws Problem ACTION_NOT_ALLOWED for a kind without an operation; INVALID_ARGUMENT for a body that the operation
   *   refuses; and the problems of reads that the handler makes
   */
  record(write: DeskWrite, request: Pick<HandlerRequest, 'context' | 'session' | 'client'>): Promise<RecordedCall>;
}

/** @param routesOf returns the handlers of the operations with these clients, by operationId */
export function createRecordedWrites(
  operations: readonly Operation[],
  routesOf: (clients: WriteClients) => Readonly<Record<string, Handler>>,
): RecordedWrites {
  return {
    async record(write, { context, session, client }) {
      const { operation, params } = findOperation(operations, write);
      const { value: body, members } = parseBody(Buffer.from(write.body));
      const headers: Record<string, string> = { 'idempotency-key': write.key };
      if (write.etag !== '') headers['if-match'] = write.etag;
      operation.validateRequest({ params, query: {}, header: (name) => headers[name.toLowerCase()], body, members });
      const { clients, recorded } = createRecorder();
      const handled = routesOf(clients)[operation.id]!({
        context,
        session,
        params,
        query: {},
        body,
        requestId: write.key,
        etag: write.etag,
        offlineGrant: '',
        reason: undefined,
        sessionKey: undefined,
        isPoll: false,
        client,
      });
      return Promise.race([recorded, rejectionOf(handled)]);
    },
  };
}

/** A handler never ends, because its call is never answered. Only its failure counts. */
const rejectionOf = (handled: ReturnType<Handler>): Promise<never> =>
  Promise.resolve(handled).then(() => Promise.reject(new Error('a write made no call')));

/** Returns clients that record their first call and never answer. */
function createRecorder(): { clients: WriteClients; recorded: Promise<RecordedCall> } {
  const { promise: recorded, resolve } = Promise.withResolvers<RecordedCall>();
  const record = new Proxy(
    {},
    {
      get: (_target, method) => (request: object, _context: CallContext) => {
        resolve({ method: String(method), request });
        return new Promise(() => {});
      },
    },
  );
  return { clients: { intake: record, identity: record } as WriteClients, recorded };
}

function findOperation(
  operations: readonly Operation[],
  write: DeskWrite,
): { operation: Operation; params: Record<string, string> } {
  const { method, path } = locate(write);
  for (const operation of operations) {
    const params = operation.method === method ? matchPath(operation.path, path) : undefined;
    if (params) return { operation, params };
  }
  const message = 'This kind of act cannot be released.';
  throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message, metadata: { action: 'release' } });
}

const COLLECTING = 'collections/';

/** Returns where the desk sends a write: see the outbox of the desk. */
function locate({ kind, application: id }: DeskWrite): { method: Operation['method']; path: string } {
  if (kind === 'create') return { method: 'post', path: '/api/v1/applications' };
  if (kind === 'mandates') return { method: 'post', path: '/api/v1/mandates' };
  if (kind === 'edit') return { method: 'patch', path: `/api/v1/applications/${id}` };
  const path = kind.startsWith(COLLECTING)
    ? `/api/v1/collections/${id}/${kind.slice(COLLECTING.length)}`
    : `/api/v1/applications/${id}/${kind}`;
  return { method: 'post', path };
}

/** Returns the values of the variables in a path, or undefined if it is another path. */
function matchPath(template: string, path: string): Record<string, string> | undefined {
  const [names, steps] = [template.split('/'), path.split('/')];
  if (names.length !== steps.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, name] of names.entries()) {
    const step = steps[at]!;
    const variable = /^\{(\w+)\}$/.exec(name)?.[1];
    if (variable !== undefined && step !== '') params[variable] = step;
    else if (name !== step) return undefined;
  }
  return params;
}
