import { randomUUID } from 'node:crypto';
import { createConsumer } from '../src/index.ts';
import type { Consumer, ConsumerOptions } from '../src/index.ts';

type Defaults = Pick<ConsumerOptions, 'groupId' | 'topics' | 'expects' | 'maxWaitMs'>;

/** Creates a consumer of `cups.applications` with its own group, which waits for messages for 200 ms at most. */
export const createTestConsumer = (options: Omit<ConsumerOptions, keyof Defaults> & Partial<Defaults>): Consumer =>
  createConsumer({
    groupId: `g-${randomUUID()}`,
    topics: ['cups.applications'],
    expects: {},
    maxWaitMs: 200,
    ...options,
  });
