import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as Client from '../src/api/client.ts';
import type * as Lifecycle from '../src/session/session-lifecycle.ts';

/** Sign-outs and late responses of a session, while the next one begins. */

let server: Server;
/** Requests that wait for their response, by method and path, in the order of their arrival. */
let arrived: { name: string; response: ServerResponse }[];
let onArrival: () => void = () => {};
let client: Pick<typeof Client, 'api' | 'subscribeToOutcomes'>;
let lifecycle: Pick<typeof Lifecycle, 'createSession' | 'endSession'>;

function take(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  arrived.push({ name: `${request.method} ${request.url}`, response });
  onArrival();
}

/** Resolves when this many requests have arrived. */
async function untilArrived(count: number): Promise<void> {
  while (arrived.length < count) await new Promise<void>((done) => (onArrival = done));
}

function answer(at: number, status: number, body: object): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  arrived[at]!.response.writeHead(status, { 'content-type': type });
  arrived[at]!.response.end(JSON.stringify(body));
}

const SESSION = { operator: { name: 'operators/a', displayName: 'A', roles: ['specialist'] } };
const names = () => arrived.map(({ name }) => name);
const signIn = () => lifecycle.createSession({ provider: 'local', operator: 'operators/a', centre: undefined });

beforeAll(async () => {
  server = createServer(take);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(globalThis, { location: { origin } });
  client = await import('../src/api/client.ts');
  lifecycle = await import('../src/session/session-lifecycle.ts');
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise<void>((done) => server.close(() => done()));
});
beforeEach(() => void (arrived = []));

describe('createSession', () => {
  test('waits for the response of a sign-out, which removes the cookie', async () => {
    const ended = lifecycle.endSession();
    await untilArrived(1);
    const session = signIn();
    // A request of the same kind that starts later arrives: the sign-in was not sent.
    const later = client.api.POST('/api/v1/sessions/current/centre', { body: { centre: 'centres/CU-001' } });
    await untilArrived(2);
    expect(names()).toEqual(['DELETE /api/v1/sessions/current', 'POST /api/v1/sessions/current/centre']);
    answer(1, 200, SESSION);
    await later;
    answer(0, 200, {});
    await untilArrived(3);
    answer(2, 201, SESSION);
    expect(await session).toEqual(SESSION);
    expect(names()[2]).toBe('POST /api/v1/sessions');
    expect(await ended).toBeUndefined();
  });

  test.each([
    ['is not ended by a late response to a request of the former session', 'answer', true],
    ['is ended by a response to its own request', 'signed-out', false],
  ])('%s', async (_name, expected, isLate) => {
    const outcomes: string[] = [];
    const unsubscribe = client.subscribeToOutcomes((outcome) => outcomes.push(outcome));
    const begin = async (at: number) => {
      const session = signIn();
      await untilArrived(at + 1);
      answer(at, 201, SESSION);
      await session;
    };
    if (!isLate) await begin(0);
    const read = client.api.GET('/api/v1/sessions/current').catch(() => undefined);
    await untilArrived(isLate ? 1 : 2);
    if (isLate) await begin(1);
    answer(isLate ? 0 : 1, 401, { reason: 'SESSION_INVALID', status: 401 });
    await read;
    unsubscribe();
    expect(outcomes).toEqual(['answer', expected]);
  });
});
