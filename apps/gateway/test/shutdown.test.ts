import { expect, test } from '@jest/globals';
import { startStopwatch } from '@cups/testing';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { startGateway } from './gateway.ts';

/** Shutdown with connected clients. */

async function sendRequest(url: string, agent: Agent) {
  const request = get(`${url}/healthz`, { agent });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return { status: response.statusCode, connection: response.headers.connection, isReused: request.reusedSocket };
}

test('a stopping gateway serves open connections and asks clients to close them', async () => {
  const gateway = await startGateway({}, { lameDuckMs: 10_000 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const first = await sendRequest(gateway.url, agent);
  expect(first).toEqual({ status: 200, connection: 'keep-alive', isReused: false });
  const stopped = gateway.stop();
  const second = await sendRequest(gateway.url, agent);
  expect(second).toEqual({ status: 200, connection: 'close', isReused: true });
  const stopwatch = startStopwatch();
  await stopped;
  expect(stopwatch.stop()).toBeLessThan(9_000);
  agent.destroy();
});
