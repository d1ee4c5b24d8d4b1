import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import request from 'supertest';
import { startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** GET /api/v1/catalog: one cacheable response. */

let gateway: Gateway;
let title = 'Act de identitate';
beforeAll(async () => {
  gateway = await startGateway({
    catalog: {
      GetCatalog: () =>
        Promise.resolve({ evidenceKinds: [{ kind: 'identity-document', title: { ro: title, ru: 'Удостоверение' } }] }),
    },
    identity: {
      GetCentre: ({ name }) => {
        if (name !== 'centres/CU-022') throw new Problem({ reason: 'NOT_FOUND', message: 'none' });
        return Promise.resolve({
          centre: {
            name,
            kind: 'CENTRE_KIND_MISSION',
            country: 'US',
            status: 'CENTRE_STATUS_ACTIVE',
            displayName: 'M',
            timeZone: 'America/New_York',
          },
        });
      },
    },
  });
});
afterAll(() => gateway.stop());

const getCatalog = (centre = 'CU-022') => request(gateway.url).get(`/api/v1/catalog?centre=${centre}`);

describe('the catalog response', () => {
  test('contains the data for the desk of a centre, without a session', async () => {
    const { status, body, headers } = await getCatalog();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      centre: { code: 'CU-022', country: 'US' },
      agencies: [],
      publicServices: [],
      calendars: [],
    });
    expect(body).toMatchObject({ evidenceKinds: [{ kind: 'identity-document', title: { ro: title } }] });
    expect(headers['cache-control']).toBe('public, no-cache');
  });

  test('contains evidence and costs in terms of openapi.yaml', async () => {
    const other = await startGateway();
    try {
      const { body } = await request(other.url).get('/api/v1/catalog?centre=CU-001');
      const { version, popularity } = (
        body as { publicServices: { version: Record<string, unknown>; popularity?: number }[] }
      ).publicServices[0]!;
      expect(popularity).toBeUndefined();
      expect(version['evidence']).toMatchObject([
        { kind: 'identity-document' },
        { accepts: ['verification-code'], when: { mandates: ['notarial'] } },
        { when: { answer: { field: 'recordKind', values: ['marriage'] } } },
      ]);
      expect(version['costOptions']).toMatchObject([
        { code: 'ordinary', countries: ['US'], centreKinds: ['mission'] },
        { code: 'urgent', feeNote: { ro: 'fără tarif indicat' }, termNote: { ro: 'termen necunoscut' } },
      ]);
    } finally {
      await other.stop();
    }
  });

  test('is 304 without a body while it is unchanged', async () => {
    const { etag = '' } = (await getCatalog()).headers as { etag?: string };
    expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      const again = await getCatalog().set('If-None-Match', known);
      expect([known, again.status, again.text]).toEqual([known, 304, '']);
      expect(again.headers['etag']).toBe(etag);
    }
    expect((await getCatalog().set('If-None-Match', '"other"')).status).toBe(200);
  });

  test('is sent when its content has changed', async () => {
    const { etag = '' } = (await getCatalog()).headers as { etag?: string };
    title = 'Buletin';
    const changed = await getCatalog().set('If-None-Match', etag);
    expect(changed.status).toBe(200);
    expect(changed.headers['etag']).not.toBe(etag);
  });

  test('rejects a missing, malformed or unknown centre', async () => {
    expect((await request(gateway.url).get('/api/v1/catalog')).body).toMatchObject({
      violations: [{ field: '/centre', in: 'query', rule: 'REQUIRED' }],
    });
    expect((await getCatalog('Lozova')).status).toBe(400);
    expect((await getCatalog('CU-099')).status).toBe(404);
  });
});
