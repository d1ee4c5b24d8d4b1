import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DataVersions } from '@cups/contracts';
import { eventually } from '@cups/testing';
import { startCatalog } from './catalog.ts';

/** Two replicas with different files, and one caller of both. */
let ahead: Awaited<ReturnType<typeof startCatalog>>;
let behind: typeof ahead;
const caller = new DataVersions();
let askAhead: ReturnType<typeof ahead.clientAs>;
let askBehind: typeof askAhead;
const name = 'publicServices/good-conduct-record';
const problemWith = (reason: string): unknown => expect.objectContaining({ reason });

beforeAll(async () => {
  [ahead, behind] = await Promise.all([startCatalog(), startCatalog()]);
  askAhead = ahead.clientAs('intake', caller);
  askBehind = behind.clientAs('intake', caller);
});
afterAll(() => Promise.all([ahead.close(), behind.close()]));

const copyAs = (code: string) => ahead.textOf('criminal-record').replace('code: criminal-record', `code: ${code}`);

describe('a replica with lagging files', () => {
  test('returns NOT_FOUND while its caller knows no newer files', async () => {
    await askAhead.getPublicServiceVersion({ name: 'publicServices/criminal-record' });
    await expect(askBehind.getPublicServiceVersion({ name })).rejects.toEqual(problemWith('NOT_FOUND'));
  });

  test('returns a stale-replica problem to a caller that knows newer files', async () => {
    ahead.write('good-conduct-record', copyAs('good-conduct-record'));
    await eventually(() => askAhead.getPublicServiceVersion({ name }));
    await expect(askBehind.getPublicServiceVersion({ name })).rejects.toEqual(problemWith('STALE_REPLICA'));
    await expect(behind.clientAs('gateway', caller).getPublicService({ name })).rejects.toEqual(
      problemWith('STALE_REPLICA'),
    );
    const known = 'publicServices/criminal-record';
    await expect(askBehind.getPublicServiceVersion({ name: known, newest: true })).rejects.toEqual(
      problemWith('STALE_REPLICA'),
    );
    expect((await askBehind.getPublicServiceVersion({ name: known })).inForce).toBe(true);
  });

  test('leaves NOT_FOUND to the replica that is ahead', async () => {
    await expect(askAhead.getPublicServiceVersion({ name: 'publicServices/nothing' })).rejects.toEqual(
      problemWith('NOT_FOUND'),
    );
  });

  test('returns NOT_FOUND again after reading the same files', async () => {
    behind.write('good-conduct-record', copyAs('good-conduct-record'));
    await eventually(() => askBehind.getPublicServiceVersion({ name }));
    await expect(askBehind.getPublicServiceVersion({ name: 'publicServices/nothing' })).rejects.toEqual(
      problemWith('NOT_FOUND'),
    );
  });
});
