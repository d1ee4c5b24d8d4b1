import { describe, expect, test } from '@jest/globals';
import { resolveResultDelivery } from '../src/domain/result-delivery.ts';

describe('resolveResultDelivery', () => {
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
  ] as const)('resolves outputs %j with the choice %s to %s', (outputs, kind, delivery) =>
    expect(resolveResultDelivery(outputs, kind && { kind })).toBe(delivery),
  );
});
