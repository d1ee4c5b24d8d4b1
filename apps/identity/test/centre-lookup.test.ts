import { beforeEach, describe, expect, test } from '@jest/globals';
import { MAX_REPLICA_LAG_MS, DataVersions } from '@cups/contracts';
import { CentreLookup } from '../src/centre-lookup.ts';
import type { Centre } from '../src/domain/centres.ts';

const centre = (code: string, status: Centre['status']): Centre => ({
  code,
  name: code,
  kind: 'town-hall',
  wave: '2023-1',
  status,
  timeZone: 'Europe/Chisinau',
  languages: ['ro'],
  agencies: ['asp'],
  hash: status,
});
const staleReplica = expect.objectContaining({ reason: 'STALE_REPLICA' });
let time: number;
let files: Map<string, Centre>;
let store: Map<string, Centre>;
let centreLookup: CentreLookup;

beforeEach(() => {
  time = Date.parse('2026-03-10T08:00:00Z');
  files = new Map([['CU-001', centre('CU-001', 'planned')]]);
  store = new Map();
  centreLookup = new CentreLookup({
    centres: () => files,
    refreshFromStore: async () => {
      files = new Map([...files, ...store]);
    },
    versions: new DataVersions(() => time),
  });
});

describe('CentreLookup.findForSignIn', () => {
  test('finds a missing centre in the store', async () => {
    store.set('CU-900', centre('CU-900', 'active'));
    expect((await centreLookup.findForSignIn('CU-900'))?.status).toBe('active');
  });

  test('reports a stale replica for two minutes, then no centre', async () => {
    await expect(centreLookup.findForSignIn('CU-900')).rejects.toEqual(staleReplica);
    time += MAX_REPLICA_LAG_MS;
    expect(await centreLookup.findForSignIn('CU-900')).toBeUndefined();
  });

  test('returns a planned centre immediately', async () => {
    expect((await centreLookup.findForSignIn('CU-001'))?.status).toBe('planned');
  });
});

describe('CentreLookup.findForSession', () => {
  test('reports a stale replica for two minutes, then a planned centre', async () => {
    await expect(centreLookup.findForSession('CU-001')).rejects.toEqual(staleReplica);
    time += MAX_REPLICA_LAG_MS;
    expect((await centreLookup.findForSession('CU-001'))?.status).toBe('planned');
  });
});
