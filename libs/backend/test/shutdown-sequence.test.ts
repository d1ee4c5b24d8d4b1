import { expect, test } from '@jest/globals';
import { ShutdownSequence } from '../src/shutdown-sequence.ts';

test('ShutdownSequence runs stages one after another in their fixed order', async () => {
  const ended: string[] = [];
  const sequence = new ShutdownSequence();
  const stages = ['operations', 'store', 'outbox', 'work', 'clients', 'consumers', 'sources'] as const;
  for (const stage of stages) {
    sequence.add(stage, async () => {
      await new Promise(setImmediate);
      ended.push(stage);
    });
  }
  await sequence.run();
  expect(ended).toEqual(['sources', 'consumers', 'work', 'outbox', 'clients', 'store', 'operations']);
});

test('ShutdownSequence runs the steps of a stage concurrently', async () => {
  const sequence = new ShutdownSequence();
  const { promise: secondBegan, resolve: begin } = Promise.withResolvers<void>();
  sequence.add('work', () => secondBegan);
  sequence.add('work', () => begin());
  await sequence.run();
});

test('ShutdownSequence continues after a failing step and throws its error at the end', async () => {
  const ended: string[] = [];
  const sequence = new ShutdownSequence();
  sequence.add('sources', () => {
    throw new Error('immediately');
  });
  sequence.add('consumers', () => Promise.reject(new Error('later')));
  sequence.add('consumers', () => void ended.push('other consumer'));
  sequence.add('store', () => void ended.push('store'));
  await expect(sequence.run()).rejects.toThrow('immediately');
  expect(ended).toEqual(['other consumer', 'store']);
});
