import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NetworkError } from '../src/api/client.ts';
import type { send } from '../src/outbox/send.ts';
import type { Write } from '../src/outbox/write.ts';

/** Answers that a bad line or a public network changes: the write must be sent again. */

let modules: { send: typeof send; NetworkError: typeof NetworkError; outcomes: string[] };
let answer: (response: ServerResponse) => void;
const server = createServer((_request, response) => answer(response));

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const localStorage = { getItem: () => null };
  Object.assign(globalThis, { location: { origin }, localStorage });
  const client = await import('../src/api/client.ts');
  const outcomes: string[] = [];
  client.subscribeToOutcomes((outcome) => outcomes.push(outcome));
  modules = { ...(await import('../src/outbox/send.ts')), NetworkError: client.NetworkError, outcomes };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const JSON_TYPE = { 'Content-Type': 'application/json' };
const write = { application: 'a', kind: 'note', key: 'k', body: {} } as unknown as Write;

test('a whole answer is read', async () => {
  answer = (response) => response.writeHead(200, JSON_TYPE).end('{"id":"a"}');
  expect(await modules.send(write, undefined)).toEqual({ id: 'a' });
  expect(modules.outcomes.at(-1)).toBe('answer');
});

test.each<[string, typeof answer]>([
  [
    'breaks off in its body',
    (response) => {
      response.writeHead(200, { ...JSON_TYPE, 'Content-Length': '1000' });
      response.write('{"id":', () => response.destroy());
    },
  ],
  [
    'breaks off in a body of unknown length',
    (response) => {
      response.writeHead(200, JSON_TYPE);
      response.write('{"id":"a"}', () => response.destroy());
    },
  ],
])('an answer that %s is none', async (_name, broken) => {
  answer = broken;
  await expect(modules.send(write, undefined)).rejects.toBeInstanceOf(modules.NetworkError);
  expect(modules.outcomes.at(-1)).toBe('silence');
});

test('the sign-in page of a public network is no answer', async () => {
  answer = (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><p>Wi-Fi</p>');
  await expect(modules.send(write, undefined)).rejects.toBeInstanceOf(modules.NetworkError);
});
