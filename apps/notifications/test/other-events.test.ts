import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contactOf, happened, newerEvent, startNotifications } from './harness.ts';

let n: Awaited<ReturnType<typeof startNotifications>>;
beforeAll(async () => void (n = await startNotifications()));
afterAll(() => n.stop());

test.each([
  'ApplicationInProgress',
  'DocumentsSupplied',
  'ResultHandedOver',
  'ApplicationClosed',
  'DeskNoted',
  'PersonTold',
] as const)('%s is counted, and nobody is told', async (type) => {
  const id = n.application(contactOf('ana@example.md'));
  await n.say(happened(id, 1, type));
  expect(await n.thread(id)).toMatchObject({ notices: [], lastSeqs: { applications: 1 } });
});

test('An event that is newer than this release is counted wherever it comes, also as the first, and nobody is told', async () => {
  const id = n.application(contactOf(''));
  await n.say(newerEvent(id, 1), happened(id, 2, 'ApplicationSubmitted'), newerEvent(id, 3));
  await n.say(happened(id, 4, 'ApplicationDecided', { ref: { state: 'STATE_READY' } }));
  const { notices } = await n.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 4);
  expect(notices.map(({ id: notice, kind }) => [notice, kind])).toEqual([
    [`${id}-2`, 'application-submitted'],
    [`${id}-4`, 'result-ready'],
  ]);
});
