import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OFFLINE_CLAIM_PATTERN } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import { readConfig } from '../src/config.ts';
import { readOpenapiDocument } from '../src/http/openapi-document.ts';
import { application, ID, MORNING, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Claims of acts that were done without a line: the gateway checks their shape and passes them on. */

const APP = `/api/v1/applications/${ID}`;
const PREVIOUS = '0b7a1c9e-0000-4000-8000-000000000001';
const CLAIM = `grant="aa.bb.cc", time="2026-11-29T10:00:00.000Z", sequence=12, previous="${PREVIOUS}"`;

let gateway: Gateway;
const received: Record<string, string | undefined> = {};
beforeAll(async () => {
  const record = async (_request: unknown, { method, offline }: Context) => {
    received[method.split('.')[1]!] = offline;
    return { application: application(), replayed: false };
  };
  gateway = await startGateway({
    intake: { CreateApplication: record, AddNote: record, SubmitApplication: record, GetApplication: record },
  });
});
afterAll(() => gateway.stop());

const send = (method: string, path: string, body: object | undefined, claim: string) =>
  gateway.send(method, path, { body, headers: { 'cups-offline': claim } });

describe('a claim of an act without a line', () => {
  test('reaches the service with the act', async () => {
    const created = await send('POST', '/api/v1/applications', { publicService: 'civil-status-extract' }, CLAIM);
    expect(created.status).toBe(201);
    expect((await send('POST', `${APP}/notes`, { text: 'A' }, CLAIM.split(', previous')[0]!)).status).toBe(200);
    expect(received).toMatchObject({ CreateApplication: CLAIM, AddNote: CLAIM.split(', previous')[0] });
  });

  test('is ignored where it means nothing', async () => {
    expect((await send('GET', APP, undefined, 'x')).status).toBe(200);
    expect(received).toMatchObject({ GetApplication: undefined });
  });

  test.each([
    ['no dictionary', 'x'],
    ['a grant only', 'grant="aa.bb.cc"'],
    ['a grant that is no JWS', CLAIM.replace('aa.bb.cc', 'aa')],
    ['members in another order', 'time="2026-11-29T10:00:00.000Z", grant="aa.bb.cc", sequence=12'],
    ['a time without milliseconds', CLAIM.replace('.000Z', 'Z')],
    ['a fraction as the number', CLAIM.replace('=12', '=1.5')],
    ['more than 2048 characters', CLAIM.replace('bb', 'b'.repeat(2_048))],
    ['two claims', `${CLAIM}, ${CLAIM}`],
  ])('is refused with %s', async (_what, claim) => {
    delete received['SubmitApplication'];
    const refused = await send('POST', `${APP}/submit`, undefined, claim);
    expect([refused.status, refused.body]).toMatchObject([403, { reason: 'OFFLINE_CLAIM_INVALID' }]);
    expect(received).not.toHaveProperty('SubmitApplication');
  });
});

describe('openapi.yaml', () => {
  const { document, operations } = readOpenapiDocument(readConfig({ CUPS_ENV: 'development' }).openapiFile);

  test('has the pattern that services check', () => {
    const { OfflineClaim } = (document['components'] as { parameters: Record<string, { schema: { pattern: string } }> })
      .parameters;
    expect(OfflineClaim!.schema.pattern).toBe(OFFLINE_CLAIM_PATTERN);
  });

  test('takes a claim with each write of an application by a desk', () => {
    const isWrite = ({ method, path }: (typeof operations)[number]) =>
      (method === 'post' || method === 'patch') && /^\/api\/v1\/(applications|collections)(\/|$)/.test(path);
    const without = operations.filter((operation) => isWrite(operation) && !operation.takesOfflineClaim);
    expect(without.map(({ id }) => id)).toEqual(['searchApplications']);
  });
});

test('the time of the desk is shown in the history and with the application', async () => {
  const deskTime = { time: MORNING, device: `devices/${ID}`, sequence: 12, previous: PREVIOUS, anchorTime: MORNING };
  const shown = await startGateway({
    intake: {
      GetApplication: () => Promise.resolve({ application: application({ deskTime }) }),
      ListApplicationActions: () =>
        Promise.resolve({
          actions: [
            {
              kind: 'note',
              actor: 'operators/x',
              recordTime: MORNING,
              fromState: 'STATE_DRAFT',
              toState: 'STATE_DRAFT',
              deskTime: { ...deskTime, bounded: true },
            },
          ],
        }),
    },
  });
  const time = '2026-11-24T08:00:00.000Z';
  const json = { ...deskTime, time, anchorTime: time };
  expect((await shown.send('GET', APP)).body).toMatchObject({ deskTime: { ...json, bounded: false } });
  const { body } = await shown.send('GET', `${APP}/history`);
  expect(body).toMatchObject({ actions: [{ deskTime: { ...json, bounded: true } }] });
  await shown.stop();
});
