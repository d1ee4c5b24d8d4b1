import { describe, expect, test } from '@jest/globals';
import { foldStacks } from '../fold-profile.ts';

const frame = (functionName: string, url = '') => ({ functionName, url });
const profile = {
  startTime: 1_000_000,
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 5] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('read', 'node:fs'), children: [4, 6] },
    { id: 4, callFrame: frame('', 'file:///somewhere/checkout/apps/intake/src/store.ts') },
    { id: 5, callFrame: frame('(garbage collector)') },
    { id: 6, callFrame: frame('send', 'file:///somewhere/checkout/node_modules/@grpc/grpc-js/build/src/call.js') },
  ],
  samples: [4, 2, 4, 6, 5],
  timeDeltas: [1_000, 1_000, 1_000, 2_000, 500],
};
const fold = (fromMs: number, toMs: number) =>
  Object.fromEntries(foldStacks(profile, { fromMs, toMs }, '/somewhere/checkout'));

describe('folded stacks', () => {
  test('name packages and paths of the checkout, and leave out idle time', () => {
    expect(fold(0, 2_000)).toEqual({
      'read (node:fs);(anonymous) (apps/intake/src/store.ts)': 2_000,
      'read (node:fs);send (@grpc/grpc-js)': 2_000,
      '(garbage collector)': 500,
    });
  });

  test('have the time of a period only', () => {
    expect(fold(1_002.5, 1_005)).toEqual({
      'read (node:fs);(anonymous) (apps/intake/src/store.ts)': 1_000,
      'read (node:fs);send (@grpc/grpc-js)': 2_000,
    });
  });
});
