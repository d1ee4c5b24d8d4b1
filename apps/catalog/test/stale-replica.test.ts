import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DataVersions } from '@cups/contracts';
import { eventually } from '@cups/testing';
import { startCatalog } from './catalog.ts';

/** Two replicas whose files differ, and a caller that has asked both. */
let ahead: Awaited<ReturnType<typeof startCatalog>>;
let behind: typeof ahead;
const caller = new DataVersions();
let askAhead: ReturnType<typeof ahead.clientAs>;
let askBehind: typeof askAhead;
const name = 'publicServices/good-conduct-record';
const refused = (reason: string): unknown => expect.objectContaining({ reason });

beforeAll(async () => {
  [ahead, behind] = await Promise.all([startCatalog(), startCatalog()]);
  askAhead = ahead.clientAs('intake', caller);
  askBehind = behind.clientAs('intake', caller);
});
afterAll(() => Promise.all([ahead.close(), behind.close()]));

const like = (code: string) => ahead.textOf('criminal-record').replace('code: criminal-record', `code: ${code}`);

describe('a catalog whose files lag behind those of another replica', () => {
  test('says no while its caller knows nothing newer', async () => {
    await askAhead.getPublicServiceVersion({ name: 'publicServices/criminal-record' });
    await expect(askBehind.getPublicServiceVersion({ name })).rejects.toEqual(refused('NOT_FOUND'));
  });

  test('says not yet to a caller that knows of newer ones, for what it does not have and for what somebody is refused by', async () => {
    ahead.write('good-conduct-record', like('good-conduct-record'));
    await eventually(() => askAhead.getPublicServiceVersion({ name }));
    await expect(askBehind.getPublicServiceVersion({ name })).rejects.toEqual(refused('UNKNOWN_HERE'));
    await expect(behind.clientAs('gateway', caller).getPublicService({ name })).rejects.toEqual(
      refused('UNKNOWN_HERE'),
    );
    const known = 'publicServices/criminal-record';
    await expect(askBehind.getPublicServiceVersion({ name: known, newest: true })).rejects.toEqual(
      refused('UNKNOWN_HERE'),
    );
    expect((await askBehind.getPublicServiceVersion({ name: known })).inForce).toBe(true);
  });

  test('lets the replica that is ahead say no for good', async () => {
    await expect(askAhead.getPublicServiceVersion({ name: 'publicServices/nothing' })).rejects.toEqual(
      refused('NOT_FOUND'),
    );
  });

  test('knows it, and says no for good, when it has read the same files', async () => {
    behind.write('good-conduct-record', like('good-conduct-record'));
    await eventually(() => askBehind.getPublicServiceVersion({ name }));
    await expect(askBehind.getPublicServiceVersion({ name: 'publicServices/nothing' })).rejects.toEqual(
      refused('NOT_FOUND'),
    );
  });
});
