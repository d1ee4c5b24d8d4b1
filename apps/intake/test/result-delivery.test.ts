import { expect, test } from '@jest/globals';
import { resolveResultDelivery } from '../src/domain/result-delivery.ts';

test.each([
  [[], undefined, 'collect'],
  [[], 'electronic', 'electronic'],
  [['paper'], 'at-centre', 'collect'],
  [['paper'], 'post', 'post'],
  [['paper', 'electronic'], 'at-centre', 'collect'],
  [['paper', 'electronic'], 'electronic', 'electronic'],
  [['electronic'], 'at-centre', 'electronic'],
  [['electronic'], 'post', 'electronic'],
  [['payment'], 'at-centre', 'payment'],
  [['payment', 'paper'], 'at-centre', 'collect'],
] as const)('What gives %j and is wanted as %s comes by %s.', (outputs, kind, way) =>
  expect(resolveResultDelivery(outputs, kind && { kind })).toBe(way),
);
