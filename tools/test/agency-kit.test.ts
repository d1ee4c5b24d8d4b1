import { buildPrincipals } from '@cups/events';
import { expect, test } from '@jest/globals';
import { sandboxAcls } from 'cups-agency/rights';
import kafkajs from 'kafkajs';

const { AclOperationTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const nameOf = (words: object, value: number) =>
  Object.entries(words)
    .find(([, one]) => one === value)?.[0]
    ?.toLowerCase();

test('gives an agency the same ACLs on the kit’s broker as on the platform', () => {
  const principals = buildPrincipals('', { agencies: ['demo'], simulated: [] });
  const platform = principals.find(({ user }) => user === 'agency.demo')!.rights;
  const kit = sandboxAcls(['demo'])
    .filter(({ principal }) => principal === 'User:agency.demo')
    .map(({ resourceType, resourceName: name, resourcePatternType, operation }) => ({
      resource: nameOf(AclResourceTypes, resourceType),
      name,
      pattern: nameOf(ResourcePatternTypes, resourcePatternType),
      operation: nameOf(AclOperationTypes, operation),
    }));
  const inOrder = (some: object[]) => some.map((one) => JSON.stringify(Object.entries(one).sort())).sort();
  expect(inOrder(kit)).toEqual(inOrder(platform));
});
