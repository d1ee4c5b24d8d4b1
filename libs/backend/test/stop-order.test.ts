import { expect, test } from '@jest/globals';
import { StopOrder } from '../src/stop-order.ts';

test('stages end one after the other, in the order of the house and not in that of their opening', async () => {
  const ended: string[] = [];
  const order = new StopOrder();
  const stages = ['operations', 'store', 'outbox', 'work', 'neighbours', 'consumers', 'sources'] as const;
  for (const stage of stages) {
    order.add(stage, async () => {
      await new Promise(setImmediate);
      ended.push(stage);
    });
  }
  await order.run();
  expect(ended).toEqual(['sources', 'consumers', 'work', 'outbox', 'neighbours', 'store', 'operations']);
});

test('the steps of one stage end side by side', async () => {
  const order = new StopOrder();
  const { promise: secondBegan, resolve: begin } = Promise.withResolvers<void>();
  order.add('work', () => secondBegan);
  order.add('work', () => begin());
  await order.run();
});

test('a step that fails keeps no other from its end, and is told after the last', async () => {
  const ended: string[] = [];
  const order = new StopOrder();
  order.add('sources', () => {
    throw new Error('at once');
  });
  order.add('consumers', () => Promise.reject(new Error('later')));
  order.add('consumers', () => void ended.push('other consumer'));
  order.add('store', () => void ended.push('store'));
  await expect(order.run()).rejects.toThrow('at once');
  expect(ended).toEqual(['other consumer', 'store']);
});
