import { expect, test } from '@jest/globals';
import { captureLog } from '@cups/testing';
import { ProducerConnection } from '../src/publisher.ts';

/** A producer that loses the end of a call, as kafkajs does now and then while Kafka restarts. */

test('a producer that never answers is replaced, and the next send succeeds', async () => {
  const log = captureLog('intake');
  const created: string[] = [];
  const create = () => {
    const name = `producer ${created.push('open')}`;
    const sendBatch = () => (name === 'producer 1' ? new Promise<never>(() => {}) : Promise.resolve([]));
    const disconnect = () => {
      created[Number(name.at(-1)) - 1] = 'closed';
      return Promise.resolve();
    };
    return { connect: () => Promise.resolve(), sendBatch, disconnect };
  };
  const options = { brokers: ['127.0.0.1:1'], clientId: 'intake', prefix: '', log: log.log };
  const connection = new ProducerConnection(options, { create, timeoutMs: 20 });
  await connection.connect();
  await expect(connection.send([])).rejects.toThrow('Kafka did not answer in time.');
  expect(log.lines).toContainEqual(expect.objectContaining({ event: 'publisher-replaced', durationMs: 20 }));
  expect(created).toEqual(['closed', 'open']);
  await connection.connect();
  await connection.send([]);
  expect(created).toEqual(['closed', 'open']);
  await connection.close();
});
