import { randomUUID } from 'node:crypto';
import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem } from '@cups/problem';
import { truncatedBody, problemResponse } from './problems.ts';

/** Statuses of Node's parser errors. All others are 400. */
const ERROR_STATUS: Record<string, [status: number, message: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
};

/** Answers malformed or late HTTP with a problem document, and closes the connection. */
export function handleClientError(server: Server): void {
  const openResponses = new WeakMap<Duplex, Set<ServerResponse>>();
  server.on('request', ({ socket }, res) => {
    const responses = openResponses.get(socket) ?? new Set();
    openResponses.set(socket, responses.add(res));
    res.once('close', () => responses.delete(res));
  });
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    const responses = [...(openResponses.get(socket) ?? [])];
    // The client would read these bytes as part of a response that is already under way.
    if (!socket.writable || responses.length > 1 || responses.some(({ headersSent }) => headersSent)) {
      socket.destroy();
      return;
    }
    socket.end(buildErrorResponse(error.code ?? '', responses.length > 0), () => socket.destroy());
  });
}

/** @param hasHeaders whether the headers arrived, which means that the body is malformed */
function buildErrorResponse(code: string, hasHeaders: boolean): string {
  const [status, message] = ERROR_STATUS[code] ?? [400, 'The request is not valid HTTP.'];
  const isBodyTruncated = hasHeaders && status === 400;
  // A late request was not processed: clients send it again.
  const reason = status === 408 ? 'DEADLINE_EXCEEDED' : 'INVALID_ARGUMENT';
  const problem = isBodyTruncated ? truncatedBody() : new Problem({ reason, message });
  const { headers, body } = problemResponse(problem, { requestId: randomUUID() });
  const text = JSON.stringify({ ...body, status });
  const allHeaders = { ...headers, 'Content-Length': String(Buffer.byteLength(text)), Connection: 'close' };
  const lines = Object.entries(allHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${status === 400 ? 'Bad Request' : 'Refused'}\r\n${lines.join('')}\r\n${text}`;
}
