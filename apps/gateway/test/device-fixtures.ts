import { toTimestamp } from '@cups/contracts/proto';
import type { OperationRow } from './operation-row.ts';

/** The device operations with their RPCs, and what identity responds. */

export const DEVICE_ID = '01JDZ3V7Q8R9S0T1V2W3X4Y5Z8';
const CHAIN_HEAD = '01980a4c-7d1e-7c3a-9a57-0d7e3f6b2c11';
const name = `devices/${DEVICE_ID}`;
const path = `/api/v1/devices/${DEVICE_ID}`;
const operator = 'operators/ana';
const time = toTimestamp(new Date('2026-11-29T08:00:00Z'));
/** Bytes whose base64 has padding and both symbols that base64url replaces. */
export const KEY_SHARE = Buffer.concat([Buffer.from([0xfb, 0xff, 0xbf]), Buffer.alloc(29, 7)]);

const device = {
  name,
  operator,
  operatorDisplayName: 'Ana Exemplu',
  centre: 'centres/CU-001',
  firstContactTime: time,
  lastContactTime: time,
  state: 'DEVICE_STATE_ACTIVE' as const,
};

export const DEVICE_ROWS: OperationRow[] = [
  [
    'contactDevice',
    'POST',
    `${path}/contact`,
    { chainHead: CHAIN_HEAD },
    200,
    'ContactDevice',
    { name, chainHead: CHAIN_HEAD },
  ],
  ['deleteDevice', 'DELETE', path, undefined, 204, 'DeleteDevice', { name }],
  [
    'listDevices',
    'GET',
    '/api/v1/devices?centre=CU-001&pageSize=10',
    undefined,
    200,
    'ListDevices',
    { centre: 'centres/CU-001', pageSize: 10 },
  ],
  ['revokeDevice', 'POST', `${path}/revoke`, { operator }, 200, 'RevokeDevice', { name, operator }],
];

export const DEVICE_RESPONSES = {
  ContactDevice: () =>
    Promise.resolve({ name, keyShare: KEY_SHARE, offlineGrant: 'a.b.c', serverTime: time, expireTime: time }),
  DeleteDevice: () => Promise.resolve({}),
  ListDevices: () => Promise.resolve({ devices: [device] }),
  RevokeDevice: () =>
    Promise.resolve({ device: { ...device, state: 'DEVICE_STATE_REVOKED' as const, revokeTime: time } }),
};
