import { randomUUID } from 'node:crypto';
import { loadService, messageType } from '@cups/contracts/proto';
import type { CallRequest__Output } from '@cups/contracts/gen/cups/rpc/v1/CallRequest.ts';
import type { CallResponse } from '@cups/contracts/gen/cups/rpc/v1/CallResponse.ts';
import type { CallResult } from '@cups/contracts/gen/cups/rpc/v1/CallResult.ts';
import { Problem } from '@cups/problem';
import { status } from '@grpc/grpc-js';
import type { Server, ServerWritableStream, ServiceDefinition, StatusObject } from '@grpc/grpc-js';
import type { DataVersions } from '@cups/contracts';
import { handleCall, recordCall } from '../handle-call.ts';
import type { RegisteredMethod, ServerContext } from '../handle-call.ts';
import { DETAILS_KEY, problemToStatus, PUSHBACK_KEY } from '../status.ts';
import { BUNDLE_SERVICE, MAX_CALLS, MAX_REQUEST_BYTES } from './limits.ts';
import { ReceivedBundledCall } from './received-call.ts';
import type { Bundle } from './received-call.ts';

/** Results are written in messages of about this size; a single larger one has its own. */
const MAX_RESPONSE_BYTES = 1024 * 1024;

/**
 * Serves bundles of calls. Each call passes through {@link handleCall} with its own tokens, like a call that arrives
 * by itself. A bundle that is empty, too long or malformed is rejected as a whole.
 * @param methods methods that accept bundled calls, by path
 */
export function addBundleService(
  server: Server,
  context: ServerContext,
  methods: ReadonlyMap<string, RegisteredMethod>,
): void {
  const { Call } = loadService<ServiceDefinition>(BUNDLE_SERVICE);
  const same = (bytes: Buffer) => bytes;
  const bare = { Call: { ...Call!, requestDeserialize: same, responseSerialize: same } };
  server.addService(bare, { Call: (bundle: Bundle) => runCalls(context, methods, bundle) });
}

function runCalls(context: ServerContext, methods: ReadonlyMap<string, RegisteredMethod>, bundle: Bundle): void {
  let calls: CallRequest__Output['calls'];
  try {
    calls = parseCalls(bundle.request);
  } catch (error) {
    rejectBundle(context, bundle, error as Problem);
    return;
  }
  // Each call may listen for the cancellation of the bundle.
  bundle.setMaxListeners(MAX_CALLS + 10);
  const results = new ResultWriter(bundle, calls.length, context.versions);
  for (const [index, sent] of calls.entries()) {
    const method = methods.get(sent.path);
    if (!method) {
      results.add({ index, code: status.UNIMPLEMENTED, message: 'The method accepts no bundled calls.' });
    } else if (sent.request.length > MAX_REQUEST_BYTES) {
      results.add(toFailure(index, problemToStatus(tooLarge())));
    } else {
      const call = new ReceivedBundledCall(bundle, sent);
      void handleCall(context, method, call, (error, bytes) => {
        call.end();
        results.add(error ? toFailure(index, error as StatusObject) : { index, code: status.OK, response: bytes! });
      });
    }
  }
}

function rejectBundle(context: ServerContext, bundle: Bundle, problem: Problem): void {
  const rejected = problemToStatus(problem);
  const { code } = rejected;
  bundle.emit('error', rejected);
  recordCall(context, 'BundleService.Call', { requestId: randomUUID() }, { code, reason: problem.reason }, 0);
}

/** @throws Problem INVALID_ARGUMENT */
function parseCalls(bytes: Buffer): CallRequest__Output['calls'] {
  let calls: CallRequest__Output['calls'];
  try {
    ({ calls } = messageType<object, CallRequest__Output>('cups.rpc.v1.CallRequest').decode(bytes));
  } catch {
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The bundle is malformed.' });
  }
  if (calls.length >= 1 && calls.length <= MAX_CALLS) return calls;
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: `A bundle has 1 to ${MAX_CALLS} calls.` });
}

const tooLarge = () =>
  new Problem({ reason: 'PAYLOAD_TOO_LARGE', message: 'A bundled request is larger than 16 KiB.' });

function toFailure(index: number, { code, details, metadata }: StatusObject): CallResult {
  const [statusDetails] = metadata.get(DETAILS_KEY) as Buffer[];
  const [retryPushbackMs] = metadata.get(PUSHBACK_KEY) as string[];
  return { index, code, message: details, statusDetails, retryPushbackMs };
}

/** Writes the results of a bundle: those that are ready in the same turn of the event loop go as one message. */
class ResultWriter {
  readonly #bundle: ServerWritableStream<Buffer, Buffer>;
  readonly #versions: DataVersions | undefined;
  #missing: number;
  #ready: CallResult[] = [];
  #readyBytes = 0;

  constructor(bundle: Bundle, count: number, versions: DataVersions | undefined) {
    this.#bundle = bundle;
    this.#missing = count;
    this.#versions = versions;
  }

  add(result: CallResult): void {
    this.#missing--;
    if (this.#ready.length === 0) setImmediate(() => this.#write());
    this.#readyBytes += result.response?.length ?? 0;
    this.#ready.push(result);
    if (this.#readyBytes > MAX_RESPONSE_BYTES) this.#write();
  }

  #write(): void {
    const results = this.#ready;
    this.#ready = [];
    this.#readyBytes = 0;
    if (this.#bundle.cancelled) return;
    if (results.length > 0) {
      const response: CallResponse = { results, dataVersions: this.#versions?.toText() };
      this.#bundle.write(messageType<CallResponse>('cups.rpc.v1.CallResponse').encode(response));
    }
    if (this.#missing === 0 && !this.#bundle.writableEnded) this.#bundle.end();
  }
}
