import { expect, test } from '@jest/globals';
import { describeActor } from '../src/texts/index.ts';

test.each([
  ['operators/ana', undefined],
  ['agencies/asp', undefined],
  ['operators/ops', 'Platform administrator'],
  ['services/ops', 'Platform administrator'],
  ['administrator', 'Platform administrator'],
  ['operators/agency.asp', 'System of the agency'],
  ['services/intake', 'Platform'],
  ['timer', 'Platform'],
  ['documents', 'Platform'],
  ['applicant', 'The person'],
])('describeActor says who %s is', (actor, text) => {
  expect(describeActor(actor)?.en).toBe(text);
});
