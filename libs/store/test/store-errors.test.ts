import { randomUUID } from 'node:crypto';
import { createServer, connect as dial, type AddressInfo, type Socket } from 'node:net';
import { isProblem } from '@cups/problem';
import { eventually, captureLog, testInfrastructure } from '@cups/testing';
import { describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { openStore, type StoredDocument } from '../src/index.ts';
import { toStoreError } from '../src/connection/store-errors.ts';

const { mongoUri } = testInfrastructure();
const { BSON } = mongoose.mongo;
const SECRET = 'SECRET-VALUE-3';
const fromServer = (code: number) => Object.assign(new Error(SECRET), { name: 'MongoServerError', code });

/** Wraps an error as the driver does in a bulk write. */
const inBulk = (cause: Error) => new mongoose.mongo.MongoBulkWriteError(cause as never, {} as never);

describe('toStoreError', () => {
  test.each([
    ['no primary', fromServer(10107), true, false],
    ['a lock timeout', fromServer(24), true, false],
    ['a write conflict', fromServer(112), true, false],
    ['an internal server error', fromServer(1), true, true],
    ['a vendor code', fromServer(50_463_173), true, true],
    ['the connection is lost', Object.assign(new Error(SECRET), { name: 'MongoNetworkError' }), true, false],
    [
      'a connection in use when the server stopped responding',
      Object.assign(new Error(SECRET), { name: 'PoolClearedOnNetworkError' }),
      true,
      false,
    ],
    ['a bulk write that lost its connection', inBulk(new mongoose.mongo.MongoNetworkError(SECRET)), true, false],
    ['an invalid bulk write', inBulk(new mongoose.mongo.MongoServerError({ message: SECRET, code: 9 })), false, false],
    ['a closed socket', Object.assign(new Error(SECRET), { code: 'EPIPE' }), true, false],
    ['an invalid command', fromServer(9), false, false],
    ['a bug in the service', new TypeError(SECRET), false, false],
  ])('maps %s', (_name, error, isTransient, isLogged) => {
    const { log, lines, text } = captureLog();
    const failure = toStoreError(error, 'cases.update', log);
    expect(isProblem(failure) && failure.reason === 'STORE_UNAVAILABLE').toBe(isTransient);
    expect(lines.map(({ event, resource, code }) => [event, resource, code])).toEqual(
      isLogged ? [['store-operation-failed', 'cases.update', String((error as unknown as { code: number }).code)]] : [],
    );
    expect(text() + failure.message).not.toContain(SECRET);
  });
});

describe('the log line of a StoreError', () => {
  const driverError = (fields: object) => Object.assign(new Error(SECRET), { name: 'MongoServerError' }, fields);

  test.each<[string, Error, string, string]>([
    ['the code of the server', driverError({ code: 9 }), 'MongoServerError', '9'],
    ['the name of a code', driverError({ codeName: 'BadValue' }), 'MongoServerError', 'BadValue'],
    ['the class without a server code', driverError({}), 'MongoServerError', 'MongoServerError'],
    ['the class of a bug', new TypeError(SECRET), 'TypeError', 'TypeError'],
    [
      'the code of a bulk write',
      inBulk(new mongoose.mongo.MongoServerError({ message: SECRET, code: 9 })),
      'MongoBulkWriteError',
      '9',
    ],
  ])('names the operation and %s', (_name, error, name, code) => {
    const { log, lines, text } = captureLog();
    log.error({ event: 'call-failed', error: toStoreError(error, 'cases.update', log) });
    expect(lines.at(-1)).toMatchObject({
      error: {
        name: 'StoreError',
        code,
        operation: 'cases.update',
        cause: { name, code, at: expect.arrayContaining([expect.stringMatching(/\.ts:\d+:\d+$/)]) },
      },
    });
    expect(text()).not.toContain(SECRET);
  });

  test('shows its causes', () => {
    const { log, lines, text } = captureLog();
    const error = new Error(SECRET, { cause: new RangeError(SECRET) });
    log.error({ event: 'call-failed', error: toStoreError(error, 'cases.update', log) });
    expect(lines.at(-1)).toMatchObject({ error: { cause: { name: 'Error', cause: { name: 'RangeError' } } } });
    expect(text()).not.toContain(SECRET);
  });
});

/** A gateway before the store. While `isAway`, it accepts the handshake and answers everything else with an error. */
async function startFailingGateway() {
  const state = { isAway: false, code: 1 };
  const sockets = new Set<Socket>();
  const target = new URL(mongoUri.replace('mongodb:', 'http:'));
  const answer = (request: Buffer): Buffer => {
    const body = BSON.serialize({ ok: 0, code: state.code, codeName: 'InternalError', errmsg: SECRET });
    const head = Buffer.alloc(21);
    head.writeInt32LE(head.length + body.length, 0);
    head.writeInt32LE(request.readInt32LE(4), 8);
    head.writeInt32LE(2013, 12);
    return Buffer.concat([head, body]);
  };
  const server = createServer((near) => {
    const far = dial(Number(target.port), target.hostname);
    for (const one of [near, far]) {
      sockets.add(one);
      one.on('error', () => {}).on('close', () => (near.destroy(), far.destroy()));
    }
    near.on('data', (bytes: Buffer) => {
      const isGreeting = /hello|ismaster/i.test(bytes.subarray(0, 60).toString('latin1'));
      if (state.isAway && !isGreeting) near.write(answer(bytes));
      else far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => void near.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    state,
    uri: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => (server.close(), sockets.forEach((socket) => socket.destroy())),
  };
}

test('reports an unavailable store while a gateway answers with errors', async () => {
  const line = await startFailingGateway();
  const { log, text, lines } = captureLog();
  const database = `t${randomUUID().slice(0, 8)}-cups-cases`;
  const store = openStore({ uri: line.uri, database, log });
  try {
    const cases = store.documents<StoredDocument>({
      collection: 'cases',
      schema: {},
      indexes: [],
      schemaVersion: 1,
      existsReason: 'ALREADY_EXISTS',
    });
    await eventually(() => store.ready());
    const create = () =>
      cases.create({ _id: randomUUID() }, { scope: 'service', cause: {}, events: [], now: new Date() });
    for (const code of [1, 50_463_173]) {
      Object.assign(line.state, { isAway: true, code });
      await expect(create()).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
      await expect(cases.get('x', { scope: 'service' })).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
      expect(lines.filter((one) => one['code'] === String(code)).length).toBeGreaterThan(0);
      await eventually(() => !store.ready());
      line.state.isAway = false;
      await eventually(() => store.ready());
      await create();
    }
    expect(text()).not.toContain(SECRET);
  } finally {
    await store.close();
    line.close();
  }
});
