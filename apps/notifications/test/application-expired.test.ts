import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contactOf, happened, startNotifications } from './harness.ts';

let n: Awaited<ReturnType<typeof startNotifications>>;
beforeAll(async () => void (n = await startNotifications()));
afterAll(() => n.stop());

test('ApplicationExpired of a filed application tells the person', async () => {
  const id = n.application(contactOf('', { state: 'STATE_EXPIRED' }));
  await n.say(happened(id, 1, 'ApplicationExpired', { fromState: 'STATE_DOCUMENTS_REQUESTED' }));
  expect((await n.thread(id)).notices).toMatchObject([{ kind: 'application-expired', state: 'printable' }]);
});

test('ApplicationExpired of a draft is counted, and nobody is told', async () => {
  const id = n.application(contactOf(''));
  await n.say(happened(id, 1, 'ApplicationExpired', { fromState: 'STATE_DRAFT' }));
  expect(await n.thread(id)).toMatchObject({ notices: [], lastSeqs: { applications: 1 } });
});
