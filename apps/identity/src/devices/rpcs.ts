import { isUuid, parseResourceName, resourceName } from '@cups/contracts';
import { fromTimestamp, toTimestamp } from '@cups/contracts/proto';
import { newUlid, normalizePageSize } from '@cups/contracts/node';
import type { DeviceContact__Output as ContactIn } from '@cups/contracts/gen/cups/identity/v1/DeviceContact.ts';
import type { Device as DeviceOut } from '@cups/contracts/gen/cups/identity/v1/Device.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { isProblem, violation } from '@cups/problem';
import { MAX_OFFLINE_HOURS, sessionOf } from '@cups/rpc';
import type { Context, Keys, Rpcs } from '@cups/rpc';
import type { AccessLog } from '../access-log.ts';
import { assertMayManage } from '../domain/permissions.ts';
import type { Actor } from '../domain/permissions.ts';
import { invalidArgument, parseCentre, resolveActor, toCause } from '../rpc/actor.ts';
import { loadOwnSession } from '../rpc/sessions.ts';
import type { SessionParts } from '../rpc/sessions.ts';
import { recordPlatformStaff } from '../rpc/team-reads.ts';
import type { Devices, PastContact } from './devices.ts';
import type { StoredDevice } from './store.ts';

export interface DeviceParts extends SessionParts {
  devices: Devices;
  keys: Pick<Keys, 'signSession' | 'signOfflineGrant'>;
  accessLog: AccessLog;
}

type IdentityRpcs = Rpcs<IdentityServiceDefinition>;

const MAX_CHECKED_CONTACTS = 50;

/** Returns the handlers of devices. */
export function deviceRpcs(
  parts: DeviceParts,
): Pick<IdentityRpcs, 'ContactDevice' | 'DeleteDevice' | 'ListDevices' | 'RevokeDevice' | 'CheckContacts'> {
  const { devices, staff, accessLog } = parts;
  return {
    async ContactDevice({ name, chainHead }, context) {
      const device = parseResourceName('devices', name);
      const head = parseChainHead(chainHead);
      const { operator, centre } = await assertMayContact(parts, context);
      const cause = { requestId: context.requestId, traceparent: context.traceparent };
      const { keyShare } = await devices.contact({ device, operator, centre, cause });
      // A suspension meanwhile destroyed the shares that it found. This one must not survive it.
      await assertMayContact(parts, context);
      return {
        name,
        keyShare: Buffer.from(keyShare, 'base64url'),
        ...grant(parts, { device, operator, centre, head }),
      };
    },

    async DeleteDevice({ name }, context) {
      const operator = parseResourceName('operators', sessionOf(context).operator);
      await devices.endOne(parseResourceName('devices', name), operator);
      return {};
    },

    async ListDevices({ centre: name, pageSize, pageToken }, context) {
      const actor = await resolveActor(context, staff);
      const centre = parseCentre(name) ?? ownCentre(actor);
      assertMayManage(actor, centre);
      const paging = { pageSize: normalizePageSize(pageSize), pageToken, tokenArguments: { centre } };
      const page = await devices.page(centre, paging);
      const operators = [...new Set(page.documents.map(({ operator }) => operator))];
      const names = await staff.findDisplayNames(operators);
      if (centre !== undefined) await accessLog.write([resourceName('centres', centre)], 'read-staff-list', context);
      else
        await recordPlatformStaff(
          accessLog,
          operators.map((_id) => ({ _id })),
          context,
        );
      return { devices: page.documents.map((device) => toDevice(device, names)), nextPageToken: page.nextPageToken };
    },

    async RevokeDevice({ requestId, name, operator }, context) {
      const found = await devices.get(
        parseResourceName('devices', name),
        parseResourceName('operators', operator, '/operator'),
      );
      const actor = await resolveActor(context, staff);
      assertMayManage(actor, found.centre);
      const cause = toCause(context, requestId, { name, operator });
      const revoked = await devices.revoke(found._id, resourceName('operators', actor.id), cause);
      context.recordAccess(operator);
      context.log.info({ event: 'device-revoked', operator, resource: name });
      return { device: toDevice(revoked, await staff.findDisplayNames([revoked.operator])) };
    },

    async CheckContacts({ contacts }) {
      if (contacts.length === 0 || contacts.length > MAX_CHECKED_CONTACTS)
        throw invalidArgument(
          'The number of contacts is out of range.',
          violation('/contacts', 'MAX_ITEMS', { max: MAX_CHECKED_CONTACTS }),
        );
      return { ended: await devices.findEnded(contacts.map(parseContact)) };
    },
  };
}

