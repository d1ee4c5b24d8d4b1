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
const staleReplica = expect.objectContaining({ reason: 'UNKNOWN_HERE' });
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

describe('a centre that somebody works at and this replica has no file of', () => {
  test('is found when the store has it', async () => {
    store.set('CU-900', centre('CU-900', 'active'));
    expect((await centreLookup.findForSignIn('CU-900'))?.status).toBe('active');
  });

  test('may come for two minutes; then there is none', async () => {
    await expect(centreLookup.findForSignIn('CU-900')).rejects.toEqual(staleReplica);
    time += MAX_REPLICA_LAG_MS;
    expect(await centreLookup.findForSignIn('CU-900')).toBeUndefined();
  });

  test('that is planned is planned, at once', async () => {
    expect((await centreLookup.findForSignIn('CU-001'))?.status).toBe('planned');
  });
});

describe('the centre of a session', () => {
  test('that is planned here may open for two minutes; then it is planned', async () => {
    await expect(centreLookup.findForSession('CU-001')).rejects.toEqual(staleReplica);
    time += MAX_REPLICA_LAG_MS;
    expect((await centreLookup.findForSession('CU-001'))?.status).toBe('planned');
  });
});
