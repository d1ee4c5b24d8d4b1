import { expect, test } from '@jest/globals';
import { ShutdownSequence } from '../src/shutdown-sequence.ts';

test('stages end one after the other, in the order of the house and not in that of their opening', async () => {
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

test('the steps of one stage end side by side', async () => {
  const sequence = new ShutdownSequence();
  const { promise: secondBegan, resolve: begin } = Promise.withResolvers<void>();
  sequence.add('work', () => secondBegan);
  sequence.add('work', () => begin());
  await sequence.run();
});

test('a step that fails keeps no other from its end, and is told after the last', async () => {
  const ended: string[] = [];
  const sequence = new ShutdownSequence();
  sequence.add('sources', () => {
    throw new Error('at once');
  });
  sequence.add('consumers', () => Promise.reject(new Error('later')));
  sequence.add('consumers', () => void ended.push('other consumer'));
  sequence.add('store', () => void ended.push('store'));
  await expect(sequence.run()).rejects.toThrow('at once');
  expect(ended).toEqual(['other consumer', 'store']);
});