/** @throws Problem INVALID_ARGUMENT */
function parseContact({ operator, device, anchorTime: time }: ContactIn, at: number): PastContact {
  const anchorTime = fromTimestamp(time);
  if (!anchorTime) throw invalidArgument('A contact has no time.', violation(`/contacts/${at}/anchorTime`, 'REQUIRED'));
  return {
    operator: parseResourceName('operators', operator, `/contacts/${at}/operator`),
    device: parseResourceName('devices', device, `/contacts/${at}/device`),
    anchorTime,
  };
}

/** Returns the centre of a manager; undefined for a supervisor. @throws Problem INVALID_ARGUMENT without a centre */
function ownCentre({ roles, centre }: Actor): string | undefined {
  if (roles.includes('supervisor')) return undefined;
  if (centre === undefined) throw invalidArgument('The session has no centre.', violation('/centre', 'REQUIRED'));
  return centre;
}

/** @throws Problem INVALID_ARGUMENT */
function parseChainHead(text: string): string | undefined {
  if (text === '') return undefined;
  if (isUuid(text)) return text.toLowerCase();
  throw invalidArgument('The chain head must be a UUID.', violation('/chainHead', 'UUID'));
}

/**
 * Returns the operator and the centre of a valid session. Destroys the key shares of a suspended operator, which the
 * suspension may have failed to destroy.
 * @throws Problem OPERATOR_SUSPENDED, SESSION_EXPIRED, STALE_REPLICA
 */
async function assertMayContact(parts: DeviceParts, context: Context): Promise<{ operator: string; centre: string }> {
  const { operator: name, centre: centreName } = sessionOf(context);
  const operator = parseResourceName('operators', name);
  const centre = parseResourceName('centres', centreName ?? '');
  try {
    await loadOwnSession(parts, context);
  } catch (error) {
    if (isProblem(error) && error.reason === 'OPERATOR_SUSPENDED')
      await parts.devices.endForOperator(operator, parts.now(), centre);
    throw error;
  }
  return { operator, centre };
}

interface GrantedDevice {
  device: string;
  operator: string;
  centre: string;
  head: string | undefined;
}

function grant({ keys, now }: DeviceParts, { device, operator, centre, head }: GrantedDevice) {
  const serverTime = now();
  const anchorTime = new Date(Math.floor(serverTime.getTime() / 1000) * 1000);
  const offlineGrant = keys.signOfflineGrant({
    id: newUlid(serverTime),
    operator: resourceName('operators', operator),
    device: resourceName('devices', device),
    centre: resourceName('centres', centre),
    anchorTime,
    ...(head !== undefined && { chainHead: head }),
  });
  const expireTime = new Date(anchorTime.getTime() + MAX_OFFLINE_HOURS * 3_600_000);
  return { offlineGrant, serverTime: toTimestamp(serverTime), expireTime: toTimestamp(expireTime) };
}

function toDevice(device: StoredDevice, names: ReadonlyMap<string, string>): DeviceOut {
  return {
    name: resourceName('devices', device.device),
    operator: resourceName('operators', device.operator),
    operatorDisplayName: names.get(device.operator) ?? '',
    centre: resourceName('centres', device.centre),
    firstContactTime: toTimestamp(device.firstContactTime),
    lastContactTime: toTimestamp(device.lastContactTime),
    state: device.state === 'revoked' ? 'DEVICE_STATE_REVOKED' : 'DEVICE_STATE_ACTIVE',
    revokeTime: toTimestamp(device.revokeTime),
    revokedBy: device.revokedBy ?? '',
  };
}
