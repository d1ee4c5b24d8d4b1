import { expect, test } from '@jest/globals';
import { ApiError, NetworkError } from '../src/api/client.ts';
import { openLocalStore } from '../src/local-store/local-store.ts';
import { createLocalLocks, SILENT_CHANNEL } from '../src/outbox/environment.ts';
import { openOutbox } from '../src/outbox/outbox.ts';
import type { Write } from '../src/outbox/write.ts';
import { openMandateRequests } from '../src/visit/mandate/mandate-requests.ts';
import type { MandateRequest } from '../src/visit/mandate/mandate-requests.ts';
import type { NewMandate } from '../src/visit/model/mandate-subject.ts';

/** Mandates that a desk records while the platform is unreachable, and what becomes of them. */

const BODY = { language: 'ro' } as NewMandate;
const turn = () => new Promise((done) => setImmediate(done));

async function openDesk(owner: string) {
  const platform = { isReachable: false, refusal: undefined as string | undefined, received: [] as string[] };
  const localStore = Object.assign(await openLocalStore(owner), { isDurable: true });
  const send = async ({ kind, body }: Write) => {
    await turn();
    if (!platform.isReachable) throw new NetworkError();
    if (platform.refusal) throw new ApiError({ reason: platform.refusal, status: 409 } as never);
    platform.received.push(kind);
    return { id: 'A', etag: '"1"', name: `mandates/${String(body['id'])}` } as never;
  };
  const outbox = await openOutbox(localStore, {
    owner,
    isReachable: () => platform.isReachable,
    now: Date.now,
    currentGrant: () => undefined,
    send,
    locks: createLocalLocks(),
    openChannel: () => SILENT_CHANNEL,
  });
  return { platform, outbox, requests: await openMandateRequests(localStore, outbox) };
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let round = 0; !isTrue(); round += 1) {
    if (round > 500) throw new Error('it never came');
    await turn();
  }
}

test('a mandate waits with its ID, and is recorded before the edit that names it', async () => {
  const { platform, outbox, requests } = await openDesk('operators/one');
  const ready: MandateRequest[] = [];
  void outbox.put({ application: 'A', kind: 'create', body: {} });
  requests.record('A', BODY, (request) => ready.push(request));
  await until(() => requests.get('A')?.isWaiting === true);
  expect(ready).toMatchObject([{ name: expect.stringMatching(/^mandates\/[0-9A-Z]{26}$/), isWaiting: true }]);
  void outbox.put({ application: 'A', kind: 'edit', body: { mandate: { name: ready[0]!.name } } });

  platform.isReachable = true;
  outbox.resume();
  await until(() => outbox.countPending() === 0);
  expect(platform.received).toEqual(['create', 'mandates', 'edit']);
  expect(requests.get('A')?.mandate).toMatchObject({ name: ready[0]!.name });
  expect(ready).toHaveLength(1);
  outbox.stop();
});

test('a mandate that is no longer needed is not recorded', async () => {
  const { platform, outbox, requests } = await openDesk('operators/two');
  requests.record('A', BODY);
  // A request in flight may have arrived already, and stays.
  await until(() => outbox.syncStatus('A').unreachableSince !== undefined);
  await turn();
  requests.forget('A');
  expect(outbox.countPending()).toBe(0);
  platform.isReachable = true;
  outbox.resume();
  await turn();
  expect(platform.received).toEqual([]);
  outbox.stop();
});

test('a refusal allows another request at once, and stays for a decision after a wait', async () => {
  const { platform, outbox, requests } = await openDesk('operators/three');
  platform.isReachable = true;
  platform.refusal = 'POWER_NOT_VALID';
  requests.record('A', BODY);
  await until(() => requests.get('A')?.refusal !== undefined);
  expect(outbox.countPending()).toBe(0);

  platform.isReachable = false;
  requests.record('A', BODY);
  await until(() => requests.get('A')?.isWaiting === true);
  platform.isReachable = true;
  outbox.resume();
  await until(() => outbox.countRefused() === 1);
  expect(outbox.syncStatus('A').pending).toMatchObject([{ kind: 'mandates' }]);
  outbox.stop();
});
