import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { syntheticMandate } from '@cups/testing';
import { useIntake } from './world.ts';

/** The applications of a mandate: at its centre, and for the holder of its code. */

const scene = useIntake();
const { at } = scene;
const present = (name: string) => ({ mandate: { kind: 'MANDATE_KIND_OWN_PRESENCE' as const, name } });
const codeOf = (mandate: string) => mandate.slice('mandates/'.length);
const track = (code: string) => scene.world.clientAt(scene.port, 'gateway').trackMandateApplications({ code });

describe('ListMandateApplications', () => {
  test('lists what names the mandate or was filed under it, newest first, in pages', async () => {
    const mandate = syntheticMandate({ person: 1, serial: 901 });
    const other = syntheticMandate({ person: 1, serial: 902 });
    const filed = await at().submit((await at().open(1, present(mandate))).name);
    const draft = await at().open(1, present(mandate));
    await at().open(1, present(other));
    const first = await at().listMandateApplications({ mandate, pageSize: 1 });
    expect(first.applications).toMatchObject([{ name: draft.name, state: 'STATE_DRAFT' }]);
    const rest = await at().listMandateApplications({ mandate, pageSize: 1, pageToken: first.nextPageToken });
    expect(rest.applications).toMatchObject([
      {
        name: filed.name,
        state: 'STATE_SUBMITTED',
        trackingNumber: filed.trackingNumber,
        submitTime: filed.submitTime,
      },
    ]);
    expect(rest.nextPageToken).toBe('');
    const exchange = { content: present(other), updateFields: ['mandate'], etag: draft.etag };
    await at().updateApplication({ requestId: randomUUID(), name: draft.name, ...exchange });
    expect((await at().listMandateApplications({ mandate })).applications.map(({ name }) => name)).toEqual([
      filed.name,
    ]);
  });

  test('shows each centre its own, also an inherited one, and records an access for each', async () => {
    const mandate = syntheticMandate({ person: 2, serial: 903 });
    const { name } = await at('CU-343').open(2, present(mandate));
    expect(await at('CU-344').listMandateApplications({ mandate })).toEqual({ applications: [], nextPageToken: '' });
    const heir = scene.world.deskAt(scene.port, 'CU-344', { inheritedCentres: ['CU-343'] });
    expect((await heir.listMandateApplications({ mandate })).applications).toMatchObject([{ name }]);
    const { entries } = await at('CU-343').listAccessLogEntries({ name });
    expect(entries).toMatchObject([{ operator: 'operators/cu-344-specialist', kind: 'ACCESS_KIND_SEARCH' }]);
    await expect(heir.listMandateApplications({ mandate: 'x' })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  });
});

describe('TrackMandateApplications', () => {
  test('returns public service, state and dates of what was filed, without numbers and people', async () => {
    const mandate = syntheticMandate({ person: 3, serial: 904 });
    const filed = await at().submit((await at().open(3, present(mandate))).name);
    await at().open(3, present(mandate));
    const response = await track(codeOf(mandate));
    expect(response).toMatchObject({
      applications: [
        { serviceTitle: filed.serviceTitle, tracked: { state: 'STATE_SUBMITTED', submitTime: filed.submitTime } },
      ],
      more: false,
    });
    const text = JSON.stringify(response);
    for (const secret of [filed.trackingNumber, filed.name, filed.content!.applicant!.familyName, 'CU-001'])
      expect(text).not.toContain(secret);
  });

  test('does not find an unknown code', async () => {
    await expect(track('unknown')).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  });
});
