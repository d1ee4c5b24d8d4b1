import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { idnp, person } from '@cups/testing';
import { useIntake } from './world.ts';

/** RPCs of the details page: GetApplicationDetails, GetFiledSubmission, ListAccessLogEntries, RecordAccess and LookUpPerson. */

const scene = useIntake();
const { at } = scene;
const colleague = (centre: string) =>
  scene.world.deskAt(scene.port, centre, { operator: `operators/${centre.toLowerCase()}-colleague` });

describe('application details', () => {
  test('returns application and history, with the last access of another operator', async () => {
    const here = at('CU-311');
    const { name } = await here.file(1);
    const first = await here.getApplicationDetails({ name });
    expect(first.application).toMatchObject({
      name,
      state: 'STATE_SUBMITTED',
      content: { applicant: { idnp: idnp(1) } },
    });
    expect(first.actions).toMatchObject([{ kind: 'submit', actor: 'operators/cu-311-specialist' }]);
    expect([first.olderActions, first.accessCount, first.lastAccess]).toEqual([0, 0, null]);
    await colleague('CU-311').getApplication({ name });
    const again = await here.getApplicationDetails({ name });
    expect(again.lastAccess).toMatchObject({
      operator: 'operators/cu-311-colleague',
      kind: 'ACCESS_KIND_DETAILS',
      centre: 'centres/CU-311',
    });
    expect([again.accessCount, again.operatorCount]).toEqual([2, 2]);
    expect(again.application?.etag).toBe(first.application?.etag);
  });

  test('lists all accesses, also by search, newest first, in pages', async () => {
    const here = at('CU-312');
    const { name } = await here.file(2);
    await here.searchApplications({ query: idnp(2) });
    await here.history(name);
    await here.getFiledSubmission({ name: `${name}/submissions/1` });
    await here.getApplicationDetails({ name });
    const kinds: string[] = [];
    let pageToken = '';
    do {
      const page = await here.listAccessLogEntries({ name, pageSize: 3, pageToken });
      kinds.push(...page.entries.map(({ kind }) => kind));
      ({ nextPageToken: pageToken } = page);
    } while (pageToken);
    expect(kinds).toEqual(['DETAILS', 'SUBMISSION', 'HISTORY', 'SEARCH'].map((kind) => `ACCESS_KIND_${kind}`));
  });

  test('returns a submission as filed, after a withdrawal too', async () => {
    const here = at('CU-313');
    const { name } = await here.file(3);
    await here.withdrawApplication({ requestId: randomUUID(), name });
    const filed = await here.getFiledSubmission({ name: `${name}/submissions/1` });
    expect(filed).toMatchObject({ content: { applicant: { idnp: idnp(3) }, contact: null }, centreName: 'CU-313' });
    expect(JSON.parse(filed.formSchema.toString('utf8'))).toMatchObject({ required: ['act'] });
    await expect(here.getFiledSubmission({ name: `${name}/submissions/2` })).rejects.toMatchObject({
      reason: 'NOT_FOUND',
    });
  });

  test('hides everything from another centre', async () => {
    const { name } = await at('CU-314').file(4);
    const there = at('CU-315');
    const absent = { reason: 'NOT_FOUND' };
    await expect(there.getApplicationDetails({ name })).rejects.toMatchObject(absent);
    await expect(there.getFiledSubmission({ name: `${name}/submissions/1` })).rejects.toMatchObject(absent);
    await expect(there.listAccessLogEntries({ name })).rejects.toMatchObject(absent);
    expect((await at('CU-314').listAccessLogEntries({ name })).entries).toEqual([]);
  });

  test('returns a known person with open applications, and nothing for an unknown one', async () => {
    const here = at('CU-316');
    const closed = await here.open(5, { contact: { phone: '+37360000055' } });
    await here.withdrawApplication({ requestId: randomUUID(), name: closed.name });
    const open = await here.open(6, { represented: person(5) });
    const known = await here.lookUpPerson({ idnp: idnp(5) });
    expect(known.applications.map(({ name }) => name)).toEqual([open.name]);
    expect(known).toMatchObject({ person: { idnp: idnp(5) }, contact: { phone: '+37360000055' } });
    expect((await here.listAccessLogEntries({ name: closed.name })).entries).toMatchObject([
      { kind: 'ACCESS_KIND_PERSON' },
    ]);
    const unknown = await here.lookUpPerson({ idnp: idnp(7) });
    expect(unknown).toMatchObject({ applications: [], person: null, contact: null });
    expect(await at('CU-317').lookUpPerson({ idnp: idnp(5) })).toMatchObject({ applications: [], person: null });
    await expect(here.lookUpPerson({ idnp: '2900000000018' })).rejects.toMatchObject({ reason: 'IDNP_INVALID' });
  });

  test('finds possible duplicates of a draft', async () => {
    const here = at('CU-318');
    const first = await here.file(8);
    const again = await here.open(8);
    const { possibleDuplicates } = await here.getApplicationDetails({ name: again.name });
    expect(possibleDuplicates.map(({ name }) => name)).toEqual([first.name]);
    expect((await here.getApplicationDetails({ name: first.name })).possibleDuplicates).toEqual([]);
  });

  test('records accesses to parts of other services, at the own centre only', async () => {
    const here = at('CU-318');
    const { name } = await here.file(8);
    await here.recordAccess({ name, kind: 'ACCESS_KIND_NOTICES' });
    await here.recordAccess({ name, kind: 'ACCESS_KIND_SLIP' });
    await expect(at('CU-319').recordAccess({ name, kind: 'ACCESS_KIND_SLIP' })).rejects.toMatchObject({
      reason: 'NOT_FOUND',
    });
    await expect(here.recordAccess({ name })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
    const { entries } = await here.listAccessLogEntries({ name });
    expect(entries).toMatchObject([
      { operator: 'operators/cu-318-specialist', kind: 'ACCESS_KIND_SLIP', centre: 'centres/CU-318' },
      { kind: 'ACCESS_KIND_NOTICES' },
    ]);
  });

  test('adds no entry if the caller records the access later', async () => {
    const here = at('CU-320');
    const { name } = await here.file(9);
    await here.getApplicationDetails({ name, recordLater: true });
    expect((await here.listAccessLogEntries({ name })).entries).toEqual([]);
    await here.recordAccess({ name, kind: 'ACCESS_KIND_DETAILS' });
    expect((await here.listAccessLogEntries({ name })).entries).toMatchObject([{ kind: 'ACCESS_KIND_DETAILS' }]);
  });
});
